"""A request that stood in line too long is sent away at once, so that those behind it are served in time.

Where more is asked than the workers can answer, the line in front of them grows, and soon everybody waits for pages that
browsers have given up on. The proxy writes on each request when it came in (`X-Request-Start: t=` and seconds since 1970,
deploy/nginx.conf); one that waited longer than `LONGEST_WAIT` seconds gets a short 503 that costs next to nothing, or the
page that the proxy kept. Forms are never sent away: somebody wrote them. Without the header nothing is.
"""

import re
import time
from functools import cache
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from drugs.api.problems import problem_response
from drugs.furniture import Around, standing
from drugs.middleware import Handler
from drugs.views.errors import RETRY_AFTER

HEADER = "X-Request-Start"
_STARTED = re.compile(r"t=(\d{10}\.\d{3})")
#: A longer wait than this is a clock that goes wrong: no proxy holds a request for so many seconds.
_NO_WAIT = 60


def waited(header: str, now: float) -> float:
    """Seconds since the proxy took the request; 0 where it does not say, or says what cannot be."""
    started = _STARTED.fullmatch(header)
    seconds = now - float(started[1]) if started else 0.0
    return seconds if 0 < seconds < _NO_WAIT else 0.0


def on_time(get_response: Handler) -> Handler:
    """Behind the pages that are kept, which cost nothing and are answered however late."""
    if not settings.LONGEST_WAIT:
        return get_response

    def middleware(request: HttpRequest) -> HttpResponse:
        if (
            request.method in ("GET", "HEAD")
            and waited(request.headers.get(HEADER, ""), time.time()) > settings.LONGEST_WAIT
        ):
            return _too_busy(request)
        return get_response(request)

    return middleware


def _too_busy(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        response: HttpResponse = problem_response(
            request, HTTPStatus.SERVICE_UNAVAILABLE, _("More is asked than the site can answer. Ask again in a minute.")
        )
    else:
        response = HttpResponse(_page(), status=HTTPStatus.SERVICE_UNAVAILABLE)
    response["Retry-After"], response["Cache-Control"] = str(RETRY_AFTER), "no-store"
    return response


@cache
def _page() -> bytes:
    """Made once: to write it anew would cost as much as many a page."""
    context = {
        "status": HTTPStatus.SERVICE_UNAVAILABLE.value,
        "title": _("More people are here than the site can answer"),
        "text": _("Please load the page again in a minute. Nothing is lost."),
        "around": Around(standing()),
    }
    return render_to_string("error.html", context, HttpRequest()).encode()  # of nobody: it is for every address
