"""The list of trials, and one trial under any of its numbers."""

import datetime as dt
from collections import defaultdict

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from drugs.filters import TrialFilterSet
from drugs.models import Edition, TherapyTrial, Trial, TrialIdentifier
from drugs.paging import page_of
from drugs.registry_numbers import parse_number
from drugs.trial_counts import trial_counts
from drugs.trial_page import TrialPage
from drugs.views.caching import public_page

#: What a row of the list shows: the long texts stay in the database.
LISTED = (
    "home_number acronym brief_title overall_status phases enrollment enrollment_type start_date start_date_type "
    "last_update_posted"
).split()


@public_page
def trial_list(request: HttpRequest, *, at: dt.datetime) -> HttpResponse:
    filterset = TrialFilterSet(request.GET, queryset=Trial.objects.public(), request=request)
    live = list(
        Edition.objects.live(at)
        .select_related("therapy")
        .only("display_name", "therapy__slug")
        .order_by("display_name", "pk")
    )
    counts = trial_counts(filterset, live, request.content_version)  # type: ignore[attr-defined]
    rows = filterset.ordered().only(*LISTED)
    page = page_of(rows, request.GET.get("page", "1"), filterset.accepted(), total=counts.total)
    therapies = therapies_of(page.rows, live)
    context = {
        "filterset": filterset,
        "page": page,
        "whole": counts.whole,
        "rows": [(trial, therapies[trial.pk]) for trial in page.rows],
        "facets": counts.facets,
        "at": at,
    }
    return render(request, "drugs/trial_list.html", context)


@public_page
def trial_detail(request: HttpRequest, number: str, *, at: dt.datetime) -> HttpResponse:
    """One trial; every number and spelling but the home number's address redirects there."""
    parsed = parse_number(number)
    identifier = (
        TrialIdentifier.objects.filter(number=parsed.number, trial__is_verified=True).select_related("trial").first()
        if parsed
        else None
    )
    if identifier is None:
        raise Http404
    trial = identifier.trial
    if trial.get_absolute_url() != request.path:
        return redirect(trial, permanent=True)
    return render(request, "drugs/trial_detail.html", {"page": TrialPage(trial, at), "trial": trial, "at": at})


def therapies_of(trials: list[Trial], live: list[Edition]) -> dict[int, list[Edition]]:
    """Those of the live editions whose pages show each trial: the only way to a therapy's name."""
    shown: dict[int, set[int]] = defaultdict(set)
    for trial, therapy in TherapyTrial.objects.public().filter(trial__in=trials).values_list("trial", "therapy"):
        shown[therapy].add(trial)
    grouped: dict[int, list[Edition]] = defaultdict(list)
    for edition in live:
        for trial in shown[edition.therapy_id]:
            grouped[trial].append(edition)
    return grouped
