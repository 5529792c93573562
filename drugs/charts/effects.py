"""What studies reported for one outcome measure: estimate and interval, and a row for each trial that is silent.

Never two measures on one axis: an axis has one outcome measure and one effect measure. Nothing is added up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from drugs.charts.scales import LinearScale, LogScale, Tick, as_label, as_place, even_scale, ratio_scale
from drugs.partial_dates import PartialDate
from drugs.vocabulary import RATIOS, EffectMeasure, Evidence, Favours, unit_of_effect

#: The shape of each kind of report; topline, which nobody reviewed, is the hollow one.
SHAPES = {
    Evidence.PEER_REVIEWED: "circle",
    Evidence.REGISTRY: "square",
    Evidence.REGULATOR: "triangle",
    Evidence.TOPLINE: "diamond",
}
#: Effect measures in the unit of the outcome itself: a meaningful difference of that outcome can stand on their axis.
IN_THE_UNIT = frozenset({EffectMeasure.MEAN_DIFFERENCE, EffectMeasure.MEDIAN_DIFFERENCE, EffectMeasure.MEAN_CHANGE})
#: So many silent trials stand in a picture; the table has all.
MOST_SILENT = 10


@dataclass(frozen=True)
class Outcome:
    """An outcome measure. `meaningful`: the smallest difference that matters, where a source gives one."""

    name: str
    abbreviation: str = ""
    unit: str = ""
    higher_is_better: bool | None = None
    meaningful: Decimal | None = None
    meaningful_source: str = ""

    @property
    def short(self) -> str:
        return self.abbreviation or self.name


@dataclass(frozen=True)
class Reported:
    """One result as its source reports it; labels are the words that people read."""

    study: str
    evidence: str
    evidence_label: str
    effect: str = ""
    effect_label: str = ""
    estimate: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    level: Decimal | None = None
    p_relation: str = ""
    p_value: Decimal | None = None
    time_point: str = ""
    population: str = ""
    comparator: str = ""
    analysis: str = ""
    treated: int | None = None
    compared: int | None = None
    favours: str = ""
    finding: str = ""
    source: str = ""
    source_anchor: str = ""
    is_retracted: bool = False


@dataclass(frozen=True)
class Silent:
    """A completed trial of which no result is known. `days`: at least so many since its last day; None when unknown."""

    number: str
    name: str
    address: str
    completed: PartialDate | None
    is_expected: bool
    days: int | None

    @property
    def is_at_least(self) -> bool:
        """Whether the day itself is unknown, so that the wait is counted from the last day that it can be."""
        return self.completed is not None and self.completed.precision != "day"


@dataclass(frozen=True)
class EffectRow:
    """A result on an axis. An interval that the axis cannot hold (a ratio down to 0) is open on that side.

    `direction`: 'treatment', 'comparator' or 'neither' as the source says; where it does not say, 'better' or 'worse'
    for the side that a difference lies on, 'level' for none, '' where even that is not known.
    `holds_base`: whether the interval includes 'no difference'; None without an interval.
    """

    reported: Reported
    shape: str
    x: str
    direction: str
    x1: str = ""
    x2: str = ""
    is_open_low: bool = False
    holds_base: bool | None = None

    @property
    def is_hollow(self) -> bool:
        return self.reported.evidence == Evidence.TOPLINE


@dataclass(frozen=True)
class Axis:
    """The results of one effect measure. `better`: the side that is better with the treatment, 'left' or 'right';
    empty where the axis cannot say: each row then says it in words."""

    effect: str
    effect_label: str
    unit: str
    is_ratio: bool
    scale: LinearScale | LogScale
    base: Tick
    ticks: tuple[Tick, ...]
    meaningful: tuple[Tick, ...]
    better: str
    rows: tuple[EffectRow, ...]

    @property
    def shapes(self) -> list[tuple[str, str, bool]]:
        """(shape, words, is hollow) of what stands on this axis, for the key."""
        return list(dict.fromkeys((row.shape, row.reported.evidence_label, row.is_hollow) for row in self.rows))

    @property
    def has_unsure(self) -> bool:
        """Whether a result came without an interval."""
        return any(not row.x1 for row in self.rows)

    @property
    def has_open(self) -> bool:
        return any(row.is_open_low for row in self.rows)


@dataclass(frozen=True)
class EffectPlot:
    """One outcome measure: an axis for each effect measure, results in words only, silent trials."""

    outcome: Outcome
    axes: tuple[Axis, ...]
    in_words: tuple[Reported, ...]
    silent: tuple[Silent, ...]

    @property
    def count(self) -> int:
        """How many results stand on its axes."""
        return sum(len(axis.rows) for axis in self.axes)

    @property
    def shown_silent(self) -> Sequence[Silent]:
        return self.silent[:MOST_SILENT]

    @property
    def hidden_silent(self) -> int:
        return max(0, len(self.silent) - MOST_SILENT)

    @property
    def reported(self) -> list[Reported]:
        """All results in the order of the picture, for its table."""
        return [row.reported for axis in self.axes for row in axis.rows] + list(self.in_words)


def effect_plot(outcome: Outcome, results: Iterable[Reported], silent: Sequence[Silent] = ()) -> EffectPlot | None:
    """The picture of one outcome measure; None where no result of it can be placed on an axis."""
    results = list(results)
    placed: dict[str, list[Reported]] = {}
    for result in results:
        if _can_be_placed(result):
            placed.setdefault(result.effect, []).append(result)
    if not placed:
        return None
    axes = tuple(_axis(outcome, found) for found in placed.values())
    return EffectPlot(outcome, axes, tuple(result for result in results if not _can_be_placed(result)), tuple(silent))


def is_ratio(effect: str) -> bool:
    return effect in RATIOS


def _can_be_placed(result: Reported) -> bool:
    """A ratio of 0 or less has no place on a scale of ratios."""
    return result.estimate is not None and (not is_ratio(result.effect) or result.estimate > 0)


def _axis(outcome: Outcome, results: list[Reported]) -> Axis:
    effect = results[0].effect
    ratio = is_ratio(effect)
    values = [
        float(value) for result in results for value in (result.estimate, result.low, result.high) if value is not None
    ]
    meaningful = _meaningful(outcome, effect)
    scale = ratio_scale(value for value in values if value > 0) if ratio else even_scale([*values, *meaningful])
    base = 1.0 if ratio else 0.0
    better = _better_side(outcome, results)
    return Axis(
        effect=effect,
        effect_label=results[0].effect_label,
        unit=unit_of_effect(effect, outcome.unit),
        is_ratio=ratio,
        scale=scale,
        base=Tick(as_place(scale.place(base)), as_label(base), is_base=True),
        ticks=tuple(Tick(as_place(scale.place(value)), as_label(value), value == base) for value in scale.ticks()),
        meaningful=tuple(Tick(as_place(scale.place(value)), as_label(abs(value))) for value in meaningful),
        better=better,
        rows=tuple(_row(result, scale, better) for result in results),
    )


def _meaningful(outcome: Outcome, effect: str) -> list[float]:
    """Where the meaningful difference stands: on the better side, on both where neither is known to be better."""
    if outcome.meaningful is None or effect not in IN_THE_UNIT:
        return []
    size = abs(float(outcome.meaningful))
    return {True: [size], False: [-size], None: [-size, size]}[outcome.higher_is_better]


def _better_side(outcome: Outcome, results: list[Reported]) -> str:
    """The side of a difference that is better with the treatment, from what the outcome measures.

    Empty for ratios, whose direction no name of a measure tells (a ratio below 1 may be the better or the worse), and
    where a result says otherwise: its source then subtracted the other way round.
    """
    if is_ratio(results[0].effect) or outcome.higher_is_better is None:
        return ""
    sign = 1 if outcome.higher_is_better else -1
    said = {Favours.TREATMENT: 1, Favours.COMPARATOR: -1}
    for result in results:
        if (
            result.favours in said
            and result.estimate
            and (result.estimate > 0) != (said[Favours(result.favours)] * sign > 0)
        ):
            return ""
    return "right" if outcome.higher_is_better else "left"


def _row(result: Reported, scale: LinearScale | LogScale, better: str) -> EffectRow:
    assert result.estimate is not None  # noqa: S101 (tells the type checker: `_can_be_placed`)
    x = as_place(scale.place(float(result.estimate)))
    shape = SHAPES[Evidence(result.evidence)]
    direction = result.favours or _side(result.estimate, better)
    if result.low is None or result.high is None:
        return EffectRow(result, shape, x, direction)
    is_open = isinstance(scale, LogScale) and result.low <= 0
    return EffectRow(
        result,
        shape,
        x,
        direction,
        x1=as_place(0 if is_open else scale.place(float(result.low))),
        x2=as_place(scale.place(float(result.high))),
        is_open_low=is_open,
        holds_base=result.low <= (1 if isinstance(scale, LogScale) else 0) <= result.high,
    )


def _side(estimate: Decimal, better: str) -> str:
    """Where a difference lies on an axis whose better side is known."""
    if not better:
        return ""
    if estimate == 0:
        return "level"
    return "better" if (estimate > 0) == (better == "right") else "worse"
