"""Errors as problem details (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, JsonResponse
from rest_framework.response import Response
from rest_framework.views import exception_handler


def problem(status: int, detail: str, instance: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": instance,
        **more,
    }


def handle(exception: Exception, context: dict[str, Any]) -> Response | None:
    """django-rest-framework's own errors, in the words of RFC 9457; field errors stand under `errors`."""
    response = exception_handler(exception, context)
    if response is None:
        return None
    request = context["request"]
    data = response.data
    if isinstance(data, dict) and set(data) == {"detail"}:
        body = problem(response.status_code, str(data["detail"]), request.path)
    else:
        body = problem(response.status_code, "A parameter cannot be used.", request.path, errors=data)
    response.data = body
    response.content_type = "application/problem+json"
    return response


def problem_response(request: HttpRequest, status: int, detail: str) -> JsonResponse:
    """An error of an address below /api/ that no view answers."""
    response = JsonResponse(
        problem(status, detail, request.path), status=status, content_type="application/problem+json"
    )
    response["Access-Control-Allow-Origin"] = "*"
    return response
