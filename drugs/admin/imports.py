"""The door for trial updates: django-import-export's button and form, whose four seams lead to an ImportRun.

Temporary storage is the run's file, written in a stream; the format hands the run through; the
resource compares it; and the run's own page (drugs/admin/import_runs.py) shows what would change.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from import_export.admin import ImportMixin
from import_export.formats.base_formats import Format
from import_export.forms import ImportForm
from import_export.resources import ModelResource
from import_export.results import Result, RowResult
from import_export.tmp_storages import BaseStorage

from drugs.imports import runs, tasks
from drugs.imports.dates import latest_today
from drugs.models import ImportRun, Trial
from drugs.partial_dates import PartialDateFormField


class RunFormat(Format):
    """Hands an uploaded run through; what the file really is, is found by its content."""

    def get_title(self) -> str:
        return _t("found by what the file contains")

    def create_dataset(self, run: ImportRun) -> ImportRun:
        return run

    def can_import(self) -> bool:
        return True


class RunStorage(BaseStorage):
    """The run's file in place of a file in the temporary folder."""

    def __init__(self, run: ImportRun) -> None:
        super().__init__(name=str(run.pk))
        self.run = run

    def read(self) -> ImportRun:
        return self.run

    def remove(self) -> None:
        """The file stays with its run."""


class TrialResource(ModelResource):
    """The columns of a trial; an import of a run is a comparison, which writes nothing."""

    class Meta:
        model = Trial
        fields = ("home_number", "home_registry", *Trial.FACTS)
        import_id_fields = ("home_number",)

    def import_data(self, dataset: ImportRun, dry_run: bool = True, **kwargs: Any) -> Result:
        """Compare the run, or leave it to the worker. The stock library's own writing is never reached."""
        tasks.start_compare(dataset)
        dataset.refresh_from_db()
        result = Result()
        counts = dataset.counts
        result.totals[RowResult.IMPORT_TYPE_NEW] = counts.get("new", 0)
        result.totals[RowResult.IMPORT_TYPE_UPDATE] = counts.get("changed", 0)
        result.totals[RowResult.IMPORT_TYPE_SKIP] = counts.get("unchanged", 0) + counts.get("repeated", 0)
        result.totals[RowResult.IMPORT_TYPE_INVALID] = counts.get("refused", 0) + counts.get("held", 0)
        return result


class TrialImportForm(ImportForm):
    exported_on = PartialDateFormField(
        label=_("Downloaded on"),
        required=False,
        help_text=_(
            "When the file was downloaded from the registry, if you know: an old file then turns nothing back."
        ),
    )
    field_order = ("resource", "import_file", "exported_on", "format")

    #: Who uploads; set by the admin.
    owner: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["import_file"].help_text = _(
            "A registry's file as you downloaded it, up to %(most)s. Nothing is written before you confirm."
        ) % {"most": filesizeformat(settings.IMPORT_MAX_BYTES)}
        self.fields["format"].required = False

    def clean_format(self) -> str:
        return "0"

    def clean_import_file(self) -> UploadedFile:
        file = self.cleaned_data["import_file"]
        if file.size > settings.IMPORT_MAX_BYTES:
            raise forms.ValidationError(
                _t("The file is larger than %(most)s. Split it, or ask for the limit to be raised.")
                % {"most": filesizeformat(settings.IMPORT_MAX_BYTES)}
            )
        return file

    def clean_exported_on(self) -> str:
        day = self.cleaned_data["exported_on"]
        if day and str(day) > latest_today():
            raise forms.ValidationError(_t("This day has not come yet."))
        return str(day)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if file := cleaned.get("import_file"):
            file.owner, file.exported_on = self.owner, cleaned.get("exported_on") or ""
        return cleaned


class TrialImportMixin(ImportMixin):
    """For the admin of Trial: upload a registry's file and come to the page of its run."""

    import_form_class = TrialImportForm
    import_template_name = "admin/drugs/importrun/upload.html"
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("drugs.add_importrun")

    def get_import_formats(self) -> list[Any]:
        return [RunFormat]

    def get_import_resource_classes(self, request: HttpRequest) -> list[Any]:
        return [TrialResource]

    def create_import_form(self, request: HttpRequest) -> TrialImportForm:
        form = super().create_import_form(request)
        form.owner = request.user
        return form

    def write_to_tmp_storage(self, import_file: Any, input_format: Format) -> RunStorage:
        return RunStorage(
            runs.store(
                import_file.chunks(), import_file.name, owner=import_file.owner, exported_on=import_file.exported_on
            )
        )

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response = super().import_action(request, **kwargs)
        form = response.context_data["form"]
        if form.is_bound and form.is_valid():
            return redirect("admin:drugs_importrun_change", form.cleaned_data["import_file"].tmp_storage_name)
        return response

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The library's confirm step is closed: a run is confirmed on its own page, once."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        return require_POST(_to_runs)(request)


def _to_runs(request: HttpRequest) -> HttpResponse:
    messages.warning(request, _t("Open the import and confirm it on its own page."))
    return redirect("admin:drugs_importrun_changelist")
