"""The pipeline: every therapy by its furthest phase and its kind; those that ended are kept, and say why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from drugs.charts.scales import LinearScale, Tick, as_place
from drugs.standings import Standing, by_words, is_limited
from drugs.vocabulary import PHASE_RANKS, Modality, Phase, Stage

#: A picture shows so many therapies; filters bring the others.
MOST_ROWS = 300
#: From before any trial to phase 4, each phase as wide as the next.
SCALE = LinearScale(0, PHASE_RANKS[Phase.PHASE4])
TICKS = [
    Tick(as_place(SCALE.place(PHASE_RANKS[phase])), str(number))
    for number, phase in enumerate((Phase.PHASE1, Phase.PHASE2, Phase.PHASE3, Phase.PHASE4), start=1)
]
#: The end of a bar, as the stages of a therapy are drawn everywhere on the site.
SHAPES = {Stage.APPROVED: "circle", Stage.IN_DEVELOPMENT: "triangle", Stage.NO_LONGER_IN_DEVELOPMENT: "square"}


@dataclass(frozen=True)
class Candidate:
    """What the pipeline is told of one therapy. `phase`: of its furthest trial, empty where no trial says."""

    name: str
    address: str
    modality: str
    phase: str
    standings: Sequence[Standing] = ()


@dataclass(frozen=True)
class StageWords:
    """One stage of a therapy with its regions, approvals by kind, and the reasons where it is an end."""

    stage: Stage
    label: str
    regions: Sequence[str]
    reasons: Sequence[str]


@dataclass(frozen=True)
class PipelineRow:
    """`width` of the bar, from the left; empty where no trial has a phase. `stage`: what the bar's end shows."""

    candidate: Candidate
    phase_label: str
    stage: str
    shape: str
    stages: Sequence[StageWords]
    width: str = ""

    @property
    def has_ended(self) -> bool:
        return self.stage == Stage.NO_LONGER_IN_DEVELOPMENT

    @property
    def is_limited(self) -> bool:
        """Whether it is approved, and nowhere in full as far as sources say: its circle is hollow."""
        return self.stage == Stage.APPROVED and is_limited(self.candidate.standings)


@dataclass(frozen=True)
class PipelineGroup:
    modality: Modality
    rows: Sequence[PipelineRow]


@dataclass(frozen=True)
class Pipeline:
    groups: Sequence[PipelineGroup]
    total: int
    ticks: Sequence[Tick]
    scale: LinearScale

    @property
    def shown(self) -> int:
        return sum(len(group.rows) for group in self.groups)

    @property
    def is_split(self) -> bool:
        return False

    @property
    def is_cut(self) -> bool:
        return self.shown < self.total

    @property
    def rows(self) -> list[PipelineRow]:
        return [row for group in self.groups for row in group.rows]


def pipeline(candidates: Iterable[Candidate]) -> Pipeline:
    """Grouped by kind in the vocabulary's order, the furthest first; equal ones stay in the order given."""
    found = [_row(candidate) for candidate in candidates]
    groups: dict[Modality, list[PipelineRow]] = {modality: [] for modality in Modality}
    for row in found[:MOST_ROWS]:
        groups[Modality(row.candidate.modality)].append(row)
    return Pipeline(
        [
            PipelineGroup(modality, sorted(rows, key=lambda row: -_rank(row.candidate.phase)))
            for modality, rows in groups.items()
            if rows
        ],
        len(found),
        TICKS,
        SCALE,
    )


def _rank(phase: str) -> int:
    return PHASE_RANKS[Phase(phase)] if phase in PHASE_RANKS else 0


def _row(candidate: Candidate) -> PipelineRow:
    stages = [
        StageWords(
            Stage(standings[0].stage),
            label,
            [standing.region_label for standing in standings],
            list(dict.fromkeys(standing.reason_label for standing in standings if standing.reason)),
        )
        for label, standings in by_words(candidate.standings)
    ]
    rank = _rank(candidate.phase)
    stage = stages[0].stage if stages else ""
    return PipelineRow(
        candidate,
        str(Phase(candidate.phase).label) if rank else "",
        stage,
        SHAPES[Stage(stage)] if stage else "",
        stages,
        as_place(SCALE.place(rank)) if rank else "",
    )
