"""The lists of therapies."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from drugs.facets import edition_facets
from drugs.filters import EditionFilterSet
from drugs.models import Edition, StatusEvent
from drugs.paging import page_of
from drugs.views.caching import public_page
from drugs.vocabulary import Phase, Stage


@public_page
def therapy_list(request: HttpRequest, *, at: dt.datetime, stage: Stage | None = None) -> HttpResponse:
    """All therapies, or those at one stage, narrowed by the filters of the address."""
    live = Edition.objects.live(at)
    if stage:
        live = live.filter(pk__in=StatusEvent.objects.public().filter(stage=stage, is_current=True).values("edition"))
    filterset = EditionFilterSet(request.GET, queryset=live, request=request)
    page = page_of(
        filterset.ordered().select_related("therapy", "publication"), request.GET.get("page", "1"), filterset.accepted()
    )
    found = edition_facets(filterset, live, request.content, stage or "")  # type: ignore[attr-defined]
    facets = [facet for facet in found.facets if not stage or facet.name != "stage"]
    rows = [
        (
            edition,
            found.standings.get(edition.pk, []),
            [Phase(phase).label for phase in found.furthest.get(edition.pk, [])],
        )
        for edition in page.rows
    ]
    context = {
        "filterset": filterset,
        "page": page,
        "whole": found.whole,
        "rows": rows,
        "facets": facets,
        "stage": stage,
        "stages": Stage,
        "at": at,
    }
    return render(request, "drugs/therapy_list.html", context)
