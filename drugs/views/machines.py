"""Addresses that programs ask for."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse


def robots(request: HttpRequest) -> HttpResponse:
    """Everything public may be indexed; staff's addresses, searches and filtered lists may not.

    A comparison has all that it says in its address; links to the very many of them ask not to be followed.
    """
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /preview/",
        "Disallow: /search/",
        "Disallow: /*?",
        f"Allow: {reverse('compare')}",
        f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def favicon(request: HttpRequest) -> HttpResponse:
    """What browsers ask for by themselves where a page names no mark, such as a file or a page of the admin."""
    return redirect(static("img/mark.svg"))
