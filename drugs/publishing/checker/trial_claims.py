"""What sentences say of a trial, held against the registry's facts and the edition's own rows."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from drugs.models import Trial
from drugs.publishing.checker.draft import Draft, Sentence, phases_in, phases_of, year_of
from drugs.publishing.checker.finding import Finding
from drugs.registry_numbers import numbers_in

_YEAR = re.compile(r"(?<![\d.,/-])(?:19[89]\d|20[0-4]\d)(?![\d/]|-\d)")
_PLACEBO = re.compile(r"\bplacebo\b", re.IGNORECASE)
_NO_PLACEBO = re.compile(
    r"\b(?:no|not|without|nor|rather than|instead of)\b[^.;,]{0,40}\bplacebo\b|\bplacebo\b[^.;,]{0,20}\bwas not\b",
    re.IGNORECASE,
)
_SIZE = re.compile(
    r"""\b (?: involv(?:ing|ed) | enroll?(?:ed|ing) | recruited | randomi[sz]ed | included | conducted \s in | gave | treated
          | (?:trials?|stud(?:y|ies)) (?: \s \( [^)]* \) )? \s (?:of|in|with|on) )
        \s+ (?: (?:about|some|all) \s )?
        ( \d{1,3} (?: [, ] \d{3} )+ | \d+ )
        \s+ (?: \w+ \s ){0,2}?
        (?: people | participants | patients | adults | persons | volunteers ) \b""",
    re.IGNORECASE | re.VERBOSE,
)


def without_brackets(text: str) -> str:
    """A sentence without its citations and other bracketed words: their years are the sources' own."""
    kept: list[str] = []
    opened: list[int] = []
    for piece in re.split(r"([()])", text):
        if piece == ")" and opened:
            kept[opened.pop() :] = [" "]
            continue
        if piece == "(":
            opened.append(len(kept))
        kept.append(piece)
    return "".join(kept)


def _named(trials: tuple[Trial, ...]) -> str:
    return ", ".join(str(trial) for trial in trials)


def phases(draft: Draft) -> Iterator[Finding]:
    """A phase that none of the sentence's trials is, where it names them by number or acronym."""
    for sentence in draft.sentences_about_trials():
        known = set().union(*(phases_of(trial) for trial in sentence.trials))
        wrong = phases_in(sentence.text) - known
        if wrong and known:
            why = _("%(trial)s is phase %(known)s in the registry, not phase %(said)s.") % {
                "trial": _named(sentence.trials),
                "known": "/".join(map(str, sorted(known))),
                "said": ", ".join(map(str, sorted(wrong))),
            }
            yield Finding("wrong_phase", sentence.where, sentence.text, why)


def years(draft: Draft) -> Iterator[Finding]:
    """A year outside the trial's dates and its sources' years."""
    for sentence in draft.sentences_about_trials():
        allowed = _years_of(draft, sentence)
        if allowed is None:
            continue
        for year in sorted({int(match[0]) for match in _YEAR.finditer(without_brackets(sentence.text))} - allowed):
            why = _("%(year)s is outside the dates of %(trial)s (%(dates)s) and of its sources.") % {
                "year": year,
                "trial": _named(sentence.trials),
                "dates": _("from %(first)s to %(last)s") % {"first": min(allowed), "last": max(allowed)},
            }
            yield Finding("year_outside_trial", sentence.where, sentence.text, why)


def _years_of(draft: Draft, sentence: Sentence) -> set[int] | None:
    """From start to completion of each trial named, the years of the sources and of the edition; None without a start."""
    allowed: set[int] = set()
    for trial in sentence.trials:
        dates = [year_of(trial.start_date), year_of(trial.primary_completion_date), year_of(trial.completion_date)]
        known = [year for year in dates if year]
        if not trial.start_date or not known:
            return None
        allowed |= set(range(min(known), max(known) + 1))
        allowed |= {year for year in map(year_of, (trial.results_first_posted, trial.last_update_posted)) if year}
        allowed |= {result.source.year for result in draft.results_of(trial) if result.source and result.source.year}
    allowed |= {year for year in [year_of(draft.edition.as_of_on)] if year}
    allowed |= {source.year for source in draft.cited_in(sentence.block.text) if source.year}
    return allowed


def comparators(draft: Draft) -> Iterator[Finding]:
    """'Placebo' where nobody was masked, or where the results compare with something else."""
    for sentence in draft.sentences_about_trials():
        text = sentence.text
        if len(sentence.trials) != 1 or not _PLACEBO.search(text) or _NO_PLACEBO.search(text):
            continue
        trial = sentence.trials[0]
        compared = {result.comparator for result in draft.results_of(trial) if result.comparator}
        against_other = bool(compared) and not any(_PLACEBO.search(words) for words in compared)
        if trial.masking == "NONE" or against_other:
            other = _("compared with %(words)s") % {"words": ", ".join(sorted(compared))}
            known = other if against_other else _("open label in the registry")
            why = _("%(trial)s had no placebo: %(known)s.") % {
                "trial": trial,
                "known": known,
            }
            yield Finding("placebo_without_placebo", sentence.where, text, why)


def sizes(draft: Draft) -> Iterator[Finding]:
    """A number of participants that the trial does not have, unless the paragraph names the registry's number too."""
    for sentence in draft.sentences_about_trials():
        known: set[int] = set()
        for trial in sentence.trials:
            if trial.enrollment is not None:
                known.add(trial.enrollment)
            for result in draft.results_of(trial):
                counts = [count for count in (result.treated_count, result.comparator_count) if count is not None]
                known |= {*counts, sum(counts)}
        enrolled = {trial.enrollment for trial in sentence.trials if trial.enrollment is not None}
        if not enrolled or any(_stands_in(number, sentence.block.text) for number in enrolled):
            continue
        for match in _SIZE.finditer(sentence.text):
            said = int(re.sub(r"\D", "", match[1]))
            if said not in known:
                why = _("%(trial)s has %(known)s participants in the registry, not %(said)s.") % {
                    "trial": _named(sentence.trials),
                    "known": ", ".join(map(str, sorted(enrolled))),
                    "said": said,
                }
                yield Finding("wrong_size", sentence.where, sentence.text, why)


def _stands_in(number: int, text: str) -> bool:
    plain = text
    for start, end, _number in reversed(numbers_in(text)):
        plain = plain[:start] + plain[end:]
    return re.search(rf"(?<![\d.]){number}(?![\d]|\.\d)", plain.replace(",", "")) is not None
