"""Errors as pages that say what happened and where to go on."""

import datetime as dt
import errno
import sys
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from drugs.api.problems import problem_response
from drugs.furniture import Around, standing
from drugs.models import Edition, PageVersion, Publication
from drugs.watching.requests import current_id

#: Seconds.
RETRY_AFTER = 30


def error_page(request: HttpRequest, status: HTTPStatus, title: str, text: str) -> HttpResponse:
    """A styled page, or problem details below /api/, with its true status and a number to find the request by."""
    if request.path.startswith("/api/"):
        return problem_response(request, status, text)
    context: dict[str, Any] = {
        "status": status.value,
        "title": title,
        "text": text,
        "reference": current_id.get() or uuid4().hex,
        "may_ask_again": status >= HTTPStatus.INTERNAL_SERVER_ERROR and request.method == "GET",
    }
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:  # the database may be what went wrong
        context["around"] = Around(standing())
    return render(request, "error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(
        request,
        HTTPStatus.BAD_REQUEST,
        _("This address cannot be read"),
        _("Check the address, or start from a list below."),
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(
        request,
        HTTPStatus.FORBIDDEN,
        _("This page is not open to you"),
        _("Sign in with an account that may see it, or go back."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(
        request,
        HTTPStatus.FORBIDDEN,
        _("This form cannot be taken any more"),
        _(
            "It was open too long, or it came from another place. Nothing was saved: go back, load the page anew and send it again."
        ),
    )


def too_many(request: HttpRequest) -> HttpResponse:
    """allauth's limits at the door."""
    response = error_page(
        request,
        HTTPStatus.TOO_MANY_REQUESTS,
        _("Too many tries"),
        _("Wait five minutes, then try again."),
    )
    response["Retry-After"] = str(RETRY_AFTER * 10)
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(
        request,
        HTTPStatus.NOT_FOUND,
        _("There is no page here"),
        _(
            "The address may be misspelt, or the page may have moved. Search for the drug's name or code, or start from a list below."
        ),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Called while the error is handled: one of the database or the disk passes, and says so."""
    if is_passing(sys.exc_info()[1]):
        return unavailable(request)
    return error_page(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _("Something went wrong on our side"),
        _("Please try again in a minute."),
    )


def is_passing(error: BaseException | None) -> bool:
    """Whether the database is away, takes no changes or hung, a disk is full or a bucket away: later the same request will do."""
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError):
            return True
        if isinstance(error, InternalError) and "read-only" in str(error):  # PostgreSQL's word for it
            return True
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
            return True
        if isinstance(error, BotoCoreError | ClientError):
            return True
        error = error.__cause__
    return False


def unavailable(request: HttpRequest) -> HttpResponse:
    """Away for a moment: 503, and when to come back."""
    is_sent = request.method not in ("GET", "HEAD", "OPTIONS")
    response = error_page(
        request,
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("The site cannot answer this just now"),
        _("Nothing was saved. Go back, keep what you wrote, and send it again in a minute.")
        if is_sent
        else _("Please load the page again in a minute."),
    )
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response


def gone(request: HttpRequest, publication: Publication, at: dt.datetime) -> HttpResponse:
    """An edition that was withdrawn: its reason, not its text, and the page that stands in its place where one does."""
    live = Edition.objects.live(at).filter(therapy=publication.therapy_id).select_related("therapy").first()
    context = {"publication": publication, "edition": publication.edition, "live": live}
    return render(request, "drugs/withdrawn.html", context, status=HTTPStatus.GONE)


def gone_page(request: HttpRequest, version: PageVersion) -> HttpResponse:
    """An information page that was withdrawn: its reason, not its text."""
    return render(request, "drugs/page_withdrawn.html", {"version": version}, status=HTTPStatus.GONE)
