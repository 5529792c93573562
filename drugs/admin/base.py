"""What every page of the admin shares: addresses that ask only what lists declare, a strict CSP, exports."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.db.models import Model, QuerySet, URLField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from import_export.admin import ExportMixin
from js_asset import Media

from drugs.admin.choosing import ChoosesByTyping
from drugs.admin.sheets import EXPORT_FORMATS, export_resource
from drugs.audit import history_of
from drugs.models import ContentVersion

#: What Django's own list filters add to the name of their field.
_ENDINGS = ("", "__exact", "__isnull", "__isempty", "__gte", "__lt")
_LONGEST_TERM = 100
_MOST_ACTS = 200

#: An address typed without a scheme is taken as https.
HTTPS_FIRST = {URLField: {"assume_scheme": "https"}}


def declared_lookups(model: type[Model], list_filter: Any, date_hierarchy: str | None) -> Iterator[str]:
    """The names of parameters that the filters of a change list read."""
    for item in list_filter:
        if isinstance(item, type) and issubclass(item, SimpleListFilter):
            yield item.parameter_name
            continue
        path = item[0] if isinstance(item, list | tuple) else item
        yield from (path + ending for ending in _ENDINGS)
        yield from (f"{path}__id__exact", f"{path}__id__isnull")
    if date_hierarchy:
        yield from (f"{date_hierarchy}__{part}" for part in ("year", "month", "day"))


class StaffAdmin(ChoosesByTyping, ExportMixin, admin.ModelAdmin):
    """A model's pages: declared look-ups only, formula-safe exports, one content version per public change."""

    formfield_overrides = HTTPS_FIRST
    list_per_page = 50
    list_max_show_all = 500
    empty_value_display = "–"
    #: What readers see says where, and when, in `get_view_on_site_url`: Django's own would name what is no page yet.
    view_on_site = False
    #: What an empty list says, and what to do about it.
    when_empty: Any = _("Nothing here yet.")
    #: Whether a change of a record is seen by the public at once.
    is_public_content = True
    #: Columns that no export shows.
    export_leaves_out: tuple[str, ...] = ()

    # Addresses

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Refuse every look-up that no filter of this list declares (`?id__regex=(` was a 500); a refusal is a 400."""
        if "\x00" in str(value) or len(str(value)) > _LONGEST_TERM * 4:
            return False
        filters = self.get_list_filter(request) if request else self.list_filter
        return lookup in set(declared_lookups(self.model, filters, self.date_hierarchy))

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        return super().get_search_results(request, queryset, search_term.replace("\x00", "")[:_LONGEST_TERM])

    # Exports

    def get_export_formats(self) -> list[Any]:
        return EXPORT_FORMATS

    def get_export_resource_classes(self, request: HttpRequest) -> list[Any]:
        return self.resource_classes or [export_resource(self.model, self.export_leaves_out)]

    def export_action(self, request: HttpRequest) -> HttpResponse:
        try:
            return super().export_action(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{request.path}?e=1")

    # Pages

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"when_empty": self.when_empty, **(extra_context or {})})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The import map of the rich text editor is an inline script: it carries the request's nonce."""
        context["media"] = Media.from_media(context["media"], nonce=str(request.csp_nonce))  # type: ignore[attr-defined]
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Who did what to the record and to what belongs to it, from the audit log."""
        obj = self.get_object(request, unquote(object_id))
        acts = history_of(obj, _MOST_ACTS) if obj is not None else []
        return super().history_view(request, object_id, {"acts": acts, "most": _MOST_ACTS, **(extra_context or {})})

    # What the public sees changed

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        self.public_change()

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        super().delete_model(request, obj)
        self.public_change()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for obj in queryset:  # one by one: auditlog does not see a bulk delete
            obj.delete()
        self.public_change()

    def public_change(self) -> None:
        if self.is_public_content:
            ContentVersion.bump()


class ReadOnly:
    """Pages that only show: nothing is added, changed or deleted there."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
