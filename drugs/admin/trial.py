"""Trials: what registries say of them, and the door for their updates."""

from django.contrib import admin
from import_export.admin import ExportMixin

from drugs.admin.imports import TrialImportMixin, TrialResource
from drugs.models import Trial


@admin.register(Trial)
class TrialAdmin(TrialImportMixin, ExportMixin, admin.ModelAdmin):
    resource_classes = (TrialResource,)
    list_display = ("home_number", "acronym", "brief_title", "overall_status", "phases", "last_update_posted")
    list_filter = ("overall_status", "phases", "study_type", "home_registry", "is_verified")
    search_fields = ("home_number", "identifiers__number", "acronym", "brief_title")
