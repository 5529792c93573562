"""Open data: the tables as they are now, streamed, and past releases by date."""

import datetime as dt
import re

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render

from drugs.open_data import TABLES
from drugs.open_data.files import (
    csv_lines,
    data_package,
    is_released,
    json_lines,
    open_release_file,
    release_files,
    releases,
)
from drugs.views.caching import public_page

_WRITERS = {"csv": ("text/csv", csv_lines), "json": ("application/json", json_lines)}
DATE = re.compile(r"\d{4}-\d\d-\d\d")
RELEASE_FILE = re.compile(r"[a-z]+\.(?:csv|json|zip|sqlite3)|SHA256SUMS")


@public_page
def data_index(request: HttpRequest, *, at: dt.datetime) -> HttpResponse:
    return render(request, "drugs/data_index.html", {"tables": TABLES.values(), "releases": releases(), "at": at})


@public_page
def data_table(
    request: HttpRequest, table: str, ending: str, *, at: dt.datetime
) -> HttpResponse | StreamingHttpResponse:
    if table not in TABLES or ending not in _WRITERS:
        raise Http404
    media_type, write = _WRITERS[ending]
    response = StreamingHttpResponse(write(TABLES[table], at), content_type=f"{media_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{table}.{ending}"'
    response["Access-Control-Allow-Origin"] = "*"
    return response


@public_page
def data_package_json(request: HttpRequest, *, at: dt.datetime) -> HttpResponse:
    response = JsonResponse(data_package(at), json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Access-Control-Allow-Origin"] = "*"
    return response


@public_page
def data_release(request: HttpRequest, date: str, *, at: dt.datetime) -> HttpResponse:
    """The files of one past release."""
    if not (DATE.fullmatch(date) and is_released(date)):
        raise Http404
    return render(request, "drugs/data_release.html", {"date": date, "files": release_files(date), "at": at})


def data_release_file(request: HttpRequest, date: str, name: str) -> FileResponse:
    """One file of a past release: it never changes."""
    file = open_release_file(date, name) if DATE.fullmatch(date) and RELEASE_FILE.fullmatch(name) else None
    if file is None:
        raise Http404
    response = FileResponse(file, as_attachment=True, filename=f"{date}-{name}")
    response["Cache-Control"] = "public, max-age=86400, stale-if-error=604800"
    response["Access-Control-Allow-Origin"] = "*"
    return response
