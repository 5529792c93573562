"""A draft exactly as its page will look, with a banner that says what it is. Never public, never kept."""

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from drugs.models import Edition
from drugs.publishing.previews import edition_of
from drugs.therapy_page import TherapyPage
from drugs.views.errors import gone


@require_safe
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """What a signed link opens; an edition that became public leads to its own address."""
    at = timezone.now()
    edition = edition_of(token)
    if edition is None:
        raise Http404
    if not edition.is_draft:
        if edition.publication.withdrawn_at:
            return gone(request, edition.publication, at)
        if edition.publication.is_live_by(at):
            return redirect(edition)
    return preview_page(request, edition, at)


def preview_page(request: HttpRequest, edition: Edition, at: dt.datetime) -> HttpResponse:
    """The public template with the edition's public rows: unverified ones are missing here as they will be there."""
    context = {"page": TherapyPage(edition, at), "edition": edition, "at": at}
    response = render(request, "drugs/preview.html", context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
