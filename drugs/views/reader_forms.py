"""What the forms of readers share: lines that catch robots, what is refused unread, and pages that nobody keeps."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs.reader_forms import is_from_here
from drugs.views.errors import csrf_failure, error_page

_DRAINED = 3_000_000


class ReaderForm(forms.Form):
    """A form without a cookie: its token stands for it, and one line is there for robots alone."""

    reply_line = forms.CharField(
        label=_("Leave this line empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=1000)

    def clean_reply_line(self) -> str:
        if self.cleaned_data["reply_line"]:
            raise forms.ValidationError(_t("A hidden line of the form was filled in. Send it again with that empty."))
        return ""


def uncached(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Nothing of these pages is kept: a form is for one use, an answer may come at any moment. Not for search engines."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        response["X-Robots-Tag"] = "noindex"
        return response

    return wrapped


def see_other(*to: Any) -> HttpResponse:
    """Lead from what was sent to a page, by GET (303): going back or loading again sends nothing twice."""
    response = redirect(*to)
    response.status_code = HTTPStatus.SEE_OTHER
    return response


def _length(request: HttpRequest) -> int:
    return int(length) if (length := request.META.get("CONTENT_LENGTH") or "0").isdecimal() else 0


def drain(request: HttpRequest) -> None:
    """Read what was sent to its end, unseen: who sends much gets an answer too."""
    left = min(_length(request), _DRAINED)
    while left > 0 and (chunk := request.read(min(left, 65_536))):
        left -= len(chunk)


def refusal_of(request: HttpRequest, most_bytes: int) -> HttpResponse | None:
    """What is no form of ours: too large, another encoding, or sent by another site. Read to its end all the same."""
    too_large = _length(request) > most_bytes
    if too_large or request.content_type != "application/x-www-form-urlencoded":
        drain(request)
        return error_page(
            request,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE if too_large else HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            _t("This cannot be taken"),
            _t("Nothing was saved. Go back, shorten the text and send it again."),
        )
    if not is_from_here(request):
        return csrf_failure(request)
    return None
