"""Information pages, the list of all pages, and the portraits."""

import datetime as dt
import hashlib
from functools import partial
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, render
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from drugs.models import PageVersion, Portrait
from drugs.rendering import page_sections
from drugs.views.caching import public_page
from drugs.views.errors import gone_page
from drugs.vocabulary import PageGroup


@public_page
def page_list(request: HttpRequest, *, at: dt.datetime) -> HttpResponse:
    """All information pages under their headings, and the other parts of the site."""
    live = PageVersion.objects.live(at).select_related("page").order_by("page__position", "page__slug")
    groups = [(group, [version for version in live if version.page.group == group]) for group in PageGroup]
    return render(request, "drugs/page_list.html", {"groups": [found for found in groups if found[1]], "at": at})


@public_page
def page_detail(request: HttpRequest, slug: str, *, at: dt.datetime) -> HttpResponse:
    """What an information page says now; withdrawn with nothing before it: 410 and why."""
    version = PageVersion.objects.live(at).filter(page__slug=slug).select_related("page").first()
    if version is None:
        withdrawn = PageVersion.objects.withdrawn(at).filter(page__slug=slug).order_by("-number").first()
        if withdrawn is None:
            raise Http404
        return gone_page(request, withdrawn)
    return render(request, "drugs/page_detail.html", page_context(version, at))


def page_context(version: PageVersion, at: dt.datetime) -> dict[str, object]:
    """What the page of a version shows, published or previewed."""
    lead, sections = page_sections(version.body)
    return {"version": version, "lead": lead, "sections": sections, "at": at}


@partial(public_page, shows_portraits=True)
def portrait_list(request: HttpRequest, *, at: dt.datetime) -> HttpResponse:
    portraits = Portrait.objects.public().defer("picture")
    return render(request, "drugs/portrait_list.html", {"portraits": portraits, "at": at})


@require_safe
def portrait_picture(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The picture itself. Every use asks again whether it still stands: taken down, it is gone at once (410)."""
    portrait = Portrait.objects.public().filter(uid=uid).first()
    if portrait is None or portrait.picture is None:
        get_object_or_404(Portrait.objects.defer("picture"), uid=uid)
        response = HttpResponse(status=410)
        response["Cache-Control"] = "no-store"
        return response
    content = bytes(portrait.picture)
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    kept = etag in parse_etags(request.headers.get("If-None-Match", ""))
    response = HttpResponseNotModified() if kept else HttpResponse(content, content_type="image/webp")
    response["ETag"], response["Cache-Control"] = etag, "no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response
