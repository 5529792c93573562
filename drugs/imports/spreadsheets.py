"""Cells that a spreadsheet would run: made harmless on the way out, as they were on the way in."""

from typing import Any

_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")


def harmless(value: Any) -> str:
    """Text that starts like a formula gets an apostrophe, which spreadsheets do not show."""
    text = str(value)
    return f"'{text}" if text[:1] in _STARTS else text


def unharmed(text: str) -> str:
    """A cell as it was before `harmless`."""
    rest = text[1:]
    return rest if text[:1] == "'" and (rest[:1] in _STARTS or rest.lstrip()[:1] in _STARTS) else text
