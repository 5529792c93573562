"""The page of an import: what would change, the decision on each row, and what came of it."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from drugs.admin.base import StaffAdmin
from drugs.admin.import_rows import label, tell
from drugs.imports import downloads, formats, mapping, progress, runs, tasks
from drugs.imports.problems import FileRefusedError
from drugs.imports.undo import NotAppliedError, undo
from drugs.models import ColumnMapping, ImportRecord, ImportRow, ImportRun, Trial
from drugs.vocabulary import RowDecision, RunState
from drugs.worker import worker_command

PER_PAGE = 50
SORTS = {"row": ("row", "pk"), "-row": ("-row", "-pk"), "number": ("number", "pk"), "-number": ("-number", "-pk")}
OPEN_STATES = (RunState.UPLOADED, RunState.COMPARED, RunState.FAILED)


class FormatFilter(admin.SimpleListFilter):
    title = _("format")
    parameter_name = "format"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, formats.label(name)) for name in formats.NAMES]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(format=self.value()) if self.value() else queryset


@admin.register(ImportRun)
class ImportRunAdmin(StaffAdmin):
    """Runs are made by the import button of trials; here they are read, decided on and put back."""

    import_export_change_list_template = "admin/drugs/importrun/change_list.html"
    list_display = ("original_name", "standing", "told", "kind", "owner", "created_at")
    list_filter = ("state", FormatFilter)
    list_select_related = ("owner",)
    search_fields = ("original_name", "sha256")
    search_help_text = _("Name of the file, or its SHA-256.")
    is_public_content = False  # applying a run counts itself
    when_empty = _("No imports yet. Upload a registry's file: Import trials, above.")

    @admin.display(description=_("format"), ordering="format")
    def kind(self, run: ImportRun) -> str:
        return formats.label(run.format)

    @admin.display(description=_("state"), ordering="state")
    def standing(self, run: ImportRun) -> str:
        if run.has_stopped(timezone.now()):
            return _t("stopped: open it to start it again")
        return run.get_state_display()

    @admin.display(description=_("what it does"))
    def told(self, run: ImportRun) -> str:
        names = ("new", "changed", "unchanged", "held", "refused")
        return ", ".join(f"{run.counts[name]} {_t(name)}" for name in names if run.counts.get(name))

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("numbers", "detection")

    # Permissions: one per action, refused unless given

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        names = ("view", "add", "confirm", "undo")
        return any(request.user.has_perm(f"drugs.{name}_importrun") for name in names)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # Addresses

    def get_urls(self) -> list[URLPattern]:
        def page(name: str, view: Any) -> URLPattern:
            return path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"drugs_importrun_{name}")

        return [
            page("decide", self.decide),
            page("compare", self.compare),
            page("columns", self.columns),
            page("confirm", self.confirm),
            page("undo", self.undo),
            page("discard", self.discard),
            page("problems.csv", self.problems_csv),
            page("report.csv", self.report_csv),
            page("report.json", self.report_json),
            *super().get_urls(),
        ]

    def _run(self, request: HttpRequest, pk: int, permission: str = "") -> ImportRun:
        allowed = (
            request.user.has_perm(f"drugs.{permission}_importrun") if permission else self.has_view_permission(request)
        )
        if not allowed:
            raise PermissionDenied
        run = self.get_object(request, str(pk))
        if run is None:
            raise Http404
        return run

    def _back(self, run: ImportRun) -> HttpResponseRedirect:
        return redirect("admin:drugs_importrun_change", run.pk)

    # The page

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method == "POST":
            raise PermissionDenied  # each action has an address of its own
        if not object_id.isdecimal() or len(object_id) > 18:
            raise Http404
        run = self._run(request, int(object_id))
        asked = _asked(request)
        rows = _rows(run, asked)
        # The keys first: to sort a hundred thousand rows with their texts takes five times as long.
        page = Paginator(rows.values_list("pk", flat=True), PER_PAGE).get_page(request.GET.get("p"))
        page.object_list = list(rows.filter(pk__in=list(page.object_list)))
        tell(run, page.object_list)
        context = {
            **self.admin_site.each_context(request),
            "title": _t("Import %(run)s: %(name)s") % {"run": run.pk, "name": run.original_name},
            "opts": self.opts,
            "run": run,
            "page": page,
            "asked": asked,
            "tabs": _tabs(run, asked),
            "fields": [(name, label(name), count) for name, count in run.counts.get("fields", {}).items()],
            "sorts": [("row", _t("row")), ("number", _t("registry number"))],
            "columns": run.detection.get("mapping") if run.state in OPEN_STATES else None,
            "facts": mapping.choices(),
            "can_map": request.user.has_perm("drugs.add_importrun"),
            "is_open": run.state == RunState.COMPARED,
            "is_waiting": run.state in (RunState.UPLOADED, RunState.CONFIRMED),
            "progress": progress.of(run),
            "format": formats.label(run.format),
            "worker_command": worker_command(),
            "has_stopped": run.has_stopped(timezone.now()),
            "stopped_since": run.moved_at or run.created_at,
            "waiting_rows": run.rows.filter(is_accepted=True).count() if run.state == RunState.COMPARED else 0,
            "can_confirm": request.user.has_perm("drugs.confirm_importrun"),
            "can_undo": request.user.has_perm("drugs.undo_importrun"),
            "can_discard": _may_discard(request, run),
            "query": asked | {"p": page.number},
        }
        return TemplateResponse(request, "admin/drugs/importrun/run.html", context)

    # The decision

    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the ticks of one page of rows: accepted or left out, by row and by field. They are of one comparison."""
        return require_POST(self._decide)(request, pk)

    def _decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run(request, pk, "confirm")
        if not _is_seen(request, run):
            return self._back(run)
        shown = {value for value in request.POST.getlist("shown") if value.isdecimal() and len(value) < 19}
        accepted, taken = set(request.POST.getlist("accept")), set(request.POST.getlist("take"))
        rows = list(
            run.rows.filter(pk__in=shown, run__state=RunState.COMPARED, run__claim=run.claim).annotate(
                may_be_accepted=_acceptable()
            )
        )
        for row in rows:
            row.is_accepted = str(row.pk) in accepted and row.may_be_accepted
            row.left_out = [change[0] for change in row.changes if f"{row.pk}:{change[0]}" not in taken]
            if row.changes and len(row.left_out) == len(row.changes):
                row.is_accepted = False
        ImportRow.objects.bulk_update(rows, ["is_accepted", "left_out"])
        messages.success(request, _t("The choice for %(count)s rows is kept.") % {"count": len(rows)})
        return redirect(f"{reverse('admin:drugs_importrun_change', args=[run.pk])}?{_query(request.POST)}")

    def confirm(self, request: HttpRequest, pk: int) -> HttpResponse:
        return require_POST(self._confirm)(request, pk)

    def _confirm(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run(request, pk, "confirm")
        if run.state == RunState.COMPARED and not _is_seen(request, run):
            return self._back(run)
        if run.state == RunState.COMPARED and run.is_large_change and "large" not in request.POST:
            messages.error(
                request,
                _t(
                    "More than a fifth of the known trials in this file would change: tick that you have looked at them."
                ),
            )
            return self._back(run)
        is_again = run.state == RunState.CONFIRMED and "again" in request.POST
        if not is_again and not runs.confirm(run, by=request.user):
            messages.warning(request, _t("This import was confirmed already, or waits to be compared."))
            return self._back(run)
        tasks.start_apply(run)
        run.refresh_from_db()
        if run.state == RunState.APPLIED:
            messages.success(request, _written(run))
        return self._back(run)

    def compare(self, request: HttpRequest, pk: int) -> HttpResponse:
        return require_POST(self._compare)(request, pk)

    def _compare(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run(request, pk, "add")
        if run.state in OPEN_STATES:
            tasks.start_compare(run)
        return self._back(run)

    def columns(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep what a person says of a sheet's columns, and compare again."""
        return require_POST(self._columns)(request, pk)

    def _columns(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run(request, pk, "add")
        guessed = run.detection.get("mapping")
        if run.state not in OPEN_STATES or not guessed:
            return self._back(run)
        facts = [request.POST.get(f"column-{at}", "") for at in range(len(guessed))]
        if problem := mapping.problem(facts):
            messages.error(request, problem)
            return self._back(run)
        mapping.remember([column["header"] for column in guessed], facts, by=request.user)
        tasks.start_compare(run)
        messages.success(request, _t("The columns are kept for every sheet with this header."))
        return self._back(run)

    def undo(self, request: HttpRequest, pk: int) -> HttpResponse:
        return require_POST(self._undo)(request, pk)

    def _undo(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run(request, pk, "undo")
        try:
            run = undo(run, by=request.user)
        except NotAppliedError as error:
            messages.warning(request, str(error))
        else:
            what = run.detection["undo"]
            messages.success(
                request,
                _t("Put back: %(deleted)s trials deleted, %(restored)s as before.")
                % {"deleted": what["deleted"], "restored": what["restored"]},
            )
        return self._back(run)

    def discard(self, request: HttpRequest, pk: int) -> HttpResponse:
        return require_POST(self._discard)(request, pk)

    def _discard(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take away a run that nobody confirmed, and then its file: who confirms meanwhile waits, and finds none."""
        run = self._run(request, pk)
        if not _may_discard(request, run):
            raise PermissionDenied
        with transaction.atomic():
            waiting = ImportRun.objects.select_for_update().filter(pk=run.pk, state__in=OPEN_STATES).first()
            if waiting is None:
                messages.warning(request, _t("This import was confirmed or discarded meanwhile: it is left as it is."))
                return redirect("admin:drugs_importrun_changelist")
            transaction.on_commit(partial(waiting.file.storage.delete, waiting.file.name))
            waiting.delete()
        messages.success(request, _t("The upload was discarded: nothing was written."))
        return redirect("admin:drugs_importrun_changelist")

    # Downloads

    def problems_csv(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run(request, pk)
        try:
            return downloads.problems_csv(run)
        except FileRefusedError:  # refused as a whole, or the file was not kept
            messages.warning(request, _t("The file of this import cannot be read, so there are no rows to mend."))
            return self._back(run)

    def report_csv(self, request: HttpRequest, pk: int) -> HttpResponse:
        return downloads.report_csv(self._run(request, pk))

    def report_json(self, request: HttpRequest, pk: int) -> HttpResponse:
        return downloads.report_json(self._run(request, pk))


@admin.register(ColumnMapping)
class ColumnMappingAdmin(StaffAdmin):
    """What staff said of a sheet's columns: named on the page of an import, forgotten here."""

    list_display = ("__str__", "saved_by", "saved_at")
    fields = readonly_fields = ("headers", "facts", "saved_by", "saved_at")
    is_public_content = False
    when_empty = _("No columns were named yet: an import of a sheet kept by hand asks for them.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _written(run: ImportRun) -> str:
    """What was written, less what a person left out."""
    written = run.rows.filter(is_accepted=True)
    return _t("Imported: %(new)s new and %(changed)s changed trials.") % {
        "new": written.filter(decision=RowDecision.NEW).count(),
        "changed": written.filter(decision=RowDecision.CHANGED).count(),
    }


def _is_seen(request: HttpRequest, run: ImportRun) -> bool:
    """Whether a form was filled in on the comparison that stands; a word to the person where it was not."""
    is_seen = request.POST.get("claim") == run.claim
    if not is_seen:
        messages.error(request, _t("The file was compared again meanwhile: look at the preview anew."))
    return is_seen


def _may_discard(request: HttpRequest, run: ImportRun) -> bool:
    is_own = run.owner_id == request.user.pk and request.user.has_perm("drugs.add_importrun")
    return run.state in OPEN_STATES and (is_own or request.user.has_perm("drugs.delete_importrun"))


def _acceptable() -> Case:
    """Whether a row may be accepted: also a held one that says something, without the cells that cannot be read."""
    waits = ImportRecord.objects.filter(run=OuterRef("run"), row=OuterRef("row"))
    open_ones = Q(decision__in=(RowDecision.NEW, RowDecision.CHANGED, RowDecision.UNCHANGED))
    return Case(When(open_ones | Q(Exists(waits), decision=RowDecision.HELD), then=True), default=False)


def _asked(request: HttpRequest) -> dict[str, str]:
    """Decision, field, words and order of the rows that are asked for; what is not known falls away."""
    decision, field, sort = (request.GET.get(name, "") for name in ("decision", "field", "sort"))
    return {
        "decision": decision if decision in RowDecision.values else "",
        "field": field if field in {*Trial.FACTS, "identifiers"} else "",
        "q": request.GET.get("q", "").replace("\x00", "").strip()[:60],
        "sort": sort if sort in SORTS else "row",
    }


def _query(data: Any) -> str:
    return urlencode({name: data[name] for name in ("decision", "field", "q", "sort", "p") if data.get(name)})


def _rows(run: ImportRun, asked: dict[str, str]) -> QuerySet:
    rows = run.rows.select_related("trial")
    if asked["decision"]:
        rows = rows.filter(decision=asked["decision"])
    if asked["field"]:
        rows = rows.filter(changes__icontains=f'"{asked["field"]}"')
    if asked["q"]:
        rows = rows.filter(number__icontains=asked["q"])
    return rows.order_by(*SORTS[asked["sort"]])


def _tabs(run: ImportRun, asked: dict[str, str]) -> list[tuple[str, str, int, bool]]:
    tabs = [("", _t("All rows that say something"), -1, not asked["decision"])]
    return tabs + [
        (value, str(words).split(":")[0].capitalize(), run.counts.get(value, 0), asked["decision"] == value)
        for value, words in RowDecision.choices
        if run.counts.get(value) and value != RowDecision.UNCHANGED
    ]
