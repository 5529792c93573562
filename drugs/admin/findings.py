"""What the fact checker was answered, and what the sources' addresses answered."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from drugs.admin.base import ReadOnly, StaffAdmin
from drugs.models import FindingAnswer, LinkCheck


@admin.register(FindingAnswer)
class FindingAnswerAdmin(StaffAdmin):
    """Reasons are given on the edition's page; here they are found again and put better."""

    is_public_content = False
    list_display = ("therapy", "rule", "passage", "reason", "answered_by", "answered_at")
    list_filter = ("rule",)
    list_select_related = ("therapy", "answered_by")
    search_fields = ("therapy__slug", "passage", "reason")
    search_help_text = _("A therapy's address, words of the passage or of the reason.")
    when_empty = _("No reasons match. A reason is given beside a finding on the page of a draft.")
    readonly_fields = ("therapy", "rule", "passage", "answered_by", "answered_at")
    fieldsets = (
        (_("Finding"), {"fields": ("therapy", "rule", "passage")}),
        (_("Why it stands"), {"fields": ("reason", "answered_by", "answered_at")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: FindingAnswer, form: Any, change: bool) -> None:
        obj.answered_by, obj.answered_at = request.user, timezone.now()
        super().save_model(request, obj, form, change)


class DeadFilter(admin.SimpleListFilter):
    title = _("answer")
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("dead", _("dead")), ("moved", _("moved"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "dead":
            return queryset.filter(failures__gte=LinkCheck.DEAD_AFTER)
        if self.value() == "moved":
            return queryset.exclude(moved_to="")
        return queryset


@admin.register(LinkCheck)
class LinkCheckAdmin(ReadOnly, StaffAdmin):
    is_public_content = False
    list_display = ("url", "status", "error", "moved_to", "failures", "checked_at")
    list_filter = (DeadFilter,)
    search_fields = ("url", "moved_to")
    when_empty = _("No links match. They are asked by manage.py check_links.")
