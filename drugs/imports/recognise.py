"""Which format a file has, found by what it contains: never by its name."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any
from zipfile import ZipInfo

from django.utils.translation import gettext as _

from drugs.imports import archive, documents, formats, mapping, workbook
from drugs.imports.cell_number import number_of
from drugs.imports.clean import key
from drugs.imports.formats import Document, euctr
from drugs.imports.formats.table import Column, Layout, TableFormat, TableSource
from drugs.imports.headers import Match, header_of, surest_header
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
    match = surest_header(samples, wanted)
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
        header = header_of(table, part, rows) if wanted in ("auto", table.name) else None
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
    match = surest_header(samples, wanted)
    dialect = Dialect(match.part)
    if match.part == "\t":
        dialect = _tab_dialect(opener, encoding, len(match.rows[match.at]))
        match = surest_header({"\t": sample_rows(opener, encoding, dialect)}, match.table.name)
    elif all(cell.startswith(" ") for cell in match.rows[match.at][1:]):
        dialect = dialect._replace(is_spaced=True)
        match = surest_header({match.part: sample_rows(opener, encoding, dialect)}, match.table.name)
    width, number_at = len(match.rows[match.at]), match.number_at

    def rows() -> Iterator[list[str] | Broken]:
        with open_text(opener, encoding) as text:
            yield from records(iter(text), dialect, width=width, number_at=number_at)

    how = {"encoding": encoding, "delimiter": _DELIMITER_NAMES[match.part], "is_quoted": dialect.is_quoted}
    return _open(match, rows, how)


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
