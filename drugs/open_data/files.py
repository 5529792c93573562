"""The tables as files: streamed CSV and JSON, the data package, and a dated release with everything.

Frictionless Data Package: https://specs.frictionlessdata.io/data-package/.
"""

import csv
import datetime as dt
import hashlib
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from drugs.imports.spreadsheets import harmless
from drugs.open_data.columns import Column, Table
from drugs.open_data.tables import TABLES

_SQLITE_TYPES = {"integer": "INTEGER", "number": "REAL"}


def csv_lines(table: Table, at: dt.datetime) -> Iterator[str]:
    """The table as CSV, line by line, UTF-8; text that a spreadsheet would run is made harmless."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in _with_header(table, at):
        writer.writerow(row)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _with_header(table: Table, at: dt.datetime) -> Iterator[list[str]]:
    yield table.header
    for row in table.rows(at):
        yield [_cell(column, value) for column, value in zip(table.columns, row, strict=True)]


def _cell(column: Column, value: Any) -> str:
    if value is None:
        return ""
    return str(value) if column.type in ("integer", "number") else harmless(value)


def json_lines(table: Table, at: dt.datetime) -> Iterator[str]:
    """The table as a JSON array of objects, one a line; numbers are numbers, nothing stated is null."""
    yield "["
    separator = "\n"
    for row in table.rows(at):
        record = {column.name: _json(column, value) for column, value in zip(table.columns, row, strict=True)}
        yield separator + json.dumps(record, ensure_ascii=False)
        separator = ",\n"
    yield "\n]\n"


def _json(column: Column, value: Any) -> Any:
    return float(value) if value is not None and column.type == "number" else value


def data_package(at: dt.datetime, sums: dict[str, str] | None = None) -> dict[str, Any]:
    """The description of all tables: types, meanings, vocabularies, licence, date."""
    return {
        "profile": "tabular-data-package",
        "name": "als-mnd-therapies",
        "title": str(settings.SITE_NAME),
        "description": "What is known about each therapy for ALS/MND: the public rows of the live editions, and registry facts of trials.",
        "homepage": settings.SITE_URL,
        "version": timezone.localdate(at).isoformat(),
        "created": at.isoformat(timespec="seconds"),
        "licenses": [{"name": "content-licence", "title": settings.CONTENT_LICENCE}],
        "sources": [{"title": settings.PUBLISHER, "path": settings.SITE_URL}],
        "resources": [_resource(table, (sums or {}).get(f"{table.name}.csv")) for table in TABLES.values()],
    }


def _resource(table: Table, sha256: str | None) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "profile": "tabular-data-resource",
        "name": table.name,
        "title": table.title,
        "description": table.description,
        "path": f"{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": [column.schema() for column in table.columns], "missingValues": [""]},
    }
    return resource | ({"hash": f"sha256:{sha256}"} if sha256 else {})


# Releases: one folder a day


def releases_folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "data"


def releases() -> list[str]:
    """The dates of past releases, the latest first."""
    folder = releases_folder()
    if not folder.is_dir():
        return []
    return sorted((path.name for path in folder.iterdir() if path.is_dir() and path.name[0].isdigit()), reverse=True)


def write_release(at: dt.datetime) -> Path:
    """Write the release of that day: every table as CSV and JSON, one ZIP, one SQLite file, checksums. Replaces the day's own."""
    folder = releases_folder() / timezone.localdate(at).isoformat()
    draft = folder.with_name(f".{folder.name}")
    draft.mkdir(parents=True, exist_ok=True)
    for table in TABLES.values():
        _write(draft / f"{table.name}.csv", csv_lines(table, at))
        _write(draft / f"{table.name}.json", json_lines(table, at))
    _write_sqlite(draft / "therapies.sqlite3", at)
    sums = {
        path.name: _sha256(path)
        for path in sorted(draft.iterdir())
        if path.suffix in (".csv", ".json") and path.stem in TABLES
    }
    _write(draft / "datapackage.json", [json.dumps(data_package(at, sums), ensure_ascii=False, indent=2) + "\n"])
    with zipfile.ZipFile(draft / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in [*sorted(sums), "datapackage.json"]:
            archive.write(draft / name, name)
    _write(
        draft / "SHA256SUMS",
        (f"{_sha256(path)}  {path.name}\n" for path in sorted(draft.iterdir()) if path.name != "SHA256SUMS"),
    )
    if folder.exists():
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    draft.rename(folder)
    return folder


def _write(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(lines)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_sqlite(path: Path, at: dt.datetime) -> None:
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    with connection:
        for table in TABLES.values():
            columns = ", ".join(f'"{column.name}" {_SQLITE_TYPES.get(column.type, "TEXT")}' for column in table.columns)
            connection.execute(f'CREATE TABLE "{table.name}" ({columns})')
            marks = ", ".join("?" * len(table.columns))
            connection.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', table.rows(at))  # noqa: S608 (names of our own)
    connection.close()
