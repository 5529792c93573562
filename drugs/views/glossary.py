"""The words of the field, explained."""

import datetime as dt
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify

from drugs.models import GlossaryTerm
from drugs.views.caching import public_page


@public_page
def glossary(request: HttpRequest, *, at: dt.datetime) -> HttpResponse:
    """All terms by their first letter."""
    terms = sorted(GlossaryTerm.objects.all(), key=lambda term: slugify(term.term))
    letters = [
        (letter, list(group))
        for letter, group in groupby(terms, key=lambda term: (slugify(term.term)[:1] or "#").upper())
    ]
    return render(request, "drugs/glossary.html", {"letters": letters, "at": at})
