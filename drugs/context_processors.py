"""What every template may use without asking for it."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    return {
        "site_name": settings.SITE_NAME,
        "publisher": settings.PUBLISHER,
        "content_licence": settings.CONTENT_LICENCE,
    }
