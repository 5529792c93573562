"""Each request gets a number, one line in the log and its place in the metrics.

The line names the route ('drugs/<slug:slug>/'), never the address as it was typed: addresses can hold a name, a token or
what somebody searched for. No network address, no account, no query.
"""

import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

from drugs.watching.counters import count_request

log = logging.getLogger("site.requests")

HEADER = "X-Request-ID"
#: What a proxy may pass on: a UUID or the like, nothing that could carry text into the log.
_WELL_FORMED = re.compile(r"[0-9A-Za-z-]{8,64}")

current_id: ContextVar[str] = ContextVar("request_id", default="")


def request_id_from(header: str) -> str:
    """The number that came with a request when it is well-formed, else a new one."""
    return header if _WELL_FORMED.fullmatch(header) else uuid.uuid4().hex


def route_of(request: HttpRequest) -> str:
    match = getattr(request, "resolver_match", None)
    return match.route if match and match.route is not None else "(none)"


def note_answer(method: str, route: str, status: int, seconds: float, request_id: str) -> None:
    """Counted, and a line in the log."""
    token = current_id.set(request_id)
    try:
        count_request(method, route, status, seconds)
        told = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
        log.info("request", extra=told)
    finally:
        current_id.reset(token)


def watched(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """The outermost middleware."""

    def middleware(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        request_id = request_id_from(request.headers.get(HEADER, ""))
        token = current_id.set(request_id)
        try:
            response = get_response(request)
        finally:
            current_id.reset(token)
        response[HEADER] = request_id
        seconds = time.perf_counter() - began
        note_answer(request.method or "", route_of(request), response.status_code, seconds, request_id)
        return response

    return middleware
