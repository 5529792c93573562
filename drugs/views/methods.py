"""Public addresses are read: by GET and HEAD, and by nothing else unless the view takes what a reader sends.

Such a view says so by `csrf_exempt`: there is no session to protect, and it has a token or methods of its own (the forms of
corrections and alerts, the API). So a new public view takes no form before somebody has thought about that.
"""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from drugs.middleware import STAFF_PATHS, Handler
from drugs.views.errors import error_page
from drugs.views.reader_forms import drain

READING = ("GET", "HEAD")


def read_only(get_response: Handler) -> Handler:
    """Before the check of tokens (CSRF), which would say that a form is too old where there is none.

    A method that a view itself refuses, staff's too, is told by the same page.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.streaming and not response.content:
            told = _refusal(request, response["Allow"])
            response.content, response["Content-Type"] = told.content, told["Content-Type"]  # its other headers stay
        return response

    def process_view(request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        is_for_staff = request.path_info.startswith(STAFF_PATHS[0])
        if request.method in READING or is_for_staff or getattr(view, "csrf_exempt", False):
            return None
        drain(request)
        return _refusal(request, ", ".join(READING))

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def _refusal(request: HttpRequest, allowed: str) -> HttpResponse:
    is_for_reading = "GET" in allowed
    title = _("Nothing can be sent to this page") if is_for_reading else _("This is no page")
    text = (
        _("It is there to be read. Nothing was saved.")
        if is_for_reading
        else _("Something is sent here by a button. Go back to the page with the button.")
    )
    response = error_page(request, HTTPStatus.METHOD_NOT_ALLOWED, title, text)
    response["Allow"] = allowed
    return response
