"""A therapy's trials in time: start, main measurement, end; expected told from actual; dates no sharper than they are."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from drugs.charts.scales import DateScale, Tick, as_place, scale_of_years
from drugs.partial_dates import PartialDate
from drugs.vocabulary import DateType

#: A picture shows so many trials; the table and the list of trials have all of them.
MOST_ROWS = 25


@dataclass(frozen=True)
class Dated:
    """A registry's date and whether it says 'actual' or 'estimated'; '' where it says neither."""

    date: PartialDate
    type: str = ""

    @property
    def is_actual(self) -> bool:
        return self.type == DateType.ACTUAL


@dataclass(frozen=True)
class TrialDates:
    """What the timeline is told of one trial."""

    number: str
    name: str
    address: str
    status: str
    status_label: str
    phase: str
    start: Dated | None = None
    primary: Dated | None = None
    end: Dated | None = None

    @property
    def dates(self) -> list[Dated]:
        return [dated for dated in (self.start, self.primary, self.end) if dated]


@dataclass(frozen=True)
class Mark:
    """One date in the picture: a point for a day, a band for a year, a point on a band for a month.

    `shape`: tick, diamond or square, for start, main measurement and end. `x`: the beginning of the day, or the
    middle; `band_x`, `band_width` hold the whole time that the date may mean, and are empty for a day.
    """

    shape: str
    dated: Dated
    x: str
    band_x: str = ""
    band_width: str = ""

    @property
    def has_point(self) -> bool:
        return self.dated.date.precision != "year"

    @property
    def band_y(self) -> int:
        """A band is as high as its shape, so that the three are told apart without it."""
        return 18 - self.band_height // 2

    @property
    def band_height(self) -> int:
        return {"tick": 26, "diamond": 8, "square": 16}[self.shape]


@dataclass(frozen=True)
class TimelineRow:
    """A trial with its marks, and the line from the last day that its start may mean to the first that its end may.

    `is_certain`: both ends are actual; the line is drawn whole, else broken. Without both ends there is no line.
    """

    trial: TrialDates
    marks: tuple[Mark, ...]
    line_x1: str = ""
    line_x2: str = ""
    is_certain: bool = False


@dataclass(frozen=True)
class Timeline:
    rows: tuple[TimelineRow, ...]
    undated: tuple[TrialDates, ...]
    #: How many trials have a date.
    dated_count: int
    today: dt.date
    today_x: str
    scale: DateScale
    ticks: tuple[Tick, ...]

    @property
    def is_cut(self) -> bool:
        return self.dated_count > len(self.rows)

    @property
    def has_expected(self) -> bool:
        return any(mark.dated.type == DateType.ESTIMATED for row in self.rows for mark in row.marks)

    @property
    def has_untold(self) -> bool:
        """Whether there is a date of which the registry does not say whether it is actual."""
        return any(not mark.dated.type for row in self.rows for mark in row.marks)

    @property
    def has_bands(self) -> bool:
        return any(not mark.has_point for row in self.rows for mark in row.marks)

    @property
    def today_side(self) -> str:
        """Where the word 'today' has room beside its line."""
        place = self.scale.place(self.today)
        return "first" if place < 15 else "last" if place > 85 else "middle"

    @property
    def has_primary(self) -> bool:
        return any(mark.shape == "diamond" for row in self.rows for mark in row.marks)


def timeline(trials: Iterable[TrialDates], today: dt.date) -> Timeline | None:
    """The trials that have a date, the latest first; None where none has."""
    trials = list(trials)
    dated = sorted((trial for trial in trials if trial.dates), key=_newest_first)
    if not dated:
        return None
    shown = dated[:MOST_ROWS]
    days = [day for trial in shown for given in trial.dates for day in (given.date.earliest, given.date.latest)]
    scale = scale_of_years([*days, today])
    return Timeline(
        rows=tuple(_row(trial, scale) for trial in shown),
        undated=tuple(trial for trial in trials if not trial.dates),
        dated_count=len(dated),
        today=today,
        today_x=as_place(scale.place(today)),
        scale=scale,
        ticks=tuple(Tick(as_place(scale.place(day)), str(day.year)) for day in scale.ticks()),
    )


def _newest_first(trial: TrialDates) -> tuple[int, str]:
    return (-(trial.start or trial.dates[0]).date.earliest.toordinal(), trial.number)


def _mark(shape: str, dated: Dated, scale: DateScale) -> Mark:
    begin, end = scale.place(dated.date.earliest), scale.end(dated.date.latest)
    if dated.date.precision == "day":
        return Mark(shape, dated, as_place(begin))
    return Mark(shape, dated, as_place((begin + end) / 2), as_place(begin), as_place(end - begin))


def _row(trial: TrialDates, scale: DateScale) -> TimelineRow:
    given = (("tick", trial.start), ("diamond", trial.primary), ("square", trial.end))
    marks = tuple(_mark(shape, dated, scale) for shape, dated in given if dated)
    if not (trial.start and trial.end and trial.start.date.latest < trial.end.date.earliest):
        return TimelineRow(trial, marks)
    return TimelineRow(
        trial,
        marks,
        line_x1=as_place(scale.end(trial.start.date.latest)),
        line_x2=as_place(scale.place(trial.end.date.earliest)),
        is_certain=trial.start.is_actual and trial.end.is_actual,
    )
