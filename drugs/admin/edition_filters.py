"""What the list of editions is narrowed by; the desk's links lead to it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from drugs.admin.rows import INLINES
from drugs.models import Edition
from drugs.publishing.desk import worked_on_by
from drugs.publishing.states import State


class StateFilter(admin.SimpleListFilter):
    title = _("where it stands")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(State.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(state=self.value()) if self.value() in State.values else queryset


class UnverifiedFilter(admin.SimpleListFilter):
    title = _("rows to verify")
    parameter_name = "unverified"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("has unverified rows"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() != "yes":
            return queryset
        found: set[int] = set()
        for inline in INLINES:
            found |= set(inline.model.objects.filter(is_verified=False).values_list("edition_id", flat=True))
        return queryset.filter(pk__in=found)


class MineFilter(admin.SimpleListFilter):
    title = _("whose")
    parameter_name = "mine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("started or saved by me")), ("no", _("others'"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in ("yes", "no"):
            return queryset
        own = worked_on_by(request.user, Edition.objects.all()).values("pk")
        return queryset.filter(pk__in=own) if self.value() == "yes" else queryset.exclude(pk__in=own)


class DueFilter(admin.SimpleListFilter):
    title = _("review")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("due"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() != "yes":
            return queryset
        return queryset.filter(pk__in=Edition.objects.due_for_review(timezone.localdate()).values("pk"))
