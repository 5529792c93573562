"""A therapy's page, its editions, and each edition as it was."""

import datetime as dt
from itertools import zip_longest

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from drugs.models import Edition, FormerSlug, Publication
from drugs.questions import questions_about
from drugs.therapy_page import Depth, TherapyPage, live_page
from drugs.views.caching import public_page
from drugs.views.errors import gone


@public_page
def therapy_detail(request: HttpRequest, slug: str, *, at: dt.datetime) -> HttpResponse:
    """The live edition of a therapy; a former address redirects; withdrawn without another: 410."""
    page = live_page(slug, at)
    if page is None:
        return _elsewhere(request, slug, "therapy-detail", at)
    return render(request, "drugs/therapy_detail.html", {"page": page, "edition": page.edition, "at": at})


@public_page
def therapy_minute(request: HttpRequest, slug: str, *, at: dt.datetime) -> HttpResponse:
    """The live edition in one minute: stages, what it is, who reviewed it, what to ask."""
    page = live_page(slug, at, Depth.MINUTE)
    if page is None:
        return _elsewhere(request, slug, "therapy-minute", at)
    context = {"page": page, "edition": page.edition, "questions": questions_about(page), "at": at}
    return render(request, "drugs/therapy_minute.html", context)


@public_page
def therapy_plain(request: HttpRequest, slug: str, *, at: dt.datetime) -> HttpResponse:
    """The live edition in plain words; one that has none leads to the page in full."""
    page = live_page(slug, at, Depth.PLAIN)
    if page is None:
        return _elsewhere(request, slug, "therapy-plain", at)
    if not page.edition.plain_words:
        return redirect("therapy-detail", slug)
    return render(request, "drugs/therapy_plain.html", {"page": page, "edition": page.edition, "at": at})


@public_page
def edition_list(request: HttpRequest, slug: str, *, at: dt.datetime) -> HttpResponse:
    """All published editions of a therapy, the newest first."""
    publications = list(
        Publication.objects.ever_public(at)
        .filter(therapy__slug=slug)
        .select_related("edition__therapy")
        .order_by("-edition__number")
    )
    standing = [publication for publication in publications if not publication.withdrawn_at]
    if not standing:
        return _elsewhere(request, slug, "edition-list", at)
    for publication, before in zip_longest(standing, standing[1:]):
        publication.before = before and before.edition.number  # what a reader compares it with
    context = {"publications": publications, "live": _newest(standing).edition, "at": at}
    return render(request, "drugs/edition_list.html", context)


@public_page
def edition_detail(request: HttpRequest, slug: str, number: int, *, at: dt.datetime) -> HttpResponse:
    """One edition as it was, with its trials' facts of that day; a withdrawn one: 410 and why."""
    edition = (
        Edition.objects.published(at)
        .with_review()
        .filter(therapy__slug=slug, number=number)
        .select_related("therapy", "publication")
        .first()
    )
    if edition is None:
        withdrawn = Publication.objects.withdrawn(at).filter(therapy__slug=slug, edition__number=number)
        withdrawn = withdrawn.select_related("edition__therapy")
        if publication := withdrawn.first():
            return gone(request, publication, at)
        former = get_object_or_404(FormerSlug.objects.public(at).select_related("therapy"), slug=slug)
        return redirect("edition-detail", former.therapy.slug, number, permanent=True)
    live = Edition.objects.live(at).filter(therapy=edition.therapy_id).first()
    page = TherapyPage(edition, at, frozen=True)
    return render(request, "drugs/therapy_detail.html", {"page": page, "edition": edition, "live": live, "at": at})


def _newest(publications: list[Publication]) -> Publication:
    return max(publications, key=lambda publication: publication.goes_live_at)


def _elsewhere(request: HttpRequest, slug: str, name: str, at: dt.datetime) -> HttpResponse:
    """What an address without a live page answers: 410 where all editions were withdrawn, a redirect, or 404."""
    withdrawn = Publication.objects.withdrawn(at).filter(therapy__slug=slug)
    if publication := withdrawn.select_related("edition__therapy").order_by("-goes_live_at").first():
        return gone(request, publication, at)
    former = FormerSlug.objects.public(at).filter(slug=slug).values_list("therapy__slug", flat=True).first()
    if former:
        return redirect(name, former, permanent=True)
    raise Http404
