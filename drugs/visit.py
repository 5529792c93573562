"""The visit sheet: chosen therapies and trials on paper, for a talk with the neurologist."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from drugs.comparison import Choice, Column, choose, columns_of, offers
from drugs.comparison.choice import MOST_ASKED
from drugs.comparison.sections import Burden, where_given
from drugs.models import Approval, Dosing, Edition, SideEffect, TherapyTrial, Trial, TrialIdentifier
from drugs.registry_numbers import parse_number, public_address
from drugs.search import search
from drugs.therapy_page import furthest_phase
from drugs.vocabulary import DosingSetting, OverallStatus, Stage

MOST_THERAPIES = 6
MOST_TRIALS = 8
#: So many trials are offered without a search, and so many sites of one stand on the sheet.
MOST_OFFERED = 30
MOST_SITES = 6

#: What anybody may want to ask, whatever is chosen.
QUESTIONS = (
    gettext_lazy("What matters most for me in the next three months?"),
    gettext_lazy("Has my kind of ALS/MND been tested for genes, and what was found?"),
    gettext_lazy("Which of these would you look into first, and why?"),
)
_OPEN = (OverallStatus.RECRUITING, OverallStatus.NOT_YET_RECRUITING, OverallStatus.ENROLLING_BY_INVITATION)


@dataclass(frozen=True)
class VisitChoice:
    """What the address chose."""

    therapies: Choice
    trials: list[Trial] = field(default_factory=list)
    #: Texts that are no registry number of a trial of this site.
    unknown_trials: list[str] = field(default_factory=list)

    @property
    def has_too_many_therapies(self) -> bool:
        return len(self.therapies.editions) > MOST_THERAPIES

    @property
    def has_too_many_trials(self) -> bool:
        return len(self.trials) > MOST_TRIALS

    @property
    def is_sheet(self) -> bool:
        """Whether it fits on a sheet, and is not nothing."""
        is_something = bool(self.therapies.editions or self.trials)
        return is_something and not self.has_too_many_therapies and not self.has_too_many_trials

    def address(self, **more: str) -> str:
        return visit_address(self.therapies.slugs, [trial.home_number for trial in self.trials], **more)


def visit_address(slugs: Iterable[str] = (), numbers: Iterable[str] = (), **more: str) -> str:
    """The address of a sheet; with `choose="1"` of the page on which it is put together."""
    trials = (("trial", number.replace("/", "-")) for number in numbers)
    query = urlencode([*(("drug", slug) for slug in slugs), *trials, *more.items()])
    return f"{reverse('visit')}?{query}" if query else reverse("visit")


def choose_for_visit(drugs: Iterable[str], trials: Iterable[str], at: dt.datetime) -> VisitChoice:
    """Therapies by address, trials by any of their numbers, each once, in the order of the address."""
    texts = list(dict.fromkeys(text.strip() for text in trials if text.strip()))[:MOST_ASKED]
    numbers = {text: number.number for text in texts if (number := parse_number(text))}
    found: dict[str, Trial] = {}
    if numbers:
        rows = TrialIdentifier.objects.filter(number__in=set(numbers.values()), trial__is_verified=True)
        found = {row.number: row.trial for row in rows.select_related("trial").order_by("pk")}
    chosen = {found[number].pk: found[number] for number in numbers.values() if number in found}
    unknown = [_shown(text) for text in texts if numbers.get(text) not in found]
    return VisitChoice(choose(drugs, at), list(chosen.values()), unknown)


def _shown(text: str) -> str:
    kept = "".join(character for character in text if character.isprintable())
    return kept if len(kept) <= 60 else f"{kept[:60]} …"


# What may be chosen


@dataclass(frozen=True)
class VisitOffers:
    """Therapies and trials that may be ticked beside those that are."""

    therapies: list[Edition]
    trials: list[Trial]
    has_more_therapies: bool = False
    has_more_trials: bool = False
    #: The words that were looked for, as they were answered.
    text: str = ""


def visit_offers(text: str, chosen: VisitChoice, at: dt.datetime) -> VisitOffers:
    """What a search finds; without one all therapies, and the trials of those chosen, or of any, that look for people."""
    if text.strip():
        return _found(text, chosen, at)
    therapies = offers("", chosen.therapies, at)
    live = Edition.objects.live(at).order_by().values("therapy")
    shown = [edition.therapy_id for edition in chosen.therapies.editions] or live
    links = TherapyTrial.objects.public().filter(therapy__in=shown).order_by().values("trial")
    trials = Trial.objects.public().filter(pk__in=links).exclude(pk__in=[trial.pk for trial in chosen.trials])
    if not chosen.therapies.editions:
        trials = trials.filter(overall_status=OverallStatus.RECRUITING)
    rows = list(trials.order_by("-last_update_posted", "home_number").only(*_OFFERED)[: 4 * MOST_OFFERED])
    rows.sort(key=lambda trial: trial.overall_status not in _OPEN)
    return VisitOffers(therapies.editions, rows[:MOST_OFFERED], therapies.has_more, len(rows) > MOST_OFFERED)


_OFFERED = ("home_number", "home_registry", "acronym", "brief_title", "overall_status", "last_update_posted")


def _found(text: str, chosen: VisitChoice, at: dt.datetime) -> VisitOffers:
    results = search(text, at=at)
    editions = {edition.pk for edition in chosen.therapies.editions}
    trials = {trial.pk for trial in chosen.trials}
    return VisitOffers(
        [hit.page for hit in results.by_kind.get("therapy", ()) if hit.page.pk not in editions],
        [hit.page for hit in results.by_kind.get("trial", ()) if hit.page.pk not in trials],
        has_more_trials=results.has_more_trials,
        text=results.shown_text,
    )


# The sheet


@dataclass(frozen=True)
class TherapyPart:
    """One therapy on the sheet."""

    column: Column

    @property
    def edition(self) -> Edition:
        return self.column.edition

    @property
    def address(self) -> str:
        """The permanent address of the edition: what the sheet says stays readable there."""
        return f"{settings.SITE_URL}{self.edition.get_absolute_url()}"

    @property
    def summary(self) -> Any:
        return self.column.renderer.html(self.edition.summary)

    @property
    def approvals(self) -> list[Approval]:
        return [approval for approval in self.column.rows.approvals if not approval.withdrawn_on]

    @property
    def has_one_stage(self) -> bool:
        return len(self.column.rows.stages) == 1

    @property
    def doses(self) -> list[Dosing]:
        """Those on labels; where there is no label, those used in trials."""
        labels = [dosing for dosing in self.column.rows.dosings if dosing.setting == DosingSetting.LABEL]
        return labels or self.column.rows.dosings

    @property
    def visits(self) -> list[Burden]:
        return [
            Burden(where_given(dosing), dosing.visits_per_year)
            for dosing in self.doses
            if dosing.visits_per_year is not None
        ]

    @property
    def injections(self) -> list[Burden]:
        return [
            Burden(where_given(dosing), dosing.injections_per_year)
            for dosing in self.doses
            if dosing.injections_per_year is not None
        ]

    @property
    def serious_effects(self) -> list[SideEffect]:
        return [effect for effect in self.column.rows.side_effects if effect.is_serious]

    @property
    def furthest_phase(self) -> str:
        return furthest_phase(self.column.trials)

    @property
    def questions(self) -> list[str]:
        """What to ask of it, by the stages that it has."""
        stages = {event.stage for event in self.column.rows.stages}
        asked = [_("Could it help someone with my kind of ALS/MND, at my stage?")]
        if Stage.APPROVED in stages:
            asked.append(_("Is it approved and paid for where I live, and what does that take?"))
        if Stage.IN_DEVELOPMENT in stages:
            asked.append(_("Is a trial, or another way to get it before approval, open to me?"))
        if Stage.NO_LONGER_IN_DEVELOPMENT in stages:
            asked.append(_("Its development has ended: is there any reason still to think of it?"))
        asked.append(_("Which risks and which other medicines of mine matter with it?"))
        if any(dosing.visits_per_year or dosing.injections_per_year for dosing in self.doses):
            asked.append(_("How often would I have to come, and could any of it be done at home?"))
        return asked


@dataclass(frozen=True)
class TrialPart:
    """One trial on the sheet."""

    trial: Trial
    therapies: Sequence[Edition]

    @property
    def address(self) -> str:
        """Where the sheet sends people: the registry's record, which names whom to write to; else this site's page."""
        registry = public_address(self.trial.home_registry, self.trial.home_number)
        return registry or f"{settings.SITE_URL}{self.trial.get_absolute_url()}"

    @property
    def is_at_registry(self) -> bool:
        return bool(public_address(self.trial.home_registry, self.trial.home_number))

    @property
    def countries(self) -> list[str]:
        return sorted(str(countries.name(code) or code) for code in self.trial.countries.split("|") if code)

    @cached_property
    def all_sites(self) -> list[str]:
        return [site.strip() for site in self.trial.locations.split("|") if site.strip()]

    @property
    def sites(self) -> list[str]:
        return self.all_sites[:MOST_SITES]

    @property
    def further_sites(self) -> int:
        return len(self.all_sites) - len(self.sites)

    @property
    def questions(self) -> list[str]:
        if self.trial.overall_status in _OPEN:
            return [
                _("Could I take part, and who would ask the site for me?"),
                _("What would it ask of me: visits, tests, travel, time on placebo?"),
                _("May I go on with my other medicines?"),
                _("Can I go on with the treatment after the trial?"),
            ]
        return [_("It does not take new people: what did it find, and what does that mean for me?")]


@dataclass(frozen=True)
class Sheet:
    therapies: list[TherapyPart]
    trials: list[TrialPart]

    @property
    def questions(self) -> Sequence[Any]:
        return QUESTIONS


def sheet_of(choice: VisitChoice, at: dt.datetime) -> Sheet:
    """The sheet: five queries for therapies, two for trials."""
    columns = columns_of(choice.therapies.editions, at) if choice.therapies.editions else []
    shown = _pages_of(choice.trials, at)
    return Sheet(
        [TherapyPart(column) for column in columns],
        [TrialPart(trial, shown[trial.pk]) for trial in choice.trials],
    )


def _pages_of(trials: Sequence[Trial], at: dt.datetime) -> dict[int, list[Edition]]:
    """The live editions whose pages show each trial: the only way to a therapy's name."""
    grouped: dict[int, list[Edition]] = defaultdict(list)
    if not trials:
        return grouped
    links = list(TherapyTrial.objects.public().filter(trial__in=trials).values_list("trial", "therapy"))
    live = Edition.objects.live(at).filter(therapy__in={therapy for _trial, therapy in links})
    found = {edition.therapy_id: edition for edition in live.only("display_name", "therapy_id")}
    for trial, therapy in links:
        if therapy in found:
            grouped[trial].append(found[therapy])
    return grouped
