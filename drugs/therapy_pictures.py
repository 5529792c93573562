"""The pictures of a therapy's page: what `drugs.charts` is told, taken from what the page has read already."""

import datetime as dt
import re
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from drugs.charts.effects import EffectPlot, Outcome, Reported, Silent, effect_plot
from drugs.charts.timeline import Dated, Timeline, TrialDates, timeline
from drugs.models import SECTIONS, Edition, ReportedResult, Trial
from drugs.partial_dates import PartialDate
from drugs.result_rows import ResultRow, result_row
from drugs.vocabulary import Analysis, DateType, OutcomeDomain, OverallStatus, SourceKind

if TYPE_CHECKING:
    from drugs.therapy_page import TherapyPage

_BLOCK = re.compile(r"</(?:p|li|tr|h[1-6]|blockquote)>")


class DomainResults(NamedTuple):
    """The results of one domain: all of them as rows, and pictures of those measures that have figures.

    `is_first`: its first picture is the one that stands open on the page; the others are folded.
    """

    domain: OutcomeDomain
    rows: tuple[ResultRow, ...]
    plots: tuple[EffectPlot, ...]
    is_first: bool


class TherapyPictures:
    """The pictures of `page`. A frozen page is drawn as of the day when its edition went live, from its snapshots."""

    def __init__(self, page: "TherapyPage") -> None:
        self._page = page

    @cached_property
    def day(self) -> dt.date:
        """The day that the pictures hold for: today, or the edition's own."""
        if self._page.frozen and not self._page.has_no_snapshots:
            return timezone.localdate(self._page.edition.publication.goes_live_at)
        return timezone.localdate(self._page.at)

    @cached_property
    def timeline(self) -> Timeline | None:
        return timeline([_dates_of(trial) for trial in self._page.trials], self.day)

    @cached_property
    def results(self) -> list[DomainResults]:
        """As `TherapyPage.results`, with a picture for each outcome measure that has a figure."""
        drawn = [
            (domain, tuple(result_row(result, self._page.anchor_of) for result in results), self._plots(results))
            for domain, results in self._page.results
        ]
        first = next((domain for domain, _rows, plots in drawn if plots and domain != OutcomeDomain.SURVIVAL), None)
        return [DomainResults(*found, is_first=found[0] == first) for found in drawn]

    @property
    def silent_alone(self) -> list[Silent]:
        """The silent trials where no picture outside the fold of deaths and survival shows them."""
        return [] if any(found.is_first for found in self.results) else self.silent

    @cached_property
    def silent(self) -> list[Silent]:
        """Completed trials of which nothing is published that we know of, the longest wait first.

        Published is: a public result of any live page, results in the registry, or a journal article that a passage of
        this page cites beside the trial's name.
        """
        completed = [
            trial
            for trial in self._page.trials
            if trial.overall_status == OverallStatus.COMPLETED
            and not trial.has_results
            and not trial.results_first_posted
        ]
        open_ones = [trial for trial in completed if trial.pk not in self._reported]
        if open_ones:
            told = _reported_elsewhere(open_ones, self._page.at) | self._cited_beside_an_article
            open_ones = [trial for trial in open_ones if trial.pk not in told]
        silent = [_silent(trial, self.day) for trial in open_ones]
        return sorted(silent, key=lambda found: (-(found.days if found.days is not None else -1), found.number))

    @property
    def _reported(self) -> set[int | None]:
        return {result.trial_id for _about, results in self._page.results for result in results}

    @property
    def _cited_beside_an_article(self) -> set[int]:
        """Trials that a paragraph, a list entry or a row of a table names together with a journal article."""
        anchors = {
            self._page.renderer.anchors[source.label]
            for source in self._page.rows.sources
            if source.kind == SourceKind.JOURNAL_ARTICLE
        }
        found = set()
        names = ("summary", "plain_words", *(name for name, _heading in SECTIONS))
        texts = [self._page.renderer.html(getattr(self._page.edition, name)) for name in names]
        for block in (block for text in texts for block in _BLOCK.split(text)):
            if any(f'href="{anchor}"' in block for anchor in anchors):
                found |= {trial.pk for trial in self._page.trials if _is_named(trial, block)}
        return found

    def _plots(self, results: Iterable[ReportedResult]) -> tuple[EffectPlot, ...]:
        by_outcome: dict[int, list[ReportedResult]] = {}
        for result in results:
            by_outcome.setdefault(result.outcome_id, []).append(result)
        plots = (
            effect_plot(_outcome(found[0]), [self._reported_of(result) for result in found], self.silent)
            for found in by_outcome.values()
            if any(result.estimate is not None for result in found)
        )
        return tuple(plot for plot in plots if plot)

    def _reported_of(self, result: ReportedResult) -> Reported:
        source = result.source
        return Reported(
            study=result.trial.public_name if result.trial else result.study_name,
            evidence=result.evidence,
            evidence_label=result.get_evidence_display(),
            effect=result.effect_measure,
            effect_label=result.get_effect_measure_display(),
            estimate=result.estimate,
            low=result.interval_low,
            high=result.interval_high,
            level=result.interval_level,
            p_relation=result.get_p_relation_display(),
            p_value=result.p_value,
            time_point=result.time_point,
            population=result.population,
            comparator=result.comparator,
            analysis=_analysis(result),
            treated=result.treated_count,
            compared=result.comparator_count,
            favours=result.favours,
            finding=result.finding,
            source=source.label if source else "",
            source_anchor=self._page.anchor_of(source) if source else "",
            is_retracted=bool(source and source.retracted_on),
        )


def _analysis(result: ReportedResult) -> str:
    if result.analysis == Analysis.NOT_STATED:
        return _("whether this analysis was planned is not stated")
    return str(result.get_analysis_display())


def _dates_of(trial: Trial) -> TrialDates:
    def dated(name: str) -> Dated | None:
        date = getattr(trial, f"{name}_date")
        return Dated(date, getattr(trial, f"{name}_date_type")) if date else None

    return TrialDates(
        number=trial.home_number,
        name=trial.acronym,
        address=trial.get_absolute_url(),
        status=trial.overall_status,
        status_label=trial.get_overall_status_display(),
        phase=trial.get_phases_display() if trial.phases else "",
        start=dated("start"),
        primary=dated("primary_completion"),
        end=dated("completion"),
    )


def _outcome(result: ReportedResult) -> Outcome:
    measure = result.outcome
    return Outcome(
        name=measure.name,
        abbreviation=measure.abbreviation,
        unit=measure.unit,
        higher_is_better=measure.higher_is_better,
        meaningful=measure.meaningful_difference,
        meaningful_source=measure.meaningful_difference_source,
    )


def _silent(trial: Trial, day: dt.date) -> Silent:
    """The wait is counted from the last day that the completion may have been on; never less than none."""
    completed = PartialDate(trial.completion_date) if trial.completion_date else None
    days = max(0, (day - completed.latest).days) if completed else None
    return Silent(
        trial.home_number,
        trial.acronym,
        trial.get_absolute_url(),
        completed,
        trial.completion_date_type == DateType.ESTIMATED,
        days,
    )


def _is_named(trial: Trial, block: str) -> bool:
    if f'href="{trial.get_absolute_url()}"' in block:
        return True
    return bool(trial.acronym) and re.search(rf"\b{re.escape(trial.acronym)}\b", block) is not None


def _reported_elsewhere(trials: Iterable[Trial], at: dt.datetime) -> set[int]:
    """Those of `trials` that a live page, of this or another therapy, reports a result of."""
    live = Edition.objects.live(at)
    rows = ReportedResult.objects.public().filter(edition__in=live, trial__in=[trial.pk for trial in trials])
    return set(rows.values_list("trial", flat=True))
