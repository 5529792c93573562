"""Tables in and out: exports of every model, formula-safe, and sheets of the small staff lists.

django-import-export is the door (docs/adr). What it leaves open as it comes is closed here:
its escaping takes one `=` away and lets `+ - @` through, its confirm step reads any file of
the temporary folder, a misspelt column is ignored, the second of two equal keys wins, and a
file of a few kilobytes is unpacked to gigabytes before anything counts its rows.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from typing import Any

import tablib
from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.encoding import force_str
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from import_export.admin import ImportMixin
from import_export.formats import base_formats
from import_export.forms import ConfirmImportForm, ImportForm
from import_export.resources import Diff, ModelResource, modelresource_factory
from import_export.tmp_storages import MediaStorage

from drugs.imports import archive, workbook
from drugs.imports.problems import FileRefusedError
from drugs.imports.tables import Broken, Dialect, records
from drugs.models import ContentVersion

_LIVE_CELL = re.compile(r"^[\s]*[=+\-@\t\r]")
_NUMBER = re.compile(r"^[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?$")
MAX_SHEET_BYTES = 2 * 1024 * 1024
MAX_SHEET_ROWS = 5_000
#: A preview can be confirmed for so long; after that its file waits for nobody.
_PREVIEW = dt.timedelta(days=1)
MAX_SHEET_COLUMNS = 50
#: What a workbook of that size unpacks to at most, and what of it is neither cells nor pictures: styles and names are
#: read whole, and cost a hundred times their size.
_MOST_UNPACKED = 4 * MAX_SHEET_BYTES
_MOST_BESIDE = MAX_SHEET_BYTES // 4
_CELLS = ("xl/worksheets/", "xl/sharedstrings.xml", "xl/media/")


def harmless(value: Any) -> Any:
    """A cell that no spreadsheet runs: text that starts like a formula gets an apostrophe; numbers stay."""
    if isinstance(value, str) and _LIVE_CELL.match(value) and not _NUMBER.match(value):
        return f"'{value}"
    return value


class _Harmless:
    """A format for spreadsheets whose cells do not run."""

    def _escape_formulae(self, dataset: tablib.Dataset) -> None:
        rows = [tuple(harmless(cell) for cell in row) for row in dataset]
        headers = dataset.headers
        dataset.wipe()
        dataset.headers = headers
        for row in rows:
            dataset.append(row)


def _dataset(rows: Iterator[list[str] | Broken]) -> tablib.Dataset:
    """A header and the rows below it, empty ones left out. Raises `FileRefusedError` as soon as there are too many."""
    dataset = tablib.Dataset()
    for at, cells in enumerate(rows):
        if isinstance(cells, Broken):
            raise FileRefusedError(_t("Row %(row)s: %(reason)s") % {"row": at + 1, "reason": cells.reason})
        if at > MAX_SHEET_ROWS:
            raise FileRefusedError(
                _t("The sheet has more than %(most)s rows. Empty ones count: delete what stands far below.")
                % {"most": MAX_SHEET_ROWS}
            )
        if len(cells) > MAX_SHEET_COLUMNS:
            raise FileRefusedError(
                _t("Row %(row)s has more than %(most)s columns: delete what stands far to the right.")
                % {"row": at + 1, "most": MAX_SHEET_COLUMNS}
            )
        if at == 0:
            dataset.headers = cells
        elif any(cells):
            dataset.append(cells + [""] * (len(dataset.headers or []) - len(cells)))
    return dataset


class _Text(_Harmless):
    """A text of rows, read one at a time; its quotation marks match."""

    delimiter: str
    encoding: str | None

    def create_dataset(self, in_stream: bytes | str, **kwargs: Any) -> tablib.Dataset:
        try:
            text = in_stream if isinstance(in_stream, str) else in_stream.decode(self.encoding or "utf-8-sig")
        except UnicodeDecodeError:
            raise FileRefusedError(_t("The sheet is no text in UTF-8. Save it as CSV UTF-8.")) from None
        return _dataset(records(io.StringIO(text, newline=""), Dialect(self.delimiter)))


class CSV(_Text, base_formats.CSV):
    """Commas, UTF-8."""

    delimiter = ","


class TSV(_Text, base_formats.TSV):
    """Tabs, UTF-8."""

    delimiter = "\t"


class XLSX(_Harmless, base_formats.XLSX):
    """A workbook, of which the first sheet that is not hidden is read, in a stream and with its unpacked size known."""

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        if not in_stream.startswith(b"PK"):
            raise FileRefusedError(_t("This is no workbook (.xlsx). Choose the format that the file has."))

        def opener() -> io.BytesIO:
            return io.BytesIO(in_stream)

        _check_unpacked(archive.members(opener))
        names, _hidden = workbook.sheets(opener)
        return _dataset(workbook.sheet_rows(opener, names[0]))


def _check_unpacked(parts: list[zipfile.ZipInfo]) -> None:
    beside = [part.file_size for part in parts if not part.filename.lower().startswith(_CELLS)]
    if sum(part.file_size for part in parts) > _MOST_UNPACKED or sum(beside) > _MOST_BESIDE:
        raise FileRefusedError(_t("The workbook unpacks to more than a short list needs. Save its sheet as CSV."))


class JSON(base_formats.JSON):
    """Not a spreadsheet: values as they are."""

    def _escape_formulae(self, dataset: tablib.Dataset) -> None:
        return None


EXPORT_FORMATS = [CSV, XLSX, TSV, JSON]


@cache
def export_resource(model: type[Model], leave_out: tuple[str, ...] = ()) -> type[ModelResource]:
    """All columns of a model, references as natural keys."""
    fields = [field.name for field in model._meta.concrete_fields if field.name not in leave_out]
    return modelresource_factory(model, meta_options={"fields": fields, "use_natural_foreign_keys": True})


class WholeValues(Diff):
    """Old and new value of a cell, marked: the library's own marks carry styles, which the policy blocks."""

    def as_html(self) -> list[Any]:
        return [self._cell(force_str(old), force_str(new)) for old, new in zip(self.left, self.right, strict=True)]

    def _cell(self, old: str, new: str) -> Any:
        if old == new or (self.new and not new):
            return new
        if self.new or not old:
            return format_html("<ins>{}</ins>", new)
        return format_html("<del>{}</del> <ins>{}</ins>", old, new)


class SheetResource(ModelResource):
    """A small staff list as a sheet: found by its short name, every row validated whole, empty cells change nothing."""

    def get_diff_class(self) -> type[Diff]:
        return WholeValues

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        headers = [str(header or "").strip() for header in dataset.headers or []]
        known = list(self.fields)
        if unknown := [header for header in headers if header not in known]:
            raise ValidationError(
                _t("The sheet has columns that are not known: %(unknown)s. Known are: %(known)s.")
                % {"unknown": ", ".join(unknown) or "–", "known": ", ".join(known)}
            )
        if len(set(headers)) != len(headers):
            raise ValidationError(_t("A column stands twice in the sheet."))
        if "slug" not in headers:
            raise ValidationError(_t("The sheet needs a column 'slug', which says what each row is about."))
        if len(dataset) > MAX_SHEET_ROWS:
            raise ValidationError(_t("The sheet has more than %(most)s rows.") % {"most": MAX_SHEET_ROWS})
        dataset.headers = headers
        slugs = [str(slug or "").strip() for slug in dataset["slug"]]
        if twice := sorted({slug for slug in slugs if slugs.count(slug) > 1}):
            raise ValidationError(
                _t("These stand twice in the sheet, so nobody can tell which row is meant: %(twice)s.")
                % {"twice": ", ".join(twice)}
            )

    def import_field(self, field: Any, instance: Any, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        if str(row.get(field.column_name) or "").strip() == "" and field.attribute != "slug":
            return
        super().import_field(field, instance, row, is_m2m, **kwargs)


def sheet_resource(model: type[Model]) -> type[ModelResource]:
    """The sheet of a small list: every column but the primary key, matched by slug."""
    fields = [field.name for field in model._meta.concrete_fields if field.name != "id"]
    return modelresource_factory(
        model,
        resource_class=SheetResource,
        meta_options={
            "fields": fields,
            "import_id_fields": ["slug"],
            "clean_model_instances": True,
            "skip_unchanged": True,
            "report_skipped": True,
        },
    )


class _SheetForm(ImportForm):
    def clean_import_file(self) -> UploadedFile:
        file = self.cleaned_data["import_file"]
        if file.size > MAX_SHEET_BYTES:
            raise forms.ValidationError(_t("A sheet of this list is at most 2 MB."))
        return file


class _ConfirmForm(ConfirmImportForm):
    """Reads the one file whose signed name the preview handed to this person."""

    owner: int | None = None

    def clean_import_file_name(self) -> str:
        try:
            return signing.loads(self.cleaned_data["import_file_name"], salt=f"sheet-{self.owner}", max_age=_PREVIEW)
        except signing.BadSignature as error:
            raise forms.ValidationError(_t("This preview is not valid any more. Upload the sheet again.")) from error


class SheetImportMixin(ImportMixin):
    """django-import-export's own importer for a small list, with its confirm step closed."""

    tmp_storage_class = MediaStorage
    import_form_class = _SheetForm
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"

    def get_import_resource_classes(self, request: HttpRequest) -> list[Any]:
        return [sheet_resource(self.model)]  # type: ignore[attr-defined]

    def get_export_resource_classes(self, request: HttpRequest) -> list[Any]:
        return [sheet_resource(self.model)]  # type: ignore[attr-defined]

    def get_import_formats(self) -> list[Any]:
        return [CSV, XLSX, TSV]

    def add_data_read_fail_error_to_form(self, form: forms.Form, e: Exception) -> None:
        if isinstance(e, FileRefusedError):
            form.add_error("import_file", str(e))
        else:
            super().add_data_read_fail_error_to_form(form, e)

    def get_confirm_form_class(self, request: HttpRequest) -> type[forms.Form]:
        return type("ConfirmForm", (_ConfirmForm,), {"owner": request.user.pk})

    def get_confirm_form_initial(self, request: HttpRequest, import_form: Any) -> dict[str, Any]:
        initial = super().get_confirm_form_initial(request, import_form)
        if import_form is not None:
            initial["import_file_name"] = signing.dumps(initial["import_file_name"], salt=f"sheet-{request.user.pk}")
        return initial

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """All rows or none: good rows are not saved beside bad ones."""
        return super().get_import_data_kwargs(**kwargs) | {"rollback_on_validation_errors": True}

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """A second confirm finds its file gone, one with another format cannot read it: it says so instead of failing."""
        try:
            return super().process_import(request, **kwargs)
        except FileRefusedError as error:
            self.message_user(request, str(error), "error")  # type: ignore[attr-defined]
            return self._to_list()
        except FileNotFoundError:
            self.message_user(  # type: ignore[attr-defined]
                request, _t("This sheet was imported already, or its preview was given up. Upload it again."), "warning"
            )
            return self._to_list()

    def _to_list(self) -> HttpResponse:
        return redirect(f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_changelist")  # type: ignore[attr-defined]

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        """Say 'imported' only when it was: a row that clashed since the preview rolled everything back."""
        if result.has_errors() or result.has_validation_errors():
            self.message_user(  # type: ignore[attr-defined]
                request,
                _t("Nothing was imported: the list changed since the preview. Upload the sheet again to see how."),
                "error",
            )
            return self._to_list()
        response = super().process_result(result, request)
        ContentVersion.bump()
        return response


def forget_sheets(at: dt.datetime) -> int:
    """Delete the uploads that nobody confirmed in time; returns how many."""
    folder, deleted = MediaStorage().MEDIA_FOLDER, 0
    try:
        _folders, names = default_storage.listdir(folder)
    except FileNotFoundError:  # no sheet was ever uploaded
        return 0
    for name in names:
        path = f"{folder}/{name}"
        try:
            if default_storage.get_modified_time(path) < at - _PREVIEW:
                default_storage.delete(path)
                deleted += 1
        except FileNotFoundError:  # it was confirmed in this moment
            continue
    return deleted
