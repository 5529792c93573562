"""Results of the same outcome measure side by side. Nothing is pooled, ranked or marked: each is of its own study."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from drugs.comparison.columns import Column
from drugs.comparison.table import Row, Section
from drugs.models import OutcomeMeasure, ReportedResult
from drugs.vocabulary import OutcomeDomain

_ORDER = {domain.value: position for position, domain in enumerate(OutcomeDomain)}


def results_section(columns: Sequence[Column]) -> Section:
    """Every measure that at least two of them report; deaths and survival have a section of their own."""
    return _section(
        columns,
        "results",
        _("What the studies reported"),
        is_survival=False,
        note=_(
            "Each figure is of its own study, with its own people and its own comparison. Only a study of both together "
            "could say which helps more."
        ),
    )


def survival_section(columns: Sequence[Column]) -> Section:
    return _section(columns, "survival", str(OutcomeDomain.SURVIVAL.label), is_survival=True, note="")


def _section(columns: Sequence[Column], anchor: str, heading: str, *, is_survival: bool, note: str) -> Section:
    cells: dict[int, list[list[ReportedResult]]] = {}
    measures: dict[int, OutcomeMeasure] = {}
    for index, column in enumerate(columns):
        for result in column.results:
            if (result.outcome.domain == OutcomeDomain.SURVIVAL) == is_survival:
                measures[result.outcome_id] = result.outcome
                cells.setdefault(result.outcome_id, [[] for _column in columns])[index].append(result)
    ordered = sorted(measures.values(), key=lambda measure: (_ORDER[measure.domain], measure.name, measure.pk))
    shared = [measure for measure in ordered if sum(map(bool, cells[measure.pk])) > 1]
    rows = [
        Row(f"measure-{measure.slug}", str(measure), "results", cells[measure.pk], note=_about(measure))
        for measure in shared
    ]
    alone = [
        (
            column.name,
            f"{column.address}#results",
            [str(measure) for measure in ordered if measure not in shared and cells[measure.pk][index]],
        )
        for index, column in enumerate(columns)
    ]
    alone = [entry for entry in alone if entry[2]]
    return Section(anchor, heading, rows, note if rows else "", is_folded=is_survival, alone=alone)


def _about(measure: OutcomeMeasure) -> str:
    """The measure's whole name and which way is better, in one line."""
    better = {True: _("higher is better"), False: _("lower is better"), None: ""}[measure.higher_is_better]
    return "; ".join(filter(None, [measure.name if measure.abbreviation else "", better]))
