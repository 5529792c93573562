"""The sheet for an appointment, chosen in the address."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from drugs.views.caching import public_page
from drugs.visit import MOST_THERAPIES, MOST_TRIALS, choose_for_visit, sheet_of, visit_offers


@public_page
def visit(request: HttpRequest, *, at: dt.datetime) -> HttpResponse:
    """The sheet of what the address names; with nothing, too much, or when asked to, the page that chooses."""
    choice = choose_for_visit(request.GET.getlist("drug"), request.GET.getlist("trial"), at)
    context: dict[str, Any] = {
        "choice": choice,
        "most_therapies": MOST_THERAPIES,
        "most_trials": MOST_TRIALS,
        "at": at,
    }
    if choice.is_sheet and "choose" not in request.GET:
        context |= {
            "sheet": sheet_of(choice, at),
            "change": choice.address(choose="1"),
            "here": f"{settings.SITE_URL}{choice.address()}",
        }
    else:
        asked = request.GET.get("q", "")
        context |= {"asked": asked, "offers": visit_offers(asked, choice, at)}
    return render(request, "drugs/visit.html", context)
