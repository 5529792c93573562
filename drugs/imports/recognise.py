"""Which format a file has, found by what it contains: never by its name."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from drugs.imports import formats
from drugs.imports.clean import key
from drugs.imports.formats.table import Layout, TableFormat, TableSource
from drugs.imports.inspect import Inspection
from drugs.imports.problems import FileRefusedError, shown
from drugs.imports.records import Source
from drugs.imports.tables import HEADER_WITHIN, Broken, Dialect, Opener, check_width, open_text, records, sample_rows
from drugs.registry_numbers import parse_number

DELIMITERS = (",", "\t", ";", "|")


class Match(NamedTuple):
    """A row that reads as the header of a format; the larger `score` the surer."""

    score: int
    table: TableFormat
    at: int
    number_at: int
    dialect: Dialect
    rows: list[list[str]]


def recognise(opener: Opener, inspection: Inspection, wanted: str = "auto") -> Source:
    """Open a file as the format that it is, or that is `wanted`. Raises `FileRefusedError`."""
    return _table(opener, inspection.encoding, wanted)


def _table(opener: Opener, encoding: str, wanted: str) -> Source:
    tables = [table for table in formats.TABLES if wanted in ("auto", table.name)]
    if not tables:
        raise FileRefusedError(_("'%(format)s' is no format that is read.") % {"format": wanted})
    samples = {delimiter: sample_rows(opener, encoding, Dialect(delimiter)) for delimiter in DELIMITERS}
    matches = [
        match
        for delimiter, rows in samples.items()
        for table in tables
        if (match := _best_header(table, Dialect(delimiter), rows))
    ]
    if not matches:
        raise _no_header(samples)
    match = max(matches, key=lambda match: match.score)
    dialect = match.dialect
    if dialect.delimiter == "\t":
        dialect = _tab_dialect(opener, encoding, len(match.rows[match.at]))
        match = _best_header(match.table, dialect, sample_rows(opener, encoding, dialect)) or match
    return _open(opener, encoding, dialect, match)


def _best_header(table: TableFormat, dialect: Dialect, rows: list[list[str]]) -> Match | None:
    best: Match | None = None
    for at, cells in enumerate(rows[:HEADER_WITHIN]):
        names = [key(cell) for cell in cells]
        number = next((names.index(name) for name in table.number_headers if name in names), None)
        known = sum(name in table.columns for name in names)
        if number is None or not known or (table.marks and not table.marks & set(names)):
            continue
        score = known * 10 + sum(name in table.ignored for name in names)
        if best is None or score > best.score:
            best = Match(score, table, at, number, dialect, rows)
    return best


def _tab_dialect(opener: Opener, encoding: str, width: int) -> Dialect:
    """The registry's own tab separated file quotes nothing: its quotation marks are text. Excel's does quote."""
    with open_text(opener, encoding) as text:
        lines = [line for line, _n in zip(text, range(2000), strict=False) if line.strip()]
    is_even = all(line.count("\t") + 1 == width for line in lines)
    has_quoted_quotes = any(
        '""' in cell
        for line in lines
        for cell in line.split("\t")
        if cell.startswith('"') and cell.rstrip("\r\n").endswith('"')
    )
    return Dialect("\t", is_quoted=not is_even or has_quoted_quotes)


def _open(opener: Opener, encoding: str, dialect: Dialect, match: Match) -> TableSource:
    headers = [shown(cell.strip()) for cell in match.rows[match.at]]
    check_width(headers)
    layout, detection = lay_out(match.table, headers, match.number_at, match.at + 1, match.rows)

    def rows() -> Iterator[list[str] | Broken]:
        with open_text(opener, encoding) as text:
            yield from records(iter(text), dialect, width=len(headers), number_at=match.number_at)

    detection = {
        "encoding": encoding,
        "delimiter": {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}[dialect.delimiter],
        "is_quoted": dialect.is_quoted,
    } | detection
    return TableSource(match.table, layout, rows, detection)


def lay_out(
    table: TableFormat, headers: list[str], number_at: int, header_row: int, rows: list[list[str]]
) -> tuple[Layout, dict[str, Any]]:
    """Which column is what; refuses a header that names one thing twice."""
    places, unknown, unnamed, seen = [], [], [], {}
    for at, header in enumerate(headers):
        name = key(header)
        if not header:
            unnamed.append(at + 1)
        elif name in table.columns or at == number_at:
            if name in seen:
                raise FileRefusedError(
                    _(
                        "The header names '%(name)s' twice (columns %(first)s and %(second)s): nobody can tell which is meant."
                    )
                    % {"name": header, "first": seen[name] + 1, "second": at + 1}
                )
            seen[name] = at
            if at != number_at:
                places.append((at, header, table.columns[name]))
        elif name not in table.ignored:
            unknown.append(header)
    places.sort(key=lambda place: key(place[1]))  # the order of columns in a file says nothing
    banner = [" ".join(filter(None, (cell.strip() for cell in row))) for row in rows[: header_row - 1]]
    detection = {
        "header_row": header_row,
        "skipped_rows": [{"row": at, "text": shown(text)} for at, text in enumerate(banner, 1)],
        "columns": [name for _at, name, _column in places],
        "number_column": headers[number_at],
        "unknown_columns": unknown,
        "unnamed_columns": unnamed,
    }
    return Layout(header_row, headers, number_at, places, banner), detection


def _no_header(samples: dict[str, list[list[str]]]) -> FileRefusedError:
    """Why no row is a header that is known, in one sentence."""
    rows = max(samples.values(), key=lambda rows: max((len(row) for row in rows), default=0))
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if not filled:
        return FileRefusedError(_("The file has no text in its first rows. Download it from the registry again."))
    if number := next((cell for cell in filled[0] if parse_number(cell)), None):
        return FileRefusedError(
            _("The file has no header: row 1 already holds %(number)s. Put a row with the columns' names above it.")
            % {"number": number}
        )
    names = [cell.strip() for cell in filled[0] if cell.strip()]
    return FileRefusedError(
        _("No column is known to hold registry numbers, such as 'NCT Number'. The first row reads: %(names)s.")
        % {"names": ", ".join(shown(name, 40) for name in names[:8]) + (" …" if len(names) > 8 else "")}
    )
