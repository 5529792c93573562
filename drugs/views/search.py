"""Search of the whole site."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from drugs.full_text.query import LONGEST
from drugs.registry_numbers import parse_number, public_address
from drugs.search import search
from drugs.search.presenting import cards
from drugs.views.caching import public_page


@public_page
def search_page(request: HttpRequest, *, at: dt.datetime) -> HttpResponse:
    """What `q` finds, the likeliest page first. Whatever `q` is, the answer is a page."""
    asked = request.GET.get("q", "")
    results = search(asked, at=at)
    number = parse_number(results.text)
    context = {
        "results": results,
        "sections": [(kind, cards(hits, results, at)) for kind, hits in results.sections()],
        "is_cut": len(" ".join(asked.split())) > LONGEST,
        "longest": LONGEST,
        "number": number,
        "registry_address": public_address(number.registry, number.number) if number else "",
        "at": at,
    }
    return render(request, "drugs/search_page.html", context)
