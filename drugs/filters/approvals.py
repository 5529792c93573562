"""Approvals of live editions: filters of /approvals/."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from drugs.filters.base import RecordFilterSet
from drugs.filters.trials import live_therapies
from drugs.models import Approval
from drugs.regions import approved_regions
from drugs.vocabulary import ApprovalKind

WITHDRAWN = "withdrawn"


class ApprovalFilterSet(RecordFilterSet):
    therapy = django_filters.ModelMultipleChoiceFilter(
        queryset=live_therapies, to_field_name="slug", method="filter_therapy", label=_("Therapy")
    )
    kind = django_filters.MultipleChoiceFilter(
        choices=[*ApprovalKind.choices, (WITHDRAWN, _("withdrawn"))], method="filter_kind", label=_("Kind of approval")
    )
    country = django_filters.MultipleChoiceFilter(
        choices=lambda: list(countries), method="filter_country", label=_("Approved in")
    )

    class Meta:
        model = Approval
        fields: list[str] = []

    def filter_therapy(self, queryset: QuerySet[Approval], name: str, value: Any) -> QuerySet[Approval]:
        return queryset.filter(edition__therapy__in=list(value)) if value else queryset

    def filter_kind(self, queryset: QuerySet[Approval], name: str, value: list[str]) -> QuerySet[Approval]:
        """A kind means one in force; 'withdrawn' is a kind of its own here, whatever the approval was."""
        if not value:
            return queryset
        wanted = Q(kind__in=value, withdrawn_on="")
        return queryset.filter(wanted | ~Q(withdrawn_on="") if WITHDRAWN in value else wanted)

    def filter_country(self, queryset: QuerySet[Approval], name: str, value: list[str]) -> QuerySet[Approval]:
        return queryset.filter(region__in=approved_regions(value, timezone.localdate())) if value else queryset

    def words_of(self, name: str, value: str) -> str:
        if name == "therapy":
            known = {therapy.slug: therapy.display_name for therapy in self.form.cleaned_data.get("therapy") or []}
            return known.get(value, value)
        return super().words_of(name, value)
