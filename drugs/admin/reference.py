"""The short lists: organisations, outcome measures, the glossary. Each also goes out and comes in as a sheet."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from drugs.admin.base import StaffAdmin
from drugs.admin.sheets import SheetImportMixin
from drugs.models import GlossaryTerm, Organisation, OutcomeMeasure


class ReferenceAdmin(SheetImportMixin, StaffAdmin):
    """A list whose records are found by their short name, which never changes once pages use it."""

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, tuple[str, ...]]:
        return {} if obj else {"slug": (self.list_display[0],)}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("slug",) if obj else ()


@admin.register(Organisation)
class OrganisationAdmin(ReferenceAdmin):
    list_display = ("name", "country", "website")
    list_filter = ("country",)
    search_fields = ("name", "slug")
    search_help_text = _("Name of a company, university, hospital or charity.")
    fieldsets = (
        (_("Organisation"), {"fields": ("name", "slug")}),
        (_("Where"), {"fields": ("country", "website")}),
    )
    when_empty = _("No organisations. Add one, or import a sheet with the columns slug, name, country, website.")


@admin.register(OutcomeMeasure)
class OutcomeMeasureAdmin(ReferenceAdmin):
    list_display = ("name", "abbreviation", "domain", "unit", "higher_is_better")
    list_filter = ("domain", "higher_is_better")
    search_fields = ("name", "abbreviation", "slug")
    search_help_text = _("Name or abbreviation, such as ALSFRS-R.")
    fieldsets = (
        (_("Outcome measure"), {"fields": ("name", "slug", "abbreviation", "domain", "explanation")}),
        (_("How it is read"), {"fields": ("unit", "higher_is_better")}),
        (_("Meaningful difference"), {"fields": ("meaningful_difference", "meaningful_difference_source")}),
    )
    when_empty = _("No outcome measures. Add one before you enter a result that uses it.")


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(ReferenceAdmin):
    list_display = ("term", "variants", "meaning")
    search_fields = ("term", "variants", "meaning")
    search_help_text = _("A term, another spelling of it, or words of its meaning.")
    fieldsets = (
        (_("Term"), {"fields": ("term", "slug", "variants")}),
        (_("Meaning"), {"fields": ("meaning", "source_url")}),
    )
    when_empty = _("No terms. Add one, or import a sheet with the columns slug, term, variants, meaning.")
