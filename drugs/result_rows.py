"""Reported results as the rows of a table, in the words and figures that readers see."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from drugs.models import ReportedResult, Source


@dataclass(frozen=True)
class ResultRow:
    """One result. Labels are words, and empty where its source says nothing; `trial_address` is empty where no public trial is."""

    outcome: str
    time_point: str
    study: str
    trial_address: str
    population: str
    estimate: Decimal | None
    unit: str
    effect_label: str
    interval_level: Decimal | None
    interval_low: Decimal | None
    interval_high: Decimal | None
    p_relation: str
    p_value: Decimal | None
    finding: str
    favours_label: str
    comparator: str
    treated_count: int | None
    comparator_count: int | None
    evidence_label: str
    analysis_label: str
    source: str
    source_anchor: str
    is_retracted: bool


def result_row(result: ReportedResult, anchor_of: Callable[[Source], str]) -> ResultRow:
    """The row of a result whose outcome, trial and source were read. `anchor_of`: where a source stands on the page."""
    trial, source = result.trial, result.source
    return ResultRow(
        outcome=str(result.outcome),
        time_point=result.time_point,
        study=(trial.public_name if trial else "") or result.study_name,
        trial_address=trial.get_absolute_url() if trial and trial.is_verified else "",
        population=result.population,
        estimate=result.estimate,
        unit=result.unit,
        effect_label=result.get_effect_measure_display() if result.effect_measure else "",
        interval_level=result.interval_level,
        interval_low=result.interval_low,
        interval_high=result.interval_high,
        p_relation=result.get_p_relation_display() if result.p_relation else "",
        p_value=result.p_value,
        finding=result.finding,
        favours_label=result.get_favours_display() if result.favours else "",
        comparator=result.comparator,
        treated_count=result.treated_count,
        comparator_count=result.comparator_count,
        evidence_label=result.get_evidence_display(),
        analysis_label=result.get_analysis_display(),
        source=source.label if source else "",
        source_anchor=anchor_of(source) if source else "",
        is_retracted=bool(source and source.retracted_on),
    )
