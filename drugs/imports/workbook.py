"""Rows of an XLSX workbook, read in a stream; its own dimensions are not believed."""

import datetime as dt
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
from django.conf import settings
from django.utils.translation import gettext as _

from drugs.imports.problems import FileRefusedError
from drugs.imports.tables import MAX_CELL, MAX_COLUMNS, Opener

_MAX_PARTS = 2_000
#: Empty rows after which a sheet is over: a cell at the far end of an empty sheet costs nothing then.
_MAX_GAP = 10_000


def check_archive(opener: Opener) -> None:
    """Refuse an archive that is no workbook, or that unpacks to more than is read."""
    with opener() as file:
        try:
            parts = zipfile.ZipFile(file).infolist()
        except (zipfile.BadZipFile, OSError, ValueError):
            raise FileRefusedError(
                _("The file starts like a workbook and is damaged. Save it again, or as CSV.")
            ) from None
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise FileRefusedError(
            _("This is an archive (zip), not a workbook or a table: unpack it and upload the file inside.")
        )
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > _MAX_PARTS or unpacked > 2 * settings.IMPORT_MAX_BYTES:
        raise FileRefusedError(_("The workbook unpacks to more than is read. Save its sheet as CSV."))


def sheets(opener: Opener) -> list[str]:
    with opener() as file:
        return list(_open(file).sheetnames)


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
            for values in sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True):
                cells = [as_text(value) for value in values]
                while cells and not cells[-1]:
                    cells.pop()
                gap = 0 if cells else gap + 1
                if gap > _MAX_GAP:
                    return
                yield cells
        except FileRefusedError:
            raise
        except Exception as error:  # openpyxl raises whatever its parts raise
            raise _damaged(error) from error
        finally:
            workbook.close()


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
    text = str(value)
    if len(text) > MAX_CELL:
        raise FileRefusedError(_("A cell has more than 1 million characters."))
    return text
