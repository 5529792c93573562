"""Trials and my situation: a table of limits that the device holds the reader's answers against. Nothing is sent."""

import datetime as dt

from csp.constants import NONE
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dates import MONTHS

from drugs.situation import MOST_TRIALS, genes_of, open_trials, words
from drugs.views.caching import public_page


@csp_update({"connect-src": [NONE], "worker-src": [NONE]})
@public_page
def situation(request: HttpRequest, *, at: dt.datetime) -> HttpResponse:
    """The same page for everybody: what a reader answers never reaches the server, and no script could send it."""
    trials = open_trials(at)
    context = {
        "looking": trials,
        "with_limits": sum(bool(one.cutoffs) for one in trials),
        "is_cut": len(trials) >= MOST_TRIALS,
        "genes": genes_of(trials),
        "months": MONTHS.items(),
        "sentences": words(),
        "at": at,
    }
    return render(request, "drugs/situation.html", context)
