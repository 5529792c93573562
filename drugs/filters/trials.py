"""Public trials: filters of /trials/ and of everything that lists trials."""

from typing import Any

import django_filters
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from drugs.filters.base import TextFilter
from drugs.filters.therapies import NamesTherapies, TherapyFilter
from drugs.models import TherapyTrial, Trial, TrialCountry, TrialIdentifier
from drugs.regions import country_choices
from drugs.vocabulary import OverallStatus, Phase, Registry, StudyType


class TrialFilterSet(NamesTherapies):
    q = TextFilter(method="filter_q", label=_("Search"))
    status = django_filters.MultipleChoiceFilter(
        field_name="overall_status", choices=OverallStatus.choices, label=_("Status")
    )
    phase = django_filters.MultipleChoiceFilter(field_name="phases", choices=Phase.choices, label=_("Phase"))
    study_type = django_filters.MultipleChoiceFilter(choices=StudyType.choices, label=_("Study type"))
    country = django_filters.MultipleChoiceFilter(
        choices=country_choices, method="filter_country", label=_("Has a site in")
    )
    therapy = TherapyFilter()
    registry = django_filters.MultipleChoiceFilter(
        choices=Registry.choices, method="filter_registry", label=_("Has a number in")
    )
    sponsor = TextFilter(field_name="lead_sponsor", lookup_expr="icontains", label=_("Sponsor"))
    year = django_filters.NumberFilter(
        method="filter_year", label=_("Year of start"), min_value=1900, max_value=2100, decimal_places=0
    )
    sort = django_filters.ChoiceFilter(
        choices=[
            ("-updated", _("Latest update first")),
            ("start", _("Earliest start first")),
            ("-start", _("Latest start first")),
            ("status", _("Status")),
            ("enrolment", _("Fewest people first")),
            ("-enrolment", _("Most people first")),
        ],
        method="filter_sort",
        label=_("Order"),
        empty_label=None,
    )

    class Meta:
        model = Trial
        fields: list[str] = []

    def filter_q(self, queryset: QuerySet[Trial], name: str, value: str) -> QuerySet[Trial]:
        return queryset.found_by(value)  # type: ignore[attr-defined, no-any-return]

    def filter_country(self, queryset: QuerySet[Trial], name: str, value: list[str]) -> QuerySet[Trial]:
        return (
            queryset.filter(Exists(TrialCountry.objects.filter(trial=OuterRef("pk"), country__in=value)))
            if value
            else queryset
        )

    def filter_therapy(self, queryset: QuerySet[Trial], name: str, value: list[str]) -> QuerySet[Trial]:
        links = TherapyTrial.objects.public().filter(trial=OuterRef("pk"), therapy__slug__in=value)
        return queryset.filter(Exists(links)) if value else queryset

    def filter_registry(self, queryset: QuerySet[Trial], name: str, value: list[str]) -> QuerySet[Trial]:
        return (
            queryset.filter(Exists(TrialIdentifier.objects.filter(trial=OuterRef("pk"), registry__in=value)))
            if value
            else queryset
        )

    def filter_year(self, queryset: QuerySet[Trial], name: str, value: Any) -> QuerySet[Trial]:
        return queryset.filter(start_date__gte=f"{int(value):04}", start_date__lt=f"{int(value) + 1:04}")

    def filter_sort(self, queryset: QuerySet[Trial], name: str, value: str) -> QuerySet[Trial]:
        return queryset.order_by(*ORDERS[value])

    def ordered(self) -> QuerySet[Trial]:
        return self.rows if self.value_of("sort") else self.rows.order_by(*ORDERS["-updated"])


ORDERS: dict[str, tuple[Any, ...]] = {
    "-updated": ("-last_update_posted", "home_number"),
    "start": ("start_date", "home_number"),
    "-start": ("-start_date", "home_number"),
    "status": ("overall_status", "home_number"),
    "enrolment": (F("enrollment").asc(nulls_last=True), "home_number"),
    "-enrolment": (F("enrollment").desc(nulls_last=True), "home_number"),
}
