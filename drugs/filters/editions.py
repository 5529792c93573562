"""Live editions: filters of /drugs/ and of everything that lists therapies."""

from typing import Any

import django_filters
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from drugs.filters.base import RecordFilterSet, TextFilter
from drugs.models import Alias, Approval, Dosing, Edition, Organisation, Sponsor, StatusEvent, TherapyTrial
from drugs.regions import approved_regions, country_choices
from drugs.vocabulary import PHASE_RANKS, Modality, OverallStatus, Phase, Route, Stage, StudyType

PHASES = [(phase.value, phase.label) for phase in sorted(PHASE_RANKS, key=lambda phase: PHASE_RANKS[phase])]


def furthest_ranks() -> QuerySet[Any]:
    """(therapy, rank) of the furthest phase among its public interventional trials that were not withdrawn."""
    return (
        TherapyTrial.objects.public()
        .filter(trial__study_type=StudyType.INTERVENTIONAL, trial__phase_rank__isnull=False)
        .exclude(trial__overall_status=OverallStatus.WITHDRAWN)
        .order_by()
        .values("therapy")
        .annotate(rank=Max("trial__phase_rank"))
    )


def matching_text(queryset: QuerySet[Edition], text: str) -> QuerySet[Edition]:
    """Editions with every word of `text` in a name, another name or the summary."""
    for word in text.split():
        named = Alias.objects.public().filter(edition=OuterRef("pk"), text__icontains=word)
        queryset = queryset.filter(
            Q(name__icontains=word)
            | Q(display_name__icontains=word)
            | Q(therapy__slug__icontains=word)
            | Q(summary__icontains=word)
            | Exists(named)
        )
    return queryset


def public_sponsors(request: Any = None) -> QuerySet[Organisation]:
    """Organisations that a live page names: a draft's are nobody's business."""
    named = Sponsor.objects.public().filter(edition__in=Edition.objects.live(timezone.now()))
    return Organisation.objects.filter(pk__in=named.order_by().values("organisation"))


class EditionFilterSet(RecordFilterSet):
    q = TextFilter(method="filter_q", label=_("Search"))
    stage = django_filters.MultipleChoiceFilter(choices=Stage.choices, method="filter_stage", label=_("Stage"))
    phase = django_filters.MultipleChoiceFilter(choices=PHASES, method="filter_phase", label=_("Furthest phase"))
    modality = django_filters.MultipleChoiceFilter(choices=Modality.choices, label=_("Kind of therapy"))
    route = django_filters.MultipleChoiceFilter(
        choices=Route.choices, method="filter_route", label=_("How it is given")
    )
    sponsor = django_filters.ModelMultipleChoiceFilter(
        queryset=public_sponsors, to_field_name="slug", method="filter_sponsor", label=_("Sponsor")
    )
    country = django_filters.MultipleChoiceFilter(
        choices=country_choices, method="filter_country", label=_("Approved in")
    )
    sort = django_filters.ChoiceFilter(
        choices=[("name", _("Name")), ("-published", _("Newest edition first"))],
        method="filter_sort",
        label=_("Order"),
        empty_label=None,
    )

    class Meta:
        model = Edition
        fields: list[str] = []

    def filter_q(self, queryset: QuerySet[Edition], name: str, value: str) -> QuerySet[Edition]:
        return matching_text(queryset, value)

    def filter_stage(self, queryset: QuerySet[Edition], name: str, value: list[str]) -> QuerySet[Edition]:
        current = StatusEvent.objects.public().filter(edition=OuterRef("pk"), is_current=True, stage__in=value)
        return queryset.filter(Exists(current)) if value else queryset

    def filter_phase(self, queryset: QuerySet[Edition], name: str, value: list[str]) -> QuerySet[Edition]:
        ranks = [PHASE_RANKS[Phase(phase)] for phase in value]
        return (
            queryset.filter(therapy__in=furthest_ranks().filter(rank__in=ranks).values("therapy"))
            if value
            else queryset
        )

    def filter_route(self, queryset: QuerySet[Edition], name: str, value: list[str]) -> QuerySet[Edition]:
        return (
            queryset.filter(Exists(Dosing.objects.public().filter(edition=OuterRef("pk"), route__in=value)))
            if value
            else queryset
        )

    def filter_sponsor(self, queryset: QuerySet[Edition], name: str, value: Any) -> QuerySet[Edition]:
        return (
            queryset.filter(Exists(Sponsor.objects.public().filter(edition=OuterRef("pk"), organisation__in=value)))
            if value
            else queryset
        )

    def filter_country(self, queryset: QuerySet[Edition], name: str, value: list[str]) -> QuerySet[Edition]:
        if not value:
            return queryset
        regions = approved_regions(value, timezone.localdate())
        return queryset.filter(
            Exists(Approval.objects.public().filter(edition=OuterRef("pk"), region__in=regions, withdrawn_on=""))
        )

    def filter_sort(self, queryset: QuerySet[Edition], name: str, value: str) -> QuerySet[Edition]:
        return queryset.order_by(*ORDERS[value])

    def ordered(self) -> QuerySet[Edition]:
        """The rows in the order asked for, by name when none is."""
        return self.rows if self.value_of("sort") else self.rows.order_by(*ORDERS["name"])

    def words_of(self, name: str, value: str) -> str:
        if name == "sponsor":
            known = {
                organisation.slug: organisation.name for organisation in (self.form.cleaned_data.get("sponsor") or [])
            }
            return known.get(value, value)
        return super().words_of(name, value)


ORDERS: dict[str, tuple[Any, ...]] = {
    "name": ("display_name", "pk"),
    "-published": (F("publication__goes_live_at").desc(), "display_name", "pk"),
}
