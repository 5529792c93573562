"""Registry numbers in the text: known, of this therapy, and one for one study."""

from collections import defaultdict
from collections.abc import Iterator

from django.utils.translation import gettext as _

from drugs.publishing.checker.draft import Draft, phases_in, phases_of
from drugs.publishing.checker.finding import Finding
from drugs.registry_numbers import numbers_in


def unknown_numbers(draft: Draft) -> Iterator[Finding]:
    for where, _block, text in draft.passages:
        for _start, _end, number in numbers_in(text):
            if number.number not in draft.known_numbers:
                why = _("%(number)s is no trial that this site knows. Check the digits, or import its record.") % {
                    "number": number.number
                }
                yield Finding("unknown_number", where, text, why)


def numbers_of_other_therapies(draft: Draft) -> Iterator[Finding]:
    own = set().union(*draft.numbers_of.values()) if draft.numbers_of else set()
    for where, _block, text in draft.passages:
        for _start, _end, number in numbers_in(text):
            if number.number in draft.known_numbers - own:
                why = _("%(number)s is not linked to this therapy. Link the trial, or check the number.") % {
                    "number": number.number
                }
                yield Finding("unlinked_number", where, text, why)


def one_number_for_two_studies(draft: Draft) -> Iterator[Finding]:
    """Sentences that give one number and different phases: one of them has the wrong number."""
    phases: dict[str, dict[int, str]] = defaultdict(dict)
    for sentence in draft.sentences:
        numbers = {number.number for _start, _end, number in numbers_in(sentence.text)}
        said = phases_in(sentence.text)
        if len(numbers) != 1 or len(said) != 1 or len(sentence.trials) > 1:
            continue
        number, phase = numbers.pop(), said.pop()
        earlier = {other: text for other, text in phases[number].items() if other != phase}
        if earlier and not draft_allows(draft, number, {phase, *earlier}):
            why = _(
                "%(number)s stands here for a phase %(phase)s study and elsewhere for a phase %(other)s study: “%(text)s”"
            ) % {
                "number": number,
                "phase": phase,
                "other": min(earlier),
                "text": earlier[min(earlier)],
            }
            yield Finding("one_number_two_studies", sentence.where, sentence.text, why)
        phases[number].setdefault(phase, sentence.text)


def draft_allows(draft: Draft, number: str, said: set[int]) -> bool:
    """Whether the registry itself gives that trial all these phases."""
    return any(number in draft.numbers_of[trial.pk] and said <= phases_of(trial) for trial in draft.trials)
