"""The design system on one page, for those who change it."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from drugs.vocabulary import OverallStatus, Stage

#: The custom properties of static/css/site.css that are colours, and what each is for.
COLOURS = {
    "paper": "behind everything",
    "card": "behind what stands out",
    "ink": "text",
    "soft": "text of less weight",
    "line": "borders",
    "accent": "what can be activated",
    "accent-ink": "text on it",
    "warn": "behind notes",
    "warn-line": "a note's edge",
    "warn-ink": "a warning's words",
    "ok": "approved",
    "end": "no longer in development",
}


def styleguide(request: HttpRequest) -> HttpResponse:
    """In development only: elsewhere there is no such page."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "drugs/styleguide.html", {"colours": COLOURS, "stages": Stage, "statuses": OverallStatus})
