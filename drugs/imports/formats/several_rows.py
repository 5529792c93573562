"""Several rows of one trial, one below the other: one per site, per country, per sponsor. They are read as one record.

Cells of columns that hold a list are joined; a row that says otherwise in any other column is left by itself,
and waits for a person. Parts of an EU trial, one for each country (`EUCTR2011-000001-12-DE`, `...-FR`), are
different records of one trial by their nature: there the first part counts, and the row says where it differs.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from drugs.imports.records import UNIT_SEPARATOR, MergedRow, RefusedRow, Unread
from drugs.registry_numbers import parse_number

_COUNTRY_PART = re.compile(r".{,60}\d-[A-Za-z][A-Za-z0-9/ -]{,40}$")
#: Rows of one trial that are kept waiting for its next row.
_MOST = 1000


class Place(NamedTuple):
    """What joining must know of one column."""

    header: str
    #: Cells of several rows are joined with |.
    is_joined: bool
    #: The first row's cell counts.
    is_first: bool


def as_one(
    records: Iterator[Unread | RefusedRow], places: Sequence[Place]
) -> Iterator[Unread | MergedRow | RefusedRow]:
    """Each record, together with the rows below it that say more of the same trial."""
    first: Unread | None = None
    start = ""
    later: list[Unread | MergedRow | RefusedRow] = []
    for record in records:
        its_start = record.number[:11]  # no two spellings of a number begin differently, but by case
        if (
            first is not None
            and start == its_start
            and type(record) is Unread
            and len(later) < _MOST
            and _is_same_trial(first, record)
        ):
            if (joined := _joined(first, record, places)) is None:
                later.append(record)
            else:
                first, differing = joined
                later.append(MergedRow(record.row, record.number, first.row, differing))
            continue
        if first is not None:
            yield first
        if later:
            yield from later
            later = []
        if type(record) is Unread:
            first, start = record, its_start
        else:
            first = None
            yield record
    if first is not None:
        yield first
    yield from later


def _is_same_trial(first: Unread, record: Unread) -> bool:
    if first.number == record.number:
        return bool(record.number)
    number = parse_number(record.number)
    return number is not None and number == parse_number(first.number)


def _joined(first: Unread, record: Unread, places: Sequence[Place]) -> tuple[Unread, tuple[str, ...]] | None:
    """The first row with what the other adds, and the columns in which the first counts; None where they disagree."""
    are_parts = first.number != record.number and bool(
        _COUNTRY_PART.match(first.number) and _COUNTRY_PART.match(record.number)
    )
    before, after = first.cells, record.cells
    if not len(before) == len(after) == len(places):  # a cell holds the sign between cells
        return None
    cells = list(before)
    differing: list[str] = []
    for at, (place, old, new) in enumerate(zip(places, before, after, strict=True)):
        if old == new or not new.strip():
            continue
        if not old.strip():
            cells[at] = new
        elif place.is_joined:
            cells[at] = old if new.strip() in old.split("|") else f"{old}|{new.strip()}"
        elif place.is_first or are_parts:
            differing.append(place.header)
        else:
            return None
    return first._replace(text=UNIT_SEPARATOR.join(cells)), tuple(differing)
