"""The API's documentation as a plain page, drawn from its own OpenAPI description."""

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from drugs.views.caching import public_page


@require_safe
@public_page
def api_docs(request: HttpRequest, *, at: dt.datetime) -> HttpResponseBase:
    """Every address with what it gives and its parameters; no script, so that anybody can read it."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    operations = [
        _operation(path, methods["get"]) for path, methods in sorted(schema["paths"].items()) if "get" in methods
    ]
    return render(request, "drugs/api_docs.html", {"operations": operations, "at": at})


def _operation(path: str, described: dict[str, Any]) -> dict[str, Any]:
    parameters = [
        {
            "name": parameter["name"],
            "place": parameter["in"],
            "description": parameter.get("description") or parameter["schema"].get("title", ""),
            "values": parameter["schema"].get("enum") or parameter["schema"].get("items", {}).get("enum") or [],
        }
        for parameter in described.get("parameters", [])
    ]
    return {
        "path": path,
        "summary": described.get("description", ""),
        "parameters": parameters,
        "is_list": "{" not in path,
    }
