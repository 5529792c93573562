"""Which row of a table is its header, and of which format; and why none is."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from drugs.imports import formats
from drugs.imports.cell_number import number_of
from drugs.imports.clean import key
from drugs.imports.formats.table import TableFormat
from drugs.imports.problems import FileRefusedError, shown
from drugs.imports.tables import HEADER_WITHIN

#: What a known column counts beside one that says nothing of the trial.
_KNOWN = 10


class Match(NamedTuple):
    """A row that reads as the header of a format; the larger `score` the surer."""

    score: int
    table: TableFormat
    at: int
    number_at: int
    #: The delimiter of a text, or the name of a workbook's sheet.
    part: str
    rows: list[list[str]]

    @property
    def known(self) -> int:
        """How many of its columns the format knows."""
        return self.score // _KNOWN


def surest_header(samples: dict[str, list[list[str]]], wanted: str) -> Match:
    """The surest header of all formats; a sheet kept by hand where no other table fits, or where it fits better.

    The latter only of a format without marks: a few names that a registry shares with everybody do not make its file.
    """
    found, sheet = (
        max(
            (
                match
                for part, rows in samples.items()
                for table in tables
                if wanted in ("auto", table.name) and (match := header_of(table, part, rows))
            ),
            key=lambda match: match.score,
            default=None,
        )
        for tables in (formats.TABLES, (formats.SHEET,))
    )
    if found and sheet and not found.table.marks and _fits_better(sheet, found):
        return sheet
    if found or sheet:
        return found or sheet  # type: ignore[return-value]
    raise _no_header(samples)


def _fits_better(sheet: Match, other: Match) -> bool:
    """Whether a sheet knows more of the columns, or the other's column of numbers is mostly empty."""
    rows = [cells for cells in other.rows[other.at + 1 :] if any(cells)]
    filled = sum(len(cells) > other.number_at and bool(cells[other.number_at].strip()) for cells in rows)
    return sheet.known > other.known or filled * 2 < len(rows)


def header_of(table: TableFormat, part: str, rows: list[list[str]]) -> Match | None:
    best: Match | None = None
    for at, cells in enumerate(rows[:HEADER_WITHIN]):
        names = [key(cell) for cell in cells]
        known = sum(name in table.columns for name in names)
        number_at = _number_column(table, names, rows[at + 1 :])
        is_sheet = table is formats.SHEET and sum(map(bool, names)) > 1 and not any(map(number_of, cells))
        if number_at is None or not (known or is_sheet) or (table.marks and not table.marks & set(names)):
            continue
        score = known * _KNOWN + sum(name in table.ignored for name in names)
        if best is None or score > best.score:
            best = Match(score, table, at, number_at, part, rows)
    return best


def _number_column(table: TableFormat, names: list[str], below: list[list[str]]) -> int | None:
    """Where the registry numbers stand: by name, and in a sheet kept by hand by its cells too."""
    if table is not formats.SHEET:
        return next((names.index(name) for name in table.number_headers if name in names), None)
    named = [names.index(name) for name in table.number_headers if name in names]
    shares = {at: _share(at, below) for at in named or range(len(names))}
    return max(shares, key=lambda at: shares[at]) if shares and max(shares.values()) >= 0.5 else None


def _share(at: int, rows: list[list[str]]) -> float:
    """The part of the rows that have a registry number in a column."""
    filled = [cells for cells in rows if any(cells)]
    return sum(len(cells) > at and number_of(cells[at]) is not None for cells in filled) / max(len(filled), 1)


def _number_names() -> set[str]:
    """Headers by key that a column of numbers may have, in any format."""
    return {name for table in (*formats.TABLES, formats.SHEET) for name in table.number_headers}


def _header_below(samples: dict[str, list[list[str]]]) -> int | None:
    """The row, as a file counts, of a header that stands too far down."""
    for rows in samples.values():
        for at, cells in enumerate(rows[HEADER_WITHIN:], HEADER_WITHIN + 1):
            if len(cells) > 1 and _number_names() & {key(cell) for cell in cells}:
                return at
    return None


def _no_header(samples: dict[str, list[list[str]]]) -> FileRefusedError:
    """Why no row is a header that is known, in one sentence."""
    rows = max(samples.values(), key=lambda rows: max((len(row) for row in rows), default=0))
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if not filled:
        return FileRefusedError(_("The file has no text in its first rows. Download it from the registry again."))
    firsts = [cell for sample in samples.values() for row in sample[:1] for cell in row]
    numbers = [cell for cell in firsts if number_of(cell)]
    if len(numbers) > 1 and key(firsts[0]) in _number_names():
        return FileRefusedError(
            _(
                "The table lies on its side: its trials stand beside each other, from %(number)s on. Turn rows into columns."
            )
            % {"number": shown(numbers[0], 60)}
        )
    if number := next(iter(numbers), None):
        return FileRefusedError(
            _("The file has no header: row 1 already holds %(number)s. Put a row with the columns' names above it.")
            % {"number": shown(number, 60)}
        )
    if (late := _header_below(samples)) is not None:
        return FileRefusedError(
            _("A header stands in row %(row)s: it is looked for in the first %(most)s. Delete rows above it.")
            % {"row": late, "most": HEADER_WITHIN}
        )
    if all(len(row) == 1 for row in filled) and sum(number_of(row[0]) is not None for row in filled) * 2 > len(filled):
        return FileRefusedError(
            _(
                "The file holds registry numbers and nothing else: download the columns with them, or use fetch_trials --ids."
            )
        )
    names = [cell.strip() for cell in filled[0] if cell.strip()]
    told = ", ".join(shown(name, 40) for name in names[:8]) + (" …" if len(names) > 8 else "")
    if any(number_of(cell) for row in filled[1:] for cell in row):
        return FileRefusedError(
            _(
                "Too few rows have a registry number for this to be a list of trials, or no other column is known. "
                "The first row reads: %(names)s."
            )
            % {"names": told}
        )
    return FileRefusedError(
        _("No column is known to hold registry numbers, such as 'NCT Number'. The first row reads: %(names)s.")
        % {"names": told}
    )
