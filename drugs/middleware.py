"""What every request passes through, beside Django's own middleware."""

from collections.abc import Callable

from auditlog.middleware import AuditlogMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

Handler = Callable[[HttpRequest], HttpResponse]

STAFF_PATHS = ("/admin/", "/preview/")


def is_staff_path(request: HttpRequest) -> bool:
    return request.path_info.startswith(STAFF_PATHS)


def staff_audit(get_response: Handler) -> Handler:
    """Tell the audit log who acts, on staff pages only: it reads the session, which public pages never open."""
    audited = AuditlogMiddleware(get_response)

    def middleware(request: HttpRequest) -> HttpResponse:
        return audited(request) if is_staff_path(request) else get_response(request)

    return middleware


def staff_no_store(get_response: Handler) -> Handler:
    """Staff pages are never kept by a browser or a proxy, every address under /admin/ included."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if is_staff_path(request):
            add_never_cache_headers(response)
        return response

    return middleware


def own_resources(get_response: Handler) -> Handler:
    """No other site takes our answers into its pages, but what is open to every origin (data and API)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_open = response.get("Access-Control-Allow-Origin") == "*"
        response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if is_open else "same-origin")
        return response

    return middleware
