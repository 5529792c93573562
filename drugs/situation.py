"""Trials that look for people, with the limits that two persons read: what 'my situation' is held against on the device."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django_countries import countries

from drugs.models import Edition, TherapyTrial, Trial, TrialCutoff
from drugs.vocabulary import CutoffKind, OverallStatus

#: So many trials are shown, those updated last before others.
MOST_TRIALS = 200


@dataclass(frozen=True)
class OpenTrial:
    """One trial that looks for people, with its public limits by kind."""

    trial: Trial
    therapies: list[Edition]
    cutoffs: dict[str, TrialCutoff]
    #: Its limits were recorded, and the registry has changed its text since.
    is_being_read_again: bool

    @property
    def countries(self) -> list[str]:
        return sorted(str(countries.name(code) or code) for code in self.trial.countries.split("|") if code)

    @property
    def limits(self) -> list[TrialCutoff]:
        """In the order of the columns."""
        return [self.cutoffs[kind] for kind in CutoffKind.values if kind in self.cutoffs]

    def _value(self, kind: CutoffKind, name: str) -> Any:
        return getattr(self.cutoffs[kind], name) if kind in self.cutoffs else ""

    @property
    def months(self) -> Any:
        return self._value(CutoffKind.ONSET_MAX, "number")

    @property
    def vital_capacity(self) -> Any:
        return self._value(CutoffKind.VITAL_CAPACITY_MIN, "number")

    @property
    def youngest(self) -> Any:
        return self._value(CutoffKind.AGE_MIN, "number")

    @property
    def oldest(self) -> Any:
        return self._value(CutoffKind.AGE_MAX, "number")

    @property
    def gene(self) -> Any:
        return self._value(CutoffKind.GENE, "genes")

    @property
    def gene_excluded(self) -> Any:
        return self._value(CutoffKind.GENE_EXCLUDED, "genes")

    @property
    def ventilation(self) -> Any:
        return self._value(CutoffKind.VENTILATION, "ventilation")


def open_trials(at: dt.datetime) -> list[OpenTrial]:
    """Trials that look for people and stand on a live page, those with limits first; three queries."""
    live = {
        edition.therapy_id: edition
        for edition in Edition.objects.live(at)
        .select_related("therapy")
        .only("display_name", "therapy__slug")
        .order_by("display_name", "pk")
    }
    links = (
        TherapyTrial.objects.public()
        .filter(trial__overall_status=OverallStatus.RECRUITING, therapy__in=live)
        .select_related("trial")
        .only("therapy_id", *(f"trial__{name}" for name in _FACTS))
        .order_by("-trial__last_update_posted", "trial__home_number", "pk")
    )
    trials: dict[int, Trial] = {}
    shown: dict[int, list[Edition]] = defaultdict(list)
    for link in links:
        if link.trial_id in trials or len(trials) < MOST_TRIALS:
            trials[link.trial_id] = link.trial
            shown[link.trial_id].append(live[link.therapy_id])
    limits: dict[int, dict[str, TrialCutoff]] = defaultdict(dict)
    read_again = set()
    for cutoff in TrialCutoff.objects.confirmed().with_overtaken().filter(trial__in=trials).order_by("pk"):
        if cutoff.is_overtaken:  # type: ignore[attr-defined]  # annotated
            read_again.add(cutoff.trial_id)
        else:
            limits[cutoff.trial_id][cutoff.kind] = cutoff
    found = [OpenTrial(trial, shown[pk], limits[pk], pk in read_again) for pk, trial in trials.items()]
    return sorted(found, key=lambda open_trial: not open_trial.cutoffs)


_FACTS = ("home_number", "home_registry", "acronym", "brief_title", "overall_status", "countries", "last_update_posted")


def words() -> dict[str, str]:
    """The sentences that the module on the device puts together; {n}, {date} and {genes} are filled in there."""
    return {
        "open": _("may be open to you"),
        "closes_weeks": _("closes for you in about {n} weeks"),
        "closes_week": _("closes for you in about a week"),
        "closes_days": _("closes for you within days"),
        "closed": _("closed to you, as far as its limits are known here"),
        "ask": _("ask the site"),
        "no_limits": _("This site has not recorded its limits."),
        "onset_closed": _("It takes people up to {n} months after the first symptom; that was over by {date}."),
        "onset_border": _("It takes people up to {n} months after the first symptom: you are at the border."),
        "onset_until": _("It takes people up to {n} months after the first symptom: for you until about {date}."),
        "onset_unknown": _("It takes people up to {n} months after the first symptom: the month is missing above."),
        "vc_closed": _("It needs a vital capacity of at least {n} %."),
        "vc_border": _(
            "It needs a vital capacity of at least {n} %: you are at the border, and the site measures anew."
        ),
        "vc_unknown": _("It needs a vital capacity of at least {n} %: yours is missing above."),
        "young": _("It takes people from {n} years of age."),
        "old": _("It takes people up to {n} years of age."),
        "last_year": _("It takes people up to {n} years of age: your next birthday may close it."),
        "age_unknown": _("It has limits on age: yours is missing above."),
        "gene_closed": _("It is for people with a change in {genes}."),
        "gene_unknown": _("It is for people with a change in {genes}: a gene test would tell."),
        "not_gene_closed": _("It is not for people with a change in {genes}."),
        "not_gene_unknown": _("It is not for people with a change in {genes}: a gene test would tell."),
        "other_gene": _("The site knows whether your gene counts: {genes} is named."),
        "ventilation_closed": _("It is not for people with your kind of breathing support."),
        "ventilation_unknown": _("It has a limit on breathing support: your answer is missing above."),
        "summary": _(
            "{open} may be open to you, {closing} of these close within 6 months; {closed} closed; for {ask} ask the site."
        ),
        "cleared": _("Your answers are gone from this page."),
        "future": _("The month of the first symptom lies in the future: please look at it again."),
        "wrong": _("These answers cannot be read, so they are left out: {names}."),
    }


def genes_of(trials: list[OpenTrial]) -> list[str]:
    """Every gene that a limit names: the choices of the question, so that none is missing."""
    named = {gene for one in trials for cutoff in one.cutoffs.values() for gene in cutoff.gene_list}
    return sorted(named | {"SOD1", "C9ORF72", "FUS", "TARDBP"})
