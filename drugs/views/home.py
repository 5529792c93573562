"""Where to start."""

import datetime as dt
from functools import partial

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from drugs.models import Edition, Portrait, Publication, StatusEvent, Trial
from drugs.therapy_page import other_therapies
from drugs.views.caching import public_page
from drugs.vocabulary import OverallStatus

LATEST = 5
PORTRAITS = 4


@partial(public_page, shows_portraits=True)
def home(request: HttpRequest, *, at: dt.datetime) -> HttpResponse:
    """Stages with counts, every therapy in at most two activations, the latest updates, the trials that look for people."""
    live = Edition.objects.live(at)
    counts = dict(
        StatusEvent.objects.public()
        .filter(edition__in=live, is_current=True)
        .order_by()
        .values_list("stage")
        .annotate(count=Count("edition", distinct=True))
    )
    lists = [(its, counts.get(its.stage, 0)) for its in other_therapies(at)]
    latest = (
        Publication.objects.filter(edition__in=live)
        .select_related("edition__therapy")
        .order_by("-goes_live_at", "edition__display_name")
    )
    recruiting = (
        Trial.objects.public()
        .filter(overall_status=OverallStatus.RECRUITING, therapy_links__decision="confirmed")
        .distinct()
        .count()
    )
    context = {
        "lists": lists,
        "latest": latest[:LATEST],
        "recruiting": recruiting,
        "therapy_count": live.count(),
        "portraits": Portrait.objects.public().defer("picture")[:PORTRAITS] if request.around.has_portraits else (),  # type: ignore[attr-defined]
        "at": at,
    }
    return render(request, "drugs/home.html", context)
