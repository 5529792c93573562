"""Which format a file has, found by what it contains: never by its name."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple
from zipfile import ZipInfo

from django.utils.translation import gettext as _

from drugs.imports import archive, documents, formats, mapping, workbook
from drugs.imports.cell_number import number_of
from drugs.imports.clean import key
from drugs.imports.formats import Document, euctr
from drugs.imports.formats.table import Column, Layout, TableFormat, TableSource
from drugs.imports.inspect import Inspection
from drugs.imports.problems import FileRefusedError, shown
from drugs.imports.records import Source
from drugs.imports.tables import HEADER_WITHIN, Broken, Dialect, Opener, check_width, open_text, records, sample_rows

DELIMITERS = (",", "\t", ";", "|")
_DELIMITER_NAMES = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}
_SAMPLE = HEADER_WITHIN * 3
#: Records of a document among which one must be of a format.
_FIRST_RECORDS = 20


#: Elements that hold the trials of a registry's XML, if there are any.
_LISTS = frozenset(("trials_downloaded_from_ictrp", "trials", "alltrials", "clinical_studies"))


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


class ColumnsUnknownError(FileRefusedError):
    """A sheet of which only the registry numbers are known: `detection` has its columns, for a person to name."""

    def __init__(self, message: str, detection: dict[str, Any]) -> None:
        super().__init__(message)
        self.detection = detection


def recognise(opener: Opener, inspection: Inspection, wanted: str = "auto") -> Source:
    """Open a file as the format that it is, or that is `wanted`. Raises `FileRefusedError`."""
    if wanted not in ("auto", *formats.NAMES):
        raise FileRefusedError(
            _("'%(format)s' is no format that is read. Known are: %(known)s.")
            % {"format": shown(wanted, 40), "known": ", ".join(formats.NAMES)}
        )
    if inspection.kind in ("json", "xml"):
        return _documents([archive.Part(opener, inspection)], wanted)
    if inspection.kind == "xlsx":
        return _zipped(opener, wanted)
    return _text(opener, inspection.encoding, wanted)


def _zipped(opener: Opener, wanted: str) -> Source:
    """A workbook, or what an archive holds: a file of any kind, or many documents read as one."""
    members = archive.members(opener)
    if any(member.filename == "xl/workbook.xml" for member in members):
        return _workbook(opener, members, wanted)
    archive.refuse_other_documents(members)
    parts = archive.parts_of(opener, members)
    first = parts[0]
    if first.inspection.kind == "xlsx":
        raise FileRefusedError(_("The archive (zip) holds a workbook or another archive: unpack it and upload that."))
    if first.inspection.kind in ("json", "xml"):
        source = _documents(parts, wanted)
    else:
        source = _text(first.opener, first.inspection.encoding, wanted)
    source.detection["unpacked"] = [shown(part.name) for part in parts[:20]]
    return source


# Documents


def _documents(parts: list[archive.Part], wanted: str) -> Source:
    """JSON or XML in one file, or in several of an archive: all are of the format of the first."""
    first = parts[0]
    with archive.naming(first.name):
        document = _document_of(first, wanted)

    def records() -> Iterator[Any]:
        for part in parts:
            with archive.naming(part.name):
                yield from _own_records(part, document)

    rows = documents.as_rows(records, document.names, document.is_own, document.cells)
    headers = list(document.names.values())
    layout, detection = lay_out(document.table, headers, 0, 1, [headers])
    layout.is_document = True
    return TableSource(document.table, layout, rows, {"encoding": first.inspection.encoding or "XML"} | detection)


def _records(part: archive.Part, document: Document) -> Iterator[Any]:
    if part.inspection.kind == "xml":
        return documents.elements(part.opener, document.tags)
    return documents.studies(part.opener, part.inspection.encoding)


def _own_records(part: archive.Part, document: Document) -> Iterator[Any]:
    """The records of a file, of which one at least must be of the format: what else is in an archive would be lost."""
    has_own = False
    for record in _records(part, document):
        has_own = has_own or document.is_own(record)
        yield record
    if not has_own:
        raise archive.stranger(
            part, _("it holds no trial of the format of the first (%(format)s)") % {"format": document.table.label}
        )


def _document_of(part: archive.Part, wanted: str) -> Document:
    """The format of a file's records. Raises `FileRefusedError` where it is none that is known."""
    opener, kind, encoding = part.opener, part.inspection.kind, part.inspection.encoding
    for document in formats.DOCUMENTS:
        if wanted not in ("auto", document.table.name) or bool(document.tags) != (kind == "xml"):
            continue
        if any(map(document.is_own, islice(_records(part, document), _FIRST_RECORDS))):
            return document
    if kind == "json":
        if not any(True for _each in documents.studies(opener, encoding)):
            raise FileRefusedError(_("The file holds an empty list of studies: the search that made it found nothing."))
        if told := _told_of_json(opener, encoding):
            raise told
    if kind == "xml" and documents.root_name(opener) in _LISTS:
        raise FileRefusedError(_("The file holds an empty list of trials: the search that made it found nothing."))
    raise FileRefusedError(
        _(
            "This is %(kind)s, and not of a registry that is known: no study of ClinicalTrials.gov, ICTRP or ISRCTN is in it."
        )
        % {"kind": kind.upper()}
    )


def _told_of_json(opener: Opener, encoding: str) -> FileRefusedError | None:
    """The sentence for an answer of a registry that holds no studies, or those of an interface that is gone."""
    first = next(documents.studies(opener, encoding), None)
    if not isinstance(first, dict):
        return None
    if {"FullStudiesResponse", "StudyFieldsResponse", "Study"} & set(first):
        return FileRefusedError(
            _(
                "This is JSON of ClinicalTrials.gov's interface before June 2024, which is no more. Download the studies again."
            )
        )
    said = next((first[name] for name in ("error", "message", "detail") if isinstance(first.get(name), str)), "")
    if said:
        return FileRefusedError(
            _("This is no list of studies, but an answer that says: %(said)s. Download it again.")
            % {"said": shown(said, 120)}
        )
    return None


# Tables


def _workbook(opener: Opener, parts: list[ZipInfo], wanted: str) -> Source:
    """The one sheet with trials; sheets that nobody sees are not read, and what is not read is named."""
    workbook.check_parts(parts)
    names, hidden = workbook.sheets(opener)
    samples = {name: list(islice(workbook.sheet_rows(opener, name), _SAMPLE)) for name in names}
    match = _best(samples, wanted)
    alike = [name for name in names if name != match.part and _holds_trials(name, samples[name], wanted)]
    if alike:
        raise FileRefusedError(
            _("Several sheets of the workbook hold trials: %(names)s. Save the one that you mean as a file of its own.")
            % {"names": ", ".join(shown(name, 40) for name in [match.part, *alike])}
        )
    workbook.check_formulas(opener, match.part)
    unread = [name for name in names if name != match.part] + hidden
    how = {"sheet": match.part, "sheets_not_read": unread}
    return _open(match, lambda: _padded(workbook.sheet_rows(opener, match.part), match), how)


def _holds_trials(part: str, rows: list[list[str]], wanted: str) -> bool:
    """Whether a sheet could be read by itself: a header of any format with a column that is known, and a trial below it."""
    for table in (*formats.TABLES, formats.SHEET):
        header = _header(table, part, rows) if wanted in ("auto", table.name) else None
        if header and header.score:
            numbers = (cells[header.number_at] for cells in rows[header.at + 1 :] if len(cells) > header.number_at)
            if any(map(number_of, numbers)):
                return True
    return False


def _padded(rows: Iterator[list[str]], match: Match) -> Iterator[list[str]]:
    """A sheet has no cells where nothing stands: rows as wide as the header."""
    width = len(match.rows[match.at])
    for cells in rows:
        yield cells + [""] * (width - len(cells)) if cells else [""] * width


def _text(opener: Opener, encoding: str, wanted: str) -> Source:
    with open_text(opener, encoding) as text:
        is_dump = euctr.is_dump(islice(text, _SAMPLE))
    if is_dump and wanted in ("auto", euctr.FORMAT.name):
        layout, detection = lay_out(euctr.FORMAT, euctr.DUMP_HEADERS, 0, 1, [euctr.DUMP_HEADERS])
        layout.is_document = True
        detection |= {"encoding": encoding}
        return TableSource(euctr.FORMAT, layout, lambda: euctr.dump_rows(opener, encoding), detection)
    samples = {delimiter: sample_rows(opener, encoding, Dialect(delimiter)) for delimiter in DELIMITERS}
    match = _best(samples, wanted)
    dialect = Dialect(match.part)
    if match.part == "\t":
        dialect = _tab_dialect(opener, encoding, len(match.rows[match.at]))
        match = _best({"\t": sample_rows(opener, encoding, dialect)}, match.table.name)
    elif all(cell.startswith(" ") for cell in match.rows[match.at][1:]):
        dialect = dialect._replace(is_spaced=True)
        match = _best({match.part: sample_rows(opener, encoding, dialect)}, match.table.name)
    width, number_at = len(match.rows[match.at]), match.number_at

    def rows() -> Iterator[list[str] | Broken]:
        with open_text(opener, encoding) as text:
            yield from records(iter(text), dialect, width=width, number_at=number_at)

    how = {"encoding": encoding, "delimiter": _DELIMITER_NAMES[match.part], "is_quoted": dialect.is_quoted}
    return _open(match, rows, how)


def _best(samples: dict[str, list[list[str]]], wanted: str) -> Match:
    """The surest header of all formats; a sheet kept by hand where no other table fits, or where it fits better.

    The latter only of a format without marks: a few names that a registry shares with everybody do not make its file.
    """
    found, sheet = (
        max(
            (
                match
                for part, rows in samples.items()
                for table in tables
                if wanted in ("auto", table.name) and (match := _header(table, part, rows))
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


def _header(table: TableFormat, part: str, rows: list[list[str]]) -> Match | None:
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


def _tab_dialect(opener: Opener, encoding: str, width: int) -> Dialect:
    """The registry's own tab separated file quotes nothing: its quotation marks are text. Excel's does quote."""
    with open_text(opener, encoding) as text:
        lines = [line for line in islice(text, 2000) if line.strip()]
    is_even = all(line.count("\t") + 1 == width for line in lines)
    cells = (cell.strip() for line in lines if '""' in line for cell in line.split("\t"))
    return Dialect("\t", is_quoted=not is_even or any(cell[:1] == '"' == cell[-1:] and '""' in cell for cell in cells))


def _open(match: Match, rows: Callable[[], Iterator[list[str] | Broken]], how: dict[str, Any]) -> TableSource:
    headers = [shown(cell.strip()) for cell in match.rows[match.at]]
    check_width(headers)
    table, number_at = match.table, match.number_at
    chosen: dict[int, Column] = {}
    if table is formats.SHEET:
        number_at, chosen = mapping.columns(headers, number_at)
        how |= {"mapping": mapping.shown(headers, number_at, chosen, match.rows[match.at + 1 :])}
    layout, detection = lay_out(table, headers, number_at, match.at + 1, match.rows, chosen)
    if not layout.places:
        raise ColumnsUnknownError(
            _("The file holds registry numbers, and no other column is known: say what each column holds."), how
        )
    return TableSource(table, layout, rows, how | detection)


def lay_out(
    table: TableFormat,
    headers: list[str],
    number_at: int,
    header_row: int,
    rows: list[list[str]],
    chosen: dict[int, Column] | None = None,
) -> tuple[Layout, dict[str, Any]]:
    """Which column is what; refuses a header that names one thing twice."""
    places, unknown, unnamed, seen = [], [], [], {}
    for at, header in enumerate(headers):
        name = key(header)
        column = chosen.get(at) if chosen else table.columns.get(name)
        if not header:
            unnamed.append(at + 1)
        elif column or at == number_at or name == key(headers[number_at]):
            if name in seen:
                raise FileRefusedError(
                    _(
                        "The header names '%(name)s' twice (columns %(first)s and %(second)s): nobody can tell which is meant."
                    )
                    % {"name": header, "first": seen[name] + 1, "second": at + 1}
                )
            seen[name] = at
            if column and at != number_at:
                places.append((at, header, column))
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
