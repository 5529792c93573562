"""Cells that a spreadsheet would run: made harmless on the way out, as they were on the way in."""

from typing import Any

from django.utils.translation import gettext as _

from drugs.imports.problems import BadValueError

#: What a spreadsheet shows where a formula failed. '#N/A' is how some programs write that they have no value.
_FAILURES = frozenset(("#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#ERROR!"))
_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")


def harmless(value: Any) -> str:
    """Text that starts like a formula gets an apostrophe, which spreadsheets do not show."""
    text = str(value)
    return f"'{text}" if text[:1] in _STARTS else text


def no_failure(text: str) -> str:
    """The text of a cell that starts with #. Raises `BadValueError` for the sign of a formula that failed."""
    if text in _FAILURES:
        raise BadValueError(_("A formula of the spreadsheet failed in this cell: mend it, and save again."))
    return text


def unharmed(text: str) -> str:
    """A cell as it was before `harmless`."""
    rest = text[1:]
    return rest if text[:1] == "'" and (rest[:1] in _STARTS or rest.lstrip()[:1] in _STARTS) else text
