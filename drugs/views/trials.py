"""The list of trials, and one trial under any of its numbers."""

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from drugs.filters import TrialFilterSet
from drugs.filters.therapies import named_therapies
from drugs.models import Trial, TrialIdentifier
from drugs.once import Content, once
from drugs.paging import page_of
from drugs.registry_numbers import parse_number
from drugs.trial_counts import trial_counts, trial_facets
from drugs.trial_page import TrialPage
from drugs.trial_rows import LISTED, trial_rows
from drugs.views.caching import public_page


@public_page
def trial_list(request: HttpRequest, *, at: dt.datetime) -> HttpResponse:
    content: Content = request.content  # type: ignore[attr-defined]
    filterset = TrialFilterSet(request.GET, queryset=Trial.objects.public(), request=request)
    query = filterset.accepted()
    counts = trial_counts(filterset, content)

    def is_worth_keeping(_made: Any) -> bool:
        return counts.is_of_a_large_site

    def filters() -> SafeString:
        facets = trial_facets(filterset, counts)
        return render_to_string(
            "drugs/_filters.html", {"filterset": filterset, "facets": facets, "texts": ("sponsor", "year")}
        )

    filterset.therapies = once(content, "names of therapies", lambda: named_therapies(at), is_worth_keeping)
    page = page_of(filterset.ordered().values(*LISTED), request.GET.get("page", "1"), query, total=counts.total)
    context = {
        "filterset": filterset,
        "filters": once(content, f"filters of trials|{query.urlencode()}", filters, is_worth_keeping),
        "page": page,
        "whole": counts.whole,
        "rows": trial_rows(page.rows, filterset.therapies),
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
