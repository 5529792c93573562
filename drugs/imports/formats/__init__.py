"""One module per registry format. docs/recipes/add-a-registry-format.md says how to add one."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from drugs.imports.formats import ctgov_csv, ctgov_json, ctgov_xml, ctis, euctr, ictrp, isrctn, open_data, sheet
from drugs.imports.formats.table import TableFormat


class Document(NamedTuple):
    """A format of JSON or XML: which records are its own, and their cells."""

    table: TableFormat
    #: Key of each cell -> what the file calls it.
    names: Mapping[str, str]
    is_own: Callable[[Any], bool]
    cells: Callable[[Any], dict[str, str]]
    #: Names of elements, in small letters; none for JSON.
    tags: frozenset[str] = frozenset()


#: Formats of delimited text and workbooks, the more particular ones first.
TABLES: tuple[TableFormat, ...] = (
    sheet.EXPORT,
    open_data.FORMAT,
    ctgov_csv.NEW,
    ctgov_csv.OLD,
    ictrp.FORMAT,
    isrctn.FORMAT,
    ctis.FORMAT,
    euctr.FORMAT,
    ctgov_json.FORMAT,
    ctgov_xml.FORMAT,
)
#: Tried where no other table fits.
SHEET = sheet.FORMAT
DOCUMENTS: tuple[Document, ...] = (
    Document(ctgov_json.FORMAT, ctgov_json.NAMES, ctgov_json.is_study, ctgov_json.cells),
    Document(isrctn.FORMAT, isrctn.NAMES, isrctn.is_record, isrctn.cells),
    Document(isrctn.FORMAT, isrctn.NAMES, isrctn.is_full_trial, isrctn.cells_of_element, isrctn.TAGS),
    Document(ctgov_xml.FORMAT, ctgov_xml.NAMES, lambda _element: True, ctgov_xml.cells, ctgov_xml.TAGS),
    Document(ictrp.FORMAT, ictrp.NAMES, ictrp.is_known, ictrp.cells, ictrp.TAGS),
)
LABELS = {table.name: table.label for table in (*TABLES, SHEET, *(document.table for document in DOCUMENTS))}
NAMES = (
    *dict.fromkeys([*(table.name for table in TABLES), SHEET.name, *(document.table.name for document in DOCUMENTS)]),
)


def label(name: str) -> str:
    """What people call a format; '' where none is known yet."""
    return str(LABELS.get(name, ""))
