"""The resources. Each starts at the gate, at the moment that the request took once."""

import datetime as dt
import re
from typing import Any

import django_filters
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.decorators import method_decorator
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.pagination import PageNumberPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from drugs.api import serializers
from drugs.api.schema import ALSO, FHIR_STUDY
from drugs.feeds import published
from drugs.fhir import MEDIA_TYPE, research_study
from drugs.filters import EditionFilterSet, TrialFilterSet
from drugs.filters.base import MomentFilter, TextFilter
from drugs.filters.therapies import named_therapies
from drugs.models import (
    Alias,
    Approval,
    Dosing,
    Edition,
    GlossaryTerm,
    Publication,
    ReportedResult,
    SeeAlso,
    SideEffect,
    Source,
    Sponsor,
    StatusEvent,
    Trial,
    TrialIdentifier,
)
from drugs.paging import few_first
from drugs.registry_numbers import parse_number
from drugs.trial_rows import therapies_of
from drugs.views.caching import public_feed


class _Paginator(Paginator):
    """Knows the total before it reads a page, so that few rows are found first."""

    def page(self, number: int | str) -> Any:
        self.object_list = few_first(self.object_list, self.count)  # type: ignore[arg-type]
        return super().page(number)


class Paging(PageNumberPagination):
    """`page=n`, `page_size` up to 100, with the total. A size that is none is refused, as every invalid value is."""

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100
    last_page_strings = ()
    django_paginator_class = _Paginator

    def get_page_size(self, request: Request) -> int:
        asked = request.query_params.get(self.page_size_query_param, "")
        if not asked:
            return self.page_size
        if not (re.fullmatch("[0-9]{1,3}", asked) and 1 <= int(asked) <= self.max_page_size):
            raise ValidationError({"page_size": [f"Write a number from 1 to {self.max_page_size}."]})
        return int(asked)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        page, size = super().get_schema_operation_parameters(view)
        page["schema"]["minimum"] = 1
        size["schema"].update(minimum=1, maximum=self.max_page_size)
        return [page, size]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        described = super().get_paginated_response_schema(schema)
        described["required"] = ["count", "next", "previous", "results"]
        return described


class OneFormat(DefaultContentNegotiation):
    """A resource has one format, whatever is asked for: proxies keep one answer for each address."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type


@method_decorator(public_feed, name="dispatch")
class PublicViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """A list of what is public, with filters, paging and sparse fields."""

    filter_backends: tuple[Any, ...] = (DjangoFilterBackend,)
    pagination_class = Paging
    content_negotiation_class = OneFormat
    http_method_names = ["get", "head", "options"]

    @property
    def at(self) -> Any:
        """The moment of the request, taken once by the caching wrapper."""
        return getattr(self.request._request, "at", None) or timezone.now()

    def get_serializer_context(self) -> dict[str, Any]:
        context = super().get_serializer_context()
        asked = self.request.query_params.get("fields", "") if getattr(self, "request", None) else ""
        if len(asked) > 1000:
            raise ValidationError({"fields": ["Too long."]})
        context["fields"] = {name.strip() for name in asked.split(",") if name.strip()} or None
        context.setdefault("therapies", {})
        return context

    def finalize_response(self, request: Any, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag"
        if request.method == "OPTIONS":
            response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
            response["Access-Control-Allow-Headers"] = "Accept, If-None-Match"
        return response


_ROWS = (Alias, Approval, Dosing, ReportedResult, SeeAlso, SideEffect, Source, Sponsor, StatusEvent)
_RELATED = {
    ReportedResult: ("source", "trial", "outcome"),
    Sponsor: ("source", "organisation"),
    SeeAlso: ("therapy",),
    Alias: (),
    Source: (),
}


def with_public_rows(editions: QuerySet[Edition], at: dt.datetime) -> QuerySet[Edition]:
    """Editions with their verified rows, one query a kind of row; of 'see also' those that lead to a live page."""
    shown = {model: model.objects.public().select_related(*_RELATED.get(model, ("source",))) for model in _ROWS}
    shown[SeeAlso] = shown[SeeAlso].filter(therapy__in=Edition.objects.live(at).order_by().values("therapy"))
    rows = [Prefetch(f"{model._meta.model_name}_set", its) for model, its in shown.items()]
    return editions.select_related("therapy", "publication").prefetch_related(*rows)


class TherapyViewSet(mixins.RetrieveModelMixin, PublicViewSet):
    """The live edition of each therapy's page."""

    serializer_class = serializers.EditionSerializer
    filterset_class = EditionFilterSet
    lookup_field = "therapy__slug"
    lookup_url_kwarg = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,100}"

    def get_queryset(self) -> QuerySet[Edition]:
        return with_public_rows(Edition.objects.live(self.at), self.at).order_by("display_name", "pk")


class EditionViewSet(PublicViewSet):
    """Every published edition that was not withdrawn."""

    serializer_class = serializers.EditionSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Edition]:
        return with_public_rows(Edition.objects.published(self.at), self.at).order_by("therapy__slug", "-number")


class FhirRenderer(JSONRenderer):
    media_type = MEDIA_TYPE
    format = "fhir"


class TrialViewSet(mixins.RetrieveModelMixin, PublicViewSet):
    """Trials, one of them under any of its numbers with its history."""

    filterset_class = TrialFilterSet
    lookup_field = "home_number"
    lookup_url_kwarg = "number"
    lookup_value_regex = "[a-zA-Z0-9][-a-zA-Z0-9. ]{0,59}"

    def get_serializer_class(self) -> type[serializers.TrialSerializer]:
        return serializers.TrialDetailSerializer if self.action == "retrieve" else serializers.TrialSerializer

    def get_queryset(self) -> QuerySet[Trial]:
        numbers = Prefetch("identifiers", TrialIdentifier.objects.order_by("-is_home", "number"))
        return Trial.objects.public().prefetch_related(numbers).order_by("-last_update_posted", "home_number")

    def get_object(self) -> Trial:
        parsed = parse_number(self.kwargs["number"])
        trial = self.get_queryset().filter(identifiers__number=parsed.number).first() if parsed else None
        if trial is None:
            raise Http404
        return trial

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        context = kwargs.pop("context", None) or self.get_serializer_context()
        if args:
            trials: list[Trial] = list(args[0]) if kwargs.get("many") else [args[0]]
            shown = therapies_of([trial.pk for trial in trials], named_therapies(self.at))
            context["therapies"] = {pk: [therapy.slug for therapy in therapies] for pk, therapies in shown.items()}
        return self.get_serializer_class()(*args, **kwargs, context=context)

    @extend_schema(responses={(200, MEDIA_TYPE): OpenApiResponse(FHIR_STUDY), **ALSO})
    @action(detail=True, url_path="fhir", renderer_classes=[FhirRenderer])
    def fhir(self, request: Request, number: str) -> Response:
        """A trial as a minimal ResearchStudy of HL7 FHIR R5, in R5's codes where it has them."""
        trial = self.get_object()
        return Response(research_study(trial, trial.identifiers.all()))


class RowsFilterSet(django_filters.FilterSet):
    """Rows of one therapy."""

    therapy = TextFilter(field_name="edition__therapy__slug")


class RowViewSet(PublicViewSet):
    """Rows of live editions, one kind at a time."""

    model: type[Any]
    related: tuple[str, ...] = ("source",)
    filterset_class = RowsFilterSet

    def get_queryset(self) -> QuerySet[Any]:
        rows = self.model.objects.public().filter(edition__in=Edition.objects.live(self.at))
        return rows.select_related("edition__therapy", *self.related).order_by(
            "edition__therapy__slug", "position", "pk"
        )


class ApprovalViewSet(RowViewSet):
    """Approvals by kind."""

    model = Approval
    serializer_class = serializers.ApprovalListSerializer


class ResultViewSet(RowViewSet):
    """Reported results, each as its source gives it. Not to be pooled."""

    model = ReportedResult
    related = ("source", "trial", "outcome")
    serializer_class = serializers.ResultListSerializer


class SourceViewSet(RowViewSet):
    """What live editions cite."""

    model = Source
    related = ()
    serializer_class = serializers.SourceListSerializer


class UpdatesFilterSet(django_filters.FilterSet):
    """Updates since a moment."""

    since = MomentFilter(
        field_name="goes_live_at", lookup_expr="gte", label="Went live at this moment (ISO 8601) or later"
    )

    class Meta:
        model = Publication
        fields: list[str] = []


class UpdateViewSet(PublicViewSet):
    """Editions as they went live, the latest first."""

    serializer_class = serializers.UpdateSerializer
    filterset_class = UpdatesFilterSet

    def get_queryset(self) -> QuerySet[Publication]:
        return published(self.at).select_related("therapy")


class GlossaryViewSet(PublicViewSet):
    """Terms of the field in plain words."""

    serializer_class = serializers.GlossarySerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[GlossaryTerm]:
        return GlossaryTerm.objects.order_by("term", "pk")
