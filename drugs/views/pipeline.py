"""The pipeline: every therapy by its furthest phase and its kind."""

import datetime as dt
from collections import defaultdict

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from drugs.charts.pipeline import Candidate, Standing, pipeline
from drugs.facets import edition_facets
from drugs.filters import EditionFilterSet
from drugs.models import Edition, StatusEvent
from drugs.regions import WORLD, region_name
from drugs.views.caching import public_page


@public_page
def pipeline_page(request: HttpRequest, *, at: dt.datetime) -> HttpResponse:
    """The therapies of the list under the same filters, drawn."""
    live = Edition.objects.live(at)
    filterset = EditionFilterSet(request.GET, queryset=live, request=request)
    found = edition_facets(filterset, live)
    standings = _standings(live)
    editions = filterset.ordered().select_related("therapy").only("display_name", "modality", "therapy__slug")
    candidates = [
        Candidate(
            name=edition.display_name,
            address=edition.therapy.get_absolute_url(),
            modality=edition.modality,
            phase=next(iter(found.furthest.get(edition.pk, [])), ""),
            standings=standings[edition.pk],
        )
        for edition in editions
    ]
    context = {
        "filterset": filterset,
        "facets": found.facets,
        "whole": found.whole,
        "pipeline": pipeline(candidates),
        "at": at,
    }
    return render(request, "drugs/pipeline.html", context)


def _standings(live: QuerySet[Edition]) -> dict[int, list[Standing]]:
    """The stages that hold today, by edition, each with why development ended."""
    standings: dict[int, list[Standing]] = defaultdict(list)
    events = StatusEvent.objects.public().filter(edition__in=live, is_current=True).order_by("position", "pk")
    for event in sorted(events, key=lambda event: event.region == WORLD):
        standings[event.edition_id].append(
            Standing(event.stage, region_name(event.region), event.get_reason_display() if event.reason else "")
        )
    return standings
