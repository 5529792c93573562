"""Approvals of live editions: filters of /approvals/."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from drugs.filters.therapies import NamesTherapies, TherapyFilter
from drugs.models import Approval
from drugs.regions import approved_regions
from drugs.vocabulary import ApprovalKind

WITHDRAWN = "withdrawn"


class ApprovalFilterSet(NamesTherapies):
    therapy = TherapyFilter()
    kind = django_filters.MultipleChoiceFilter(
        choices=[*ApprovalKind.choices, (WITHDRAWN, _("withdrawn"))], method="filter_kind", label=_("Kind of approval")
    )
    country = django_filters.MultipleChoiceFilter(
        choices=lambda: list(countries), method="filter_country", label=_("Approved in")
    )

    class Meta:
        model = Approval
        fields: list[str] = []

    def filter_therapy(self, queryset: QuerySet[Approval], name: str, value: list[str]) -> QuerySet[Approval]:
        return queryset.filter(edition__therapy__slug__in=value) if value else queryset

    def filter_kind(self, queryset: QuerySet[Approval], name: str, value: list[str]) -> QuerySet[Approval]:
        """A kind means one in force; 'withdrawn' is a kind of its own here, whatever the approval was."""
        if not value:
            return queryset
        wanted = Q(kind__in=value, withdrawn_on="")
        return queryset.filter(wanted | ~Q(withdrawn_on="") if WITHDRAWN in value else wanted)

    def filter_country(self, queryset: QuerySet[Approval], name: str, value: list[str]) -> QuerySet[Approval]:
        return queryset.filter(region__in=approved_regions(value, timezone.localdate())) if value else queryset
