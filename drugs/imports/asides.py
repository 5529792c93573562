"""Rows of a table that are no records: totals and notes below it or between its rows, and its header once more."""

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from drugs.imports.clean import key
from drugs.imports.dates import certain_date
from drugs.imports.problems import BadValueError, FileRefusedError, shown
from drugs.registry_numbers import parse_number

_MOST_NOTED = 50
_THINGS = r"(?:trials|studies|records|rows|results|entries)"
_TOTAL = re.compile(
    rf"(?:grand |sub)?(?:totals?|sum|count|average|mean)(?: (?:number )?(?:of )?{_THINGS})?\s*(?:[:=]\s*)?\d*(?: {_THINGS})?|\d+ {_THINGS}",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"[\d.,' \xa0\u202f]+%?")
_REMARK = re.compile(
    r"(?:sources?|(?:foot)?notes?|legend|downloaded|generated|exported|retrieved|printed|last updated|page \d+"
    r"|date of (?:download|export))\b.*|[©*†].*",
    re.IGNORECASE | re.DOTALL,
)
_NUMBERLIKE = re.compile(
    r"(?:NCT|ISRCTN|EUCTR|EUDRACT|CTIS|DRKS|ACTRN|CHICTR|JPRN|JRCT|UMIN|KCT|CTRI|IRCT|PACTR|RBR|NTR|TCTR)\W*\d.*"
)


def is_aside(cells: Sequence[str], header: Sequence[str], number_names: Sequence[str]) -> bool:
    """Whether a row without a registry number is a note, a total or the header again, and so no record.

    Raises `FileRefusedError` for a header of other columns: what follows would be read under the wrong names.
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not any(char.isalnum() for cell in filled for char in cell):  # empty, or the line below a header
        return True
    if _TOTAL.fullmatch(filled[0]) and all(map(_AMOUNT.fullmatch, filled[1:])):
        return True
    if len(filled) <= 3 and _REMARK.fullmatch(filled[0]) and not any(map(_is_meant, filled)):
        return True
    if any(map(_like_a_number, filled)):
        return False
    if len(filled) == 1:
        return True
    return _is_header(cells, header, number_names)


def _is_header(cells: Sequence[str], header: Sequence[str], number_names: Sequence[str]) -> bool:
    names, own = [key(cell) for cell in cells], [key(name) for name in header]
    if not set(names) & {*number_names} or sum(name in own for name in filter(None, names)) < 2:
        return False
    while names and not names[-1]:
        names.pop()
    while own and not own[-1]:
        own.pop()
    if names == own:
        return True
    raise FileRefusedError(
        _(
            "Another header, of other columns, stands below the first: '%(cells)s'. Two files seem to be joined: "
            "upload each by itself."
        )
        % {"cells": shown(", ".join(cells), 120)}
    )


def _is_meant(cell: str) -> bool:
    """Whether a cell is a registry number, or starts like one and is misspelt or cut off."""
    compact = re.sub(r"\s", "", cell).upper()
    return parse_number(cell) is not None or (len(compact) <= 30 and bool(_NUMBERLIKE.fullmatch(compact)))


def _like_a_number(cell: str) -> bool:
    """Whether a cell may be a registry number, or what is left of one."""
    compact = re.sub(r"\s", "", cell)
    return _is_meant(cell) or (
        len(compact) <= 30 and sum(char.isdigit() for char in compact) >= 5 and not _is_date(cell)
    )


def _is_date(cell: str) -> bool:
    try:
        return certain_date(cell) is not None
    except BadValueError:
        return True


def note(detection: dict[str, Any], row: int, cells: Sequence[str]) -> None:
    """Name a skipped row in the report, or count it where many are named; empty ones need no name."""
    text = next((cell.strip(" \t\r\n\ufeff") for cell in cells if cell.strip(" \t\r\n\ufeff")), "")
    notes = detection.setdefault("skipped_rows", [])
    if not text or any(noted["row"] == row for noted in notes):
        return
    if len(notes) < _MOST_NOTED:
        notes.append({"row": row, "text": shown(text)})
    else:
        detection["skipped_rows_more"] = detection.get("skipped_rows_more", 0) + 1
