"""Stages and approvals, place by place: a therapy without a word on a country has there what it has around it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from drugs.comparison.agreement import Agreement, agreement
from drugs.comparison.columns import Column
from drugs.comparison.table import Row
from drugs.models import Approval
from drugs.regions import EU, WORLD, approved_regions, is_in_eu, region_name
from drugs.standings import Standing
from drugs.vocabulary import ApprovalKind, Stage


@dataclass(frozen=True)
class Here:
    """How a therapy stands in one place, and the approvals that hold or held there."""

    standing: Standing | None
    approvals: tuple[Approval, ...]
    #: Where the stage was stated, when that is a larger place: 'European Union', 'everywhere else'.
    stated_for: str = ""

    def __bool__(self) -> bool:
        return bool(self.standing or self.approvals)

    @property
    def stage(self) -> str:
        return self.standing.stage if self.standing else ""

    @property
    def kinds(self) -> frozenset[str]:
        """Of the approvals that hold and whose kind a source states."""
        if self.stage != Stage.APPROVED:
            return frozenset()
        return frozenset(a.kind for a in self.approvals if not a.withdrawn_on and a.kind != ApprovalKind.NOT_STATED)


def stage_rows(columns: Sequence[Column], today: dt.date) -> list[Row]:
    """A row for each place that any of them names: countries by name, then the European Union, then everywhere else."""
    named = {event.region for column in columns for event in column.rows.stages}
    named |= {approval.region for column in columns for approval in column.rows.approvals}
    places = sorted(named, key=lambda code: (code == WORLD, code == EU, region_name(code)))
    rows = []
    for place in places:
        cells = [standing_in(place, column, today) for column in columns]
        heading = region_name(place) if place != WORLD or len(places) > 1 else region_name(WORLD).split()[0]
        rows.append(Row(f"place-{place}", heading[:1].upper() + heading[1:], "standing", cells, _agreement(cells)))
    return rows


def standing_in(place: str, column: Column, today: dt.date) -> Here:
    """The most specific stage that covers the place: its own, the Union's for a member, everywhere else's.

    Approvals count as they do in lists and on cards: its own and, for a member, the Union's.
    """
    stages = {standing.region: standing for standing in column.rows.standings}
    around = [place, *([EU] if is_in_eu(place, today) else []), WORLD]
    source = next((code for code in around if code in stages), "")
    regions = approved_regions([place], today)
    approvals = tuple(approval for approval in column.rows.approvals if approval.region in regions)
    return Here(stages.get(source), approvals, region_name(source) if source and source != place else "")


def _agreement(cells: Sequence[Here]) -> Agreement:
    by_stage = agreement(cell.stage for cell in cells)
    if by_stage == Agreement.SAME and len({cell.kinds for cell in cells if cell.kinds}) > 1:
        return Agreement.DIFFERS
    return by_stage
