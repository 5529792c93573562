"""From values to places and back: even, by ratio, and by day. A place is per cent of the picture's width, 0 to 100."""

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Tick(NamedTuple):
    """A named place on an axis: `place` as SVG takes it, `is_base` where nothing differs."""

    place: str
    label: str
    is_base: bool = False


class Scale(Protocol):
    def place(self, value: float) -> float: ...

    def value(self, place: float) -> float: ...

    def ticks(self) -> list[float]: ...


def as_place(percent: float) -> str:
    """'42.857%': as the attributes x, x1, cx and width of SVG take it."""
    return f"{round(percent, 3):.6g}%"


def as_label(value: float) -> str:
    """A tick's number: no zeros that nobody needs, a true minus."""
    return f"{value:.10g}".replace("-", "−")


@dataclass(frozen=True)
class LinearScale:
    """Equal steps take equal room."""

    low: float
    high: float

    def place(self, value: float) -> float:
        return 100 * (value - self.low) / (self.high - self.low)

    def value(self, place: float) -> float:
        return self.low + place / 100 * (self.high - self.low)

    def ticks(self, most: int = 5) -> list[float]:
        """Round numbers (1, 2 or 5 and zeros) within the scale, at most `most` of them; 0 is one where it lies inside."""
        rough = (self.high - self.low) / most
        power = 10 ** math.floor(math.log10(rough))
        for factor in (1, 2, 5, 10, 20):
            step = factor * power
            first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
            if last - first + 1 <= most:
                break
        return [round(number * step, 12) for number in range(first, last + 1)]


@dataclass(frozen=True)
class LogScale:
    """Equal ratios take equal room: a half lies as far from 1 as a double. Both ends are above 0."""

    low: float
    high: float

    def place(self, value: float) -> float:
        return 100 * math.log(value / self.low) / math.log(self.high / self.low)

    def value(self, place: float) -> float:
        return float(self.low * (self.high / self.low) ** (place / 100))

    def ticks(self, most: int = 5) -> list[float]:
        """1, and the numbers of one ladder on both sides of it that lie within the scale."""
        for ladder in (_rungs(1, 2, 5), _rungs(1, 3), *(_rungs(1, every=step) for step in (1, 2, 4, 8))):
            found = [
                number for number in ladder if self.low <= number * (1 + 1e-9) and number <= self.high * (1 + 1e-9)
            ]
            if len(found) <= most:
                break
        return found


def _rungs(*digits: int, every: int = 1) -> list[float]:
    """The digits at each power of ten, or at every second, fourth ... one of them."""
    return [float(f"{digit}e{power}") for power in range(-16, 17) if power % every == 0 for digit in digits]


@dataclass(frozen=True)
class DateScale:
    """Each day takes the same room; `first` and `last` are days, the last one whole."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def place(self, day: dt.date) -> float:
        """Where a day begins."""
        return 100 * (day - self.first).days / self.days

    def end(self, day: dt.date) -> float:
        """Where a day ends."""
        return 100 * ((day - self.first).days + 1) / self.days

    def value(self, place: float) -> dt.date:
        """The day that begins nearest to a place."""
        return self.first + dt.timedelta(days=round(place / 100 * self.days))

    def ticks(self, most: int = 5) -> list[dt.date]:
        """The first days of years, evenly apart, at most `most`."""
        years = range(self.first.year, self.last.year + 1)
        step = next(
            step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000) if len(years) / step <= most
        )
        return [dt.date(year, 1, 1) for year in years if year % step == 0 and dt.date(year, 1, 1) >= self.first]


def scale_of_years(days: Iterable[dt.date]) -> DateScale:
    """Whole years around all of these days, of which there is at least one."""
    years = [day.year for day in days]
    return DateScale(dt.date(min(years), 1, 1), dt.date(max(years), 12, 31))


def even_scale(values: Iterable[float]) -> LinearScale:
    """A scale that holds 0 and all of `values`, with a little room at both ends."""
    found = [0.0, *values]
    low, high = min(found), max(found)
    room = (high - low) * 0.06 or 1.0
    return LinearScale(low - room, high + room)


def ratio_scale(values: Iterable[float]) -> LogScale:
    """A scale that holds 1 and all of `values` (above 0), with a little room; at least from a half to a double."""
    found = [1.0, *values]
    low, high = min(found), max(found)
    room = (high / low) ** 0.06
    return LogScale(min(low / room, 0.5), max(high * room, 2.0))
