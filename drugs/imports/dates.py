"""Dates as registries, spreadsheets and people write them, as ISO 8601 text of the precision that they have.

Seen in exports: `2025-05`, `March 5, 2018`, `20200318`, `18/03/2020` beside `4/15/2020`, and what Excel
makes of a date that it took for one: `Feb-21` of 2021-02, `24-Feb-21`, `44251` in a column of numbers.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache, lru_cache

from django.utils import timezone
from django.utils.translation import gettext as _

from drugs.imports.characters import plain
from drugs.imports.problems import BadValueError, UnknownWordError

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug"),
            *("september sep sept", "october oct", "november nov", "december dec"),
        ),
        1,
    )
    for name in names.split()
}
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? )?"
_MONTH, _DAY, _YEAR = r"(?P<month>[a-z]{3,9})\.?", r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?P<year>\d{4})"
_WORDED = tuple(
    re.compile(form, re.ASCII | re.IGNORECASE)
    for form in (
        rf"{_WEEKDAY}{_MONTH},?[ -](?:{_DAY},? ?(?<=[ ,]))?{_YEAR}",
        rf"{_WEEKDAY}{_DAY}\.?[ -]{_MONTH},?[ -]{_YEAR}",
        rf"{_YEAR}[ -]{_MONTH}(?:[ -]{_DAY})?",
        r"(?:(?P<day>\d{1,2})-)?(?P<month>[a-z]{3})-(?P<year>\d\d)",  # Excel's own: 24-Feb-21, Feb-21
    )
)
_ISO = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})(?:\2(\d{1,2}))?)?(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)", re.ASCII)
_MONTH_YEAR = re.compile(r"(\d{1,2})[-/.](\d{4})", re.ASCII)
_CHINESE = re.compile(r"(\d{4})年(?:(\d{1,2})月(?:(\d{1,2})日)?)?", re.ASCII)
_EXCELS_NUMBER = re.compile(r"([2-6]\d{4})(?:\.\d+)?", re.ASCII)
SLASHED = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?: [\d: APMapm.]+)?", re.ASCII)
#: The time that some programs write behind a date: ' 12:00 AM', ' 3:05:00 p.m.'.
_TIME = re.compile(r"(.+?),? \d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?", re.ASCII)
_SPACES = re.compile(r"\s+")
#: No date has more characters; some forms would be looked for at each of them.
_LONGEST = 100


def iso(year: int, month: int | None = None, day: int | None = None) -> str:
    """The date as ISO 8601 text of the precision that it has. Raises BadValueError where the calendar has no such day."""
    if not 1900 <= year <= 2100:
        raise BadValueError(_("The year is outside 1900 to 2100."))
    try:
        date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        raise BadValueError(_("The calendar has no such day.")) from None
    return "-".join([f"{year:04}", *(f"{part:02}" for part in (month, day) if part is not None)])


def latest_today() -> str:
    """The latest day that is today somewhere, as ISO 8601 text."""
    return (timezone.now() + timedelta(days=1)).date().isoformat()


def _tidy(value: str) -> str:
    return _SPACES.sub(" ", plain(value)).strip()


@lru_cache(maxsize=65536)
def certain_date(value: str) -> str | None:
    """The date in a form that can be read in one way only; None when it has none of these forms."""
    if len(value) > _LONGEST:
        return None
    if value.endswith(".0"):  # a number that a program wrote with its decimals: 20200318.0, 2011.0
        value = value[:-2]
    if not value.isascii() or "  " in value:
        value = _tidy(value)
    if found := _ISO.fullmatch(value):
        return iso(*(int(part) for part in (found[1], found[3], found[4]) if part))
    if found := _COMPACT.fullmatch(value) or _CHINESE.fullmatch(value):
        return iso(*(int(part) for part in found.groups() if part))
    if ":" in value and (timed := _TIME.fullmatch(value)) and not SLASHED.fullmatch(timed[1]):
        value = timed[1]
    if found := _MONTH_YEAR.fullmatch(value):
        return iso(int(found[2]), int(found[1]))
    for form in _WORDED:
        if (found := form.fullmatch(value)) and (month := _MONTHS.get(found["month"].lower())):
            day = int(found["day"]) if found["day"] else None
            return iso(_century(found["year"]), month, day)
    return None


def _century(year: str) -> int:
    """Two digits as the years that trials have: no registry knows one before 1950, and none plans beyond 2049."""
    return int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= 50 else 2000)


def slashed(value: str, *, day_first: bool) -> str | None:
    """'18/03/2020' or '4/15/2020' once it is known which comes first; None when it is not of this form."""
    if not (found := SLASHED.fullmatch(value)):
        return None
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    return iso(year, *((second, first) if day_first else (first, second)))


def told_order(value: str) -> str | None:
    """'day' or 'month' where a date with slashes tells by itself which comes first."""
    if value[:4].isdigit() or not (found := SLASHED.fullmatch(value.strip())) or found[2] == ".":
        return None
    first, second = int(found[1]), int(found[3])
    return "day" if first > 12 >= second else "month" if second > 12 >= first else None


@cache
def date_of(order: str | None) -> Callable[[str], str]:
    """A cleaner of dates. `order` of slashed dates: 'day', 'month', or None where nothing tells."""

    @lru_cache(maxsize=65536)
    def clean(value: str) -> str:
        if (known := certain_date(value)) is not None:
            return known
        value = _tidy(value)
        if not (found := SLASHED.fullmatch(value)):
            raise _unknown(value)
        first, second = int(found[1]), int(found[3])
        if 0 in (first, second):
            raise BadValueError(_("The calendar has no such day."))
        if order is None and found[2] != "." and first != second and first <= 12 and second <= 12:
            raise UnknownWordError(
                _("This may be read day first or month first, and the other dates of its column do not tell which.")
            )
        day_first = found[2] == "." or (first > 12 if order is None else order == "day")
        if order is not None and (second if day_first else first) > 12:
            raise BadValueError(
                _("Read day first, as the dates of this column are, the month is above 12.")
                if day_first
                else _("Read month first, as the dates of this column are, the month is above 12.")
            )
        return slashed(value, day_first=day_first) or ""

    return clean


def _unknown(value: str) -> BadValueError:
    if found := _EXCELS_NUMBER.fullmatch(value):
        day = date(1899, 12, 30) + timedelta(days=int(found[1]))
        return BadValueError(
            _("This is a spreadsheet's number of a day, perhaps %(day)s: show the column as dates, and save again.")
            % {"day": day.isoformat()}
        )
    if set(value) == {"#"}:
        return BadValueError(_("The column was too narrow to show the date: widen it, and save again."))
    return BadValueError(_("Write a date as 2020, 2020-05 or 2020-05-13."))
