"""Menus, announcements and the lines at the foot of every page."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs.admin.base import StaffAdmin
from drugs.models import Announcement, Disclaimer, MenuEntry, Page, PageVersion


class PlaceForm(forms.ModelForm):
    """The place of a record in a list of many: each cell says whose it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "position" in self.fields:
            label = _t("Place of %(record)s") % {"record": self.instance}
            self.fields["position"].widget.attrs["aria-label"] = label


class Placed:
    """Mixed into the pages of records whose order is changed by numbers, in their list."""

    list_editable = ("position",)

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, **{**kwargs, "form": PlaceForm})  # type: ignore[misc]


class PageChoice(forms.ModelChoiceField):
    """Pages by their titles; those that readers do not see yet say so."""

    def label_from_instance(self, page: Any) -> str:
        title = page.newest_title or page.slug
        return title if page.is_live else _t("%(title)s (not published)") % {"title": title}


class LeadingAdmin(StaffAdmin):
    """Records that lead to a page or an address."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "page":
            own = PageVersion.objects.filter(page=OuterRef("pk"))
            kwargs["form_class"] = PageChoice
            kwargs["queryset"] = Page.objects.annotate(
                newest_title=own.order_by("-number").values("title")[:1],
                is_live=Exists(PageVersion.objects.live(timezone.now()).filter(page=OuterRef("pk"))),
            ).order_by("group", "position", "slug")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        live = PageVersion.objects.live(timezone.now()).filter(page=OuterRef("page"))
        return super().get_queryset(request).select_related("page").annotate(page_is_live=Exists(live))

    @admin.display(description=_("leads to"))
    def leads_to(self, record: Any) -> str:
        if not record.page_id:
            return record.url
        address = record.page.get_absolute_url()
        return address if record.page_is_live else _t("%(address)s (not published)") % {"address": address}


@admin.register(MenuEntry)
class MenuEntryAdmin(Placed, LeadingAdmin):
    list_display = ("label", "place", "heading", "position", "leads_to", "shows")
    list_filter = ("place",)
    search_fields = ("label", "heading", "url")
    search_help_text = _("Words of an entry or of a heading.")
    when_empty = _("No entries: the site shows its own short menu until you add one.")
    fieldsets = (
        (_("Entry"), {"fields": ("label", ("place", "heading"), "position")}),
        (_("Leads to"), {"fields": ("page", "url")}),
    )

    @admin.display(description=_("shows"), boolean=True)
    def shows(self, entry: Any) -> bool:
        return bool(entry.url or entry.page_is_live)


@admin.register(Announcement)
class AnnouncementAdmin(LeadingAdmin):
    list_display = ("text", "from_on", "until_on", "shows", "leads_to")
    search_fields = ("text",)
    search_help_text = _("Words of the announcement.")
    when_empty = _("Nothing was announced. An announcement stands above every page from its first to its last day.")
    fieldsets = (
        (_("What"), {"fields": ("text",)}),
        (_("When"), {"fields": (("from_on", "until_on"),)}),
        (_("Leads to"), {"fields": ("link_label", "page", "url")}),
    )

    @admin.display(description=_("shows today"), boolean=True)
    def shows(self, announcement: Announcement) -> bool:
        return announcement.from_on <= timezone.localdate() <= announcement.until_on


@admin.register(Disclaimer)
class DisclaimerAdmin(Placed, StaffAdmin):
    list_display = ("__str__", "text", "position")
    search_fields = ("lead", "text")
    search_help_text = _("Words of the line.")
    when_empty = _("No lines: the site says by itself that it is information, not medical advice.")
    fieldsets = ((_("Line"), {"fields": ("lead", "text", "position")}),)
