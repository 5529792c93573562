"""Rows of an XLSX workbook, read in a stream; its own dimensions are not believed."""

import datetime as dt
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils.escape import unescape

from drugs.imports.problems import FileRefusedError, shown
from drugs.imports.tables import MAX_CELL, MAX_COLUMNS, Opener

#: Bytes of the texts that cells share: openpyxl keeps them all in memory.
_MAX_SHARED = 64 << 20
#: Empty rows after which a sheet is over, unless something stands below them: then it is refused.
_MAX_GAP = 10_000
_CHUNK = 1 << 20
#: Parts of a number format that are no letters of a date: quoted text, colours and languages.
_NOT_SHOWN = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
#: A formula whose result was never stored, as programs write it that are no spreadsheet.
_NOT_CALCULATED = re.compile(rb'<c r="([A-Z]{1,3}\d+)"[^<>]*><f[^<>]*>[^<]*</f>(?:<v\s*/>|<v></v>)?</c>')
_LONGEST_FORMULA = 20_000


def check_parts(parts: list[zipfile.ZipInfo]) -> None:
    """Refuse a workbook whose shared texts do not fit into memory."""
    if any(part.filename.lower() == "xl/sharedstrings.xml" and part.file_size > _MAX_SHARED for part in parts):
        raise FileRefusedError(_("The workbook unpacks to more than is read. Save its sheet as CSV."))


def sheets(opener: Opener) -> tuple[list[str], list[str]]:
    """The names of the sheets that people see, and of those that are hidden."""
    with opener() as file:
        book = _open(file)
        seen = [name for name in book.sheetnames if getattr(book[name], "sheet_state", "visible") == "visible"]
        hidden = [name for name in book.sheetnames if name not in seen]
        book.close()
    if not seen:
        raise FileRefusedError(_("The workbook has no sheet that is not hidden. Show the sheet that you mean."))
    return seen, hidden


def check_formulas(opener: Opener, name: str) -> None:
    """Refuse a sheet with formulas that nobody calculated: their cells look empty, and are not."""
    with opener() as file:
        book = _open(file)
        path = getattr(book[name], "_worksheet_path", "")
        book.close()
    with opener() as file, zipfile.ZipFile(file) as parts:
        if path not in parts.namelist():
            return
        with parts.open(path) as part:
            tail = b""
            while chunk := part.read(_CHUNK):
                if found := _NOT_CALCULATED.search(tail + chunk):
                    raise FileRefusedError(
                        _(
                            "Cell %(cell)s of sheet '%(sheet)s' holds a formula without its result. "
                            "Open the workbook in a spreadsheet, save it, and upload it again."
                        )
                        % {"cell": found[1].decode(), "sheet": name}
                    )
                tail = chunk[-_LONGEST_FORMULA:]


def sheet_rows(opener: Opener, name: str) -> Iterator[list[str]]:
    """Rows as text, without their empty cells at the end."""
    with opener() as file:
        workbook = _open(file)
        sheet = workbook[name]
        if not hasattr(sheet, "iter_rows"):
            return
        sheet.reset_dimensions()
        gap = 0
        try:
            for at, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1), 1):
                cells = [_text_of(cell) for cell in row]
                while cells and not cells[-1]:
                    cells.pop()
                gap = 0 if cells else gap + 1
                if gap > _MAX_GAP:
                    _refuse_more(sheet, name, at)
                    return
                yield cells
        except FileRefusedError:
            raise
        except Exception as error:  # openpyxl raises whatever its parts raise
            raise _damaged(error) from error
        finally:
            workbook.close()


def _refuse_more(sheet: Any, name: str, row: int) -> None:
    """Refuse a sheet that goes on below many empty rows: nobody would see that the rest was not read."""
    for at, values in enumerate(sheet.iter_rows(row + 1, values_only=True), row + 1):
        if values and any(as_text(value).strip() for value in values[: MAX_COLUMNS + 1]):
            raise FileRefusedError(
                _("Sheet '%(sheet)s' goes on in row %(row)s, below more than %(most)s empty rows: delete those rows.")
                % {"sheet": shown(name, 40), "row": at, "most": _MAX_GAP}
            )


def _open(file: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except Exception as error:  # as above
            raise _damaged(error) from error


def _damaged(error: Exception) -> FileRefusedError:
    return FileRefusedError(
        _("The workbook is damaged: %(reason)s. Save its sheet as CSV.") % {"reason": str(error)[:100]}
    )


def _text_of(cell: Any) -> str:
    """A cell as its sheet shows it: Excel keeps 2011-02 as the first of that month, and shows no day."""
    value = cell.value
    if isinstance(value, dt.datetime | dt.date):
        shown_as = _NOT_SHOWN.sub("", str(cell.number_format).lower())
        if "d" not in shown_as and "y" in shown_as:
            if "m" in shown_as and value.day == 1:
                return f"{value:%Y-%m}"
            if "m" not in shown_as and (value.month, value.day) == (1, 1):
                return f"{value:%Y}"
    return as_text(value)


def as_text(value: Any) -> str:
    """A cell as a CSV of the sheet would have it: whole numbers without decimals, dates as ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    text = unescape(str(value))  # '_x000D_' is how a workbook writes a control character
    if len(text) > MAX_CELL:
        raise FileRefusedError(_("A cell has more than 1 million characters."))
    return text
