"""A trial's page as templates show it: today's facts, all its numbers, its therapies, its history."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django_countries import countries

from drugs.fhir import fhir_address
from drugs.imports.disagreements import Disagreement, disagreements
from drugs.models import Edition, TherapyTrial, Trial, TrialChange, TrialIdentifier
from drugs.models.trial import trial_column
from drugs.partial_dates import PartialDate
from drugs.registry_numbers import public_address

#: So many changes are shown; the rest is counted.
MOST_CHANGES = 100


class Number(NamedTuple):
    registry: str
    number: str
    link: str
    is_home: bool


class Change(NamedTuple):
    """One change in words: when, of what, from what to what."""

    changed_at: dt.datetime
    label: str
    old: str
    new: str


@dataclass
class TrialPage:
    trial: Trial
    at: dt.datetime

    @cached_property
    def numbers(self) -> list[Number]:
        found = TrialIdentifier.objects.filter(trial=self.trial).order_by("-is_home", "registry", "number")
        return [
            Number(row.get_registry_display(), row.number, public_address(row.registry, row.number), row.is_home)
            for row in found
        ]

    @cached_property
    def therapies(self) -> list[Edition]:
        """Live editions whose pages show the trial."""
        linked = TherapyTrial.objects.public().filter(trial=self.trial).values("therapy")
        return list(
            Edition.objects.live(self.at)
            .filter(therapy__in=linked)
            .select_related("therapy")
            .order_by("display_name", "pk")
        )

    @property
    def fhir_address(self) -> str:
        return fhir_address(self.trial)

    @property
    def countries(self) -> list[str]:
        return sorted(str(countries.name(code) or code) for code in self.trial.countries.split("|") if code)

    @cached_property
    def disagreements(self) -> list[Disagreement]:
        """Facts of which two sources say different things: each value, who says it since when, which is shown and why."""
        return disagreements(self.trial)

    @cached_property
    def _changes(self) -> list[TrialChange]:
        return list(TrialChange.objects.filter(trial=self.trial).order_by("-changed_at", "-pk")[: MOST_CHANGES + 1])

    @property
    def has_more_changes(self) -> bool:
        return len(self._changes) > MOST_CHANGES

    @property
    def history(self) -> Iterator[Change]:
        for change in self._changes[:MOST_CHANGES]:
            label = str(trial_column(change.field).verbose_name) if change.field in Trial.FACTS else ""
            yield Change(change.changed_at, label, shown(change.field, change.old), shown(change.field, change.new))


def shown(name: str, value: str) -> str:
    """A stored value as people read it: the label of a choice, a date in words, a list with commas."""
    if not value or name not in Trial.FACTS:
        return value
    field = trial_column(name)
    if choices := dict(field.flatchoices):
        return str(choices.get(value, value))
    if name.endswith(("_date", "_posted")):
        return PartialDate(value).display
    if name == "countries":
        return ", ".join(str(countries.name(code) or code) for code in value.split("|"))
    return value.replace("|", "; ")
