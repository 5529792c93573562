"""The pipeline: every therapy by its furthest phase and its kind."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from drugs.charts.pipeline import Candidate, pipeline
from drugs.facets import edition_facets
from drugs.filters import EditionFilterSet
from drugs.models import Edition
from drugs.views.caching import public_page


@public_page
def pipeline_page(request: HttpRequest, *, at: dt.datetime) -> HttpResponse:
    """The therapies of the list under the same filters, drawn."""
    live = Edition.objects.live(at)
    filterset = EditionFilterSet(request.GET, queryset=live, request=request)
    found = edition_facets(filterset, live)
    editions = filterset.ordered().select_related("therapy").only("display_name", "modality", "therapy__slug")
    candidates = [
        Candidate(
            name=edition.display_name,
            address=edition.therapy.get_absolute_url(),
            modality=edition.modality,
            phase=next(iter(found.furthest.get(edition.pk, [])), ""),
            standings=found.standings.get(edition.pk, []),
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
