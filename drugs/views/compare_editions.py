"""What changed between two published editions of a therapy's page."""

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from drugs.models import Edition, FormerSlug, Publication
from drugs.publishing.compare import edition_difference
from drugs.views.caching import public_page
from drugs.views.errors import gone


@public_page
def edition_compare(request: HttpRequest, slug: str, first: int, second: int, *, at: dt.datetime) -> HttpResponse:
    """The older edition against the newer one, under one address: the other order redirects."""
    older, newer = sorted((first, second))
    published = Edition.objects.published(at).filter(therapy__slug=slug, number__in=(older, newer))
    editions = {edition.number: edition for edition in published.select_related("therapy", "publication")}
    if missing := {older, newer} - editions.keys():
        return _instead(request, slug, (first, second), missing, at)
    if older == newer:
        return redirect("edition-detail", slug, older, permanent=True)
    if first != older:
        return redirect("edition-compare", slug, older, newer, permanent=True)
    live = Edition.objects.live(at).get(therapy=editions[newer].therapy_id)
    difference = edition_difference(editions[older], editions[newer], at=at, is_staff=False)
    context = {"difference": difference, "old": difference.old, "new": difference.new, "live": live, "at": at}
    return render(request, "drugs/edition_compare.html", context)


def _instead(
    request: HttpRequest, slug: str, asked: tuple[int, int], missing: set[int], at: dt.datetime
) -> HttpResponse:
    """410 where the editions were withdrawn, a redirect from a former address, else 404."""
    withdrawn = Publication.objects.withdrawn(at).filter(therapy__slug=slug, edition__number__in=missing)
    withdrawn = withdrawn.select_related("edition__therapy")
    gone_ones = list(withdrawn.order_by("-edition__number"))
    if len(gone_ones) == len(missing):
        return gone(request, gone_ones[0], at)
    former = FormerSlug.objects.public(at).filter(slug=slug).values_list("therapy__slug", flat=True).first()
    if former is None or gone_ones:
        raise Http404
    return redirect("edition-compare", former, *asked, permanent=True)
