"""What every template may use without asking for it."""

from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from drugs.alerts import are_on
from drugs.furniture import Around, current_furniture, standing


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "site_name": settings.SITE_NAME,
        "publisher": settings.PUBLISHER,
        "content_licence": settings.CONTENT_LICENCE,
        "alerts_are_on": are_on(),
        # Asked by public pages only; staff pages and JSON never read it.
        "around": SimpleLazyObject(lambda: _around(request)),
    }


def _around(request: HttpRequest) -> Around:
    """A public page has read its furniture already (drugs/views/caching.py); an error page may have no database."""
    if around := getattr(request, "around", None):
        return around
    try:
        return Around(current_furniture(), timezone.now())
    except DatabaseError:
        return Around(standing(), timezone.now())
