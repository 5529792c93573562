"""An edition with everything the rules ask about, read once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Self

from drugs.models import SECTIONS, Edition, GlossaryTerm, ReportedResult, Source, TherapyTrial, Trial, TrialIdentifier
from drugs.publishing.checker.prose import Block, blocks, sentences
from drugs.registry_numbers import numbers_in

_PHASE = re.compile(
    r"""\b phase \s+ (?:
        ([1-4]) (?: \s? (?: / | and | - | – ) \s? (?: phase \s+ )? ([2-4]) )? (?!\d)
      | (I{1,3} | IV) (?: \s? [/-] \s? (I{2,3} | IV) )?
    ) \b""",
    re.IGNORECASE | re.VERBOSE,
)
#: A trial that is only planned is none of those that the registry knows.
_PLANNED = re.compile(
    r"\b(?:plan(?:s|ned|ning)?|wants?|will|intends?|hopes?|awaited|another|new|further|next|future)\b", re.IGNORECASE
)
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}


class Sentence(NamedTuple):
    """One sentence of a section, the block it stands in, and the trials of this therapy that it names."""

    where: str
    text: str
    block: Block
    trials: tuple[Trial, ...]


def phases_in(text: str) -> set[int]:
    """The phases that a text speaks of: 'phase 2/3' is {2, 3}, 'phase III' is {3}."""
    found: set[int] = set()
    for match in _PHASE.finditer(text):
        found |= {int(group) if group.isdigit() else _ROMAN[group.upper()] for group in match.groups() if group}
    return found


def phases_of(trial: Trial) -> set[int]:
    """The phases that the registry gives a trial: PHASE1|PHASE2 is {1, 2}."""
    return {int(digit) for digit in re.findall(r"PHASE(\d)", trial.phases)}


def year_of(date: str | None) -> int | None:
    return int(date[:4]) if date else None


@dataclass
class Draft:
    edition: Edition
    sources: list[Source]
    trials: list[Trial]
    results: list[ReportedResult]
    known_numbers: set[str]
    glossary: list[str]
    numbers_of: dict[int, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, edition: Edition) -> Self:
        links = (
            TherapyTrial.objects.filter(therapy=edition.therapy_id)
            .exclude(decision="dismissed")
            .select_related("trial")
        )
        trials = [link.trial for link in links]
        numbers: dict[int, set[str]] = {trial.pk: set() for trial in trials}
        for identifier in TrialIdentifier.objects.filter(trial__in=trials):
            numbers[identifier.trial_id].add(identifier.number)
        draft = cls(
            edition=edition,
            sources=list(Source.objects.filter(edition=edition)),
            trials=trials,
            results=list(ReportedResult.objects.filter(edition=edition).select_related("source")),
            known_numbers=set(),
            glossary=[spelling for term in GlossaryTerm.objects.all() for spelling in term.spellings()],
            numbers_of=numbers,
        )
        mentioned = {number.number for _where, _block, text in draft.passages for _s, _e, number in numbers_in(text)}
        draft.known_numbers = set(TrialIdentifier.objects.filter(number__in=mentioned).values_list("number", flat=True))
        return draft

    @cached_property
    def passages(self) -> list[tuple[str, Block, str]]:
        """(section's heading, block, its text) for every block of every section, headings and cells included."""
        return [
            (str(heading), block, block.text)
            for name, heading in SECTIONS
            for block in blocks(getattr(self.edition, name))
        ]

    @cached_property
    def sentences(self) -> list[Sentence]:
        return [
            Sentence(where, text, block, self.trials_named_in(text))
            for where, block, whole in self.passages
            if block.is_prose
            for text in sentences(whole)
        ]

    def sentences_about_trials(self) -> Iterator[Sentence]:
        yield from (sentence for sentence in self.sentences if sentence.trials)

    def trials_named_in(self, text: str) -> tuple[Trial, ...]:
        """By number or acronym; else by 'phase N' where just one trial of this therapy went as far as N."""
        numbers = {number.number for _start, _end, number in numbers_in(text)}
        named = [
            trial for trial in self.trials if self.numbers_of[trial.pk] & numbers or self._has_acronym(trial, text)
        ]
        if named or numbers or _PLANNED.search(text):
            return tuple(named)
        for phase in sorted(phases_in(text)):
            of_that_phase = [trial for trial in self.trials if max(phases_of(trial), default=0) == phase]
            if len(of_that_phase) == 1:
                named += of_that_phase
        return tuple(named)

    @staticmethod
    def _has_acronym(trial: Trial, text: str) -> bool:
        return len(trial.acronym) > 2 and re.search(rf"(?<![\w-]){re.escape(trial.acronym)}(?![\w-])", text) is not None

    def cited_in(self, text: str) -> list[Source]:
        """The sources whose labels stand in brackets in a text."""
        return [source for source in self.sources if any(source.label in bracket for bracket in brackets(text))]

    def results_of(self, trial: Trial) -> list[ReportedResult]:
        return [result for result in self.results if result.trial_id == trial.pk]


#: Brackets in so many others are read as part of these: each level repeats what is in it.
_DEEPEST = 10


def brackets(text: str) -> list[str]:
    """What stands between round brackets, the innermost first where they are nested."""
    found: list[str] = []
    stack: list[int] = []
    for position, character in enumerate(text):
        if character == "(":
            stack.append(position)
        elif character == ")" and stack:
            start = stack.pop() + 1
            if len(stack) < _DEEPEST:
                found.append(text[start:position])
    return found
