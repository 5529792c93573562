"""What was published when by whom, whether it is still what it was, and every step on the way. Read only."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from drugs.admin.base import ReadOnly, StaffAdmin
from drugs.models import EditionStep, Publication
from drugs.publishing.integrity import changed_editions


class WithdrawnFilter(admin.SimpleListFilter):
    title = _("withdrawn")
    parameter_name = "withdrawn"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("withdrawn")), ("no", _("standing"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(withdrawn_at__isnull=self.value() == "no")


@admin.register(Publication)
class PublicationAdmin(ReadOnly, StaffAdmin):
    is_public_content = False
    change_list_template = "admin/drugs/publication/change_list.html"
    list_display = ("edition", "goes_live_at", "published_by", "note", "withdrawn_at", "withdrawn_by")
    list_filter = (WithdrawnFilter,)
    list_select_related = ("edition__therapy", "published_by", "withdrawn_by")
    search_fields = ("therapy__slug", "edition__display_name", "note", "withdrawn_reason")
    search_help_text = _("A therapy, or words of the sentence that readers see.")
    when_empty = _("No publications match.")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_safe(self.check_page))
        return [path("check/", view, name="drugs_publication_check"), *super().get_urls()]

    def check_page(self, request: HttpRequest) -> HttpResponse:
        """What `manage.py check_editions` prints."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _t("Are published editions as they were published?"),
            "opts": self.opts,
            "count": Publication.objects.count(),
            "changed": list(changed_editions()),
        }
        return TemplateResponse(request, "admin/drugs/publication/check.html", context)


@admin.register(EditionStep)
class EditionStepAdmin(ReadOnly, StaffAdmin):
    is_public_content = False
    list_display = ("at", "therapy", "number", "kind", "by", "comment")
    list_filter = ("kind", "by")
    list_select_related = ("therapy", "by")
    search_fields = ("therapy__slug", "comment", "by__username")
    search_help_text = _("A therapy, a person, or words of a comment.")
    when_empty = _("No steps match.")
