"""The tables as files: streamed CSV and JSON, the data package, and a dated release with everything.

Frictionless Data Package: https://specs.frictionlessdata.io/data-package/.
"""

import csv
import datetime as dt
import hashlib
import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, default_storage
from django.utils import timezone

from drugs.imports.spreadsheets import harmless
from drugs.models import ContentVersion
from drugs.open_data.columns import Column, Table
from drugs.open_data.tables import TABLES
from drugs.unchanged import cannot_be_told

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


# Releases: one folder a day, in the storage of all files. One is there once its checksums are, which are written last.

_RELEASES = "data"
SUMS = "SHA256SUMS"
#: For how long the release of each day is kept; of earlier months, the first.
KEPT_DAYS = 30


def releases() -> list[str]:
    """The dates of past releases, the latest first."""
    cannot_be_told()  # the storage is asked, no database
    try:
        dates, _files = default_storage.listdir(_RELEASES)
    except FileNotFoundError:
        return []
    return sorted((date for date in dates if date[:1].isdigit() and is_released(date)), reverse=True)


def is_released(date: str) -> bool:
    return default_storage.exists(f"{_RELEASES}/{date}/{SUMS}")


def release_files(date: str) -> list[tuple[str, int]]:
    """The name and the bytes of each file of a release."""
    cannot_be_told()
    _folders, names = default_storage.listdir(f"{_RELEASES}/{date}")
    return [(name, default_storage.size(f"{_RELEASES}/{date}/{name}")) for name in sorted(names)]


def open_release_file(date: str, name: str) -> File | None:
    """None where the release, or the file in it, is not there."""
    path = f"{_RELEASES}/{date}/{name}"
    return default_storage.open(path) if is_released(date) and default_storage.exists(path) else None


def write_release(at: dt.datetime) -> str:
    """Store the release of that day and return its date: every table as CSV and JSON, one ZIP, one SQLite file, checksums.

    Replaces the day's own. Where all but its own dates is as in the newest release nothing is stored, and the date is of
    that one. What is `outlived` goes. Not within a transaction: the storage knows none.
    """
    date, before = timezone.localdate(at).isoformat(), releases()
    with tempfile.TemporaryDirectory(prefix="release-") as made:
        _make_release(Path(made), at)
        if before and _content(FileSystemStorage(made), "") == _content(default_storage, f"{_RELEASES}/{before[0]}/"):
            date = before[0]
        else:
            _remove(date)
            for path in sorted(Path(made).iterdir(), key=lambda path: path.name == SUMS):
                with path.open("rb") as file:
                    default_storage.save(f"{_RELEASES}/{date}/{path.name}", File(file))
    for old in outlived({date, *before}, timezone.localdate(at)):
        _remove(old)
    ContentVersion.bump()  # the list of them stands on a page
    return date


def outlived(dates: Iterable[str], today: dt.date) -> list[str]:
    """The releases that are not kept: older than `KEPT_DAYS`, and neither the first of their month nor the newest of all."""
    old_before = (today - dt.timedelta(days=KEPT_DAYS)).isoformat()
    in_order = sorted(dates)
    firsts = {date[:7]: date for date in reversed(in_order)}.values()
    return [date for date in in_order[:-1] if date < old_before and date not in firsts]


def _content(storage: Storage, folder: str) -> tuple[dict[str, Any], list[bytes]]:
    """What a release says, without its own dates: they stand in the package, and so in the ZIP."""
    with storage.open(f"{folder}datapackage.json") as package, storage.open(f"{folder}{SUMS}") as sums:
        described = {name: value for name, value in json.load(package).items() if name not in ("version", "created")}
        return described, [line for line in sums if not line.endswith((b"  datapackage.json\n", b"  all.zip\n"))]


def _remove(date: str) -> None:
    folder = f"{_RELEASES}/{date}"
    for name in _stored(folder):
        default_storage.delete(f"{folder}/{name}")
    default_storage.delete(folder)


def _stored(folder: str) -> list[str]:
    """The files of a folder, the checksums first."""
    try:
        _folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return []
    return sorted(names, key=lambda name: name != SUMS)


def _make_release(folder: Path, at: dt.datetime) -> None:
    for table in TABLES.values():
        _write(folder / f"{table.name}.csv", csv_lines(table, at))
        _write(folder / f"{table.name}.json", json_lines(table, at))
    sums = {path.name: _sha256(path) for path in sorted(folder.iterdir())}
    _write_sqlite(folder / "therapies.sqlite3", at)
    _write(folder / "datapackage.json", [json.dumps(data_package(at, sums), ensure_ascii=False, indent=2) + "\n"])
    with zipfile.ZipFile(folder / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in [*sorted(sums), "datapackage.json"]:
            archive.write(folder / name, name)
    _write(folder / SUMS, (f"{_sha256(path)}  {path.name}\n" for path in sorted(folder.iterdir()) if path.name != SUMS))


def _write(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(lines)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_sqlite(path: Path, at: dt.datetime) -> None:
    connection = sqlite3.connect(path)
    with connection:
        for table in TABLES.values():
            columns = ", ".join(f'"{column.name}" {_SQLITE_TYPES.get(column.type, "TEXT")}' for column in table.columns)
            connection.execute(f'CREATE TABLE "{table.name}" ({columns})')
            marks = ", ".join("?" * len(table.columns))
            connection.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', table.rows(at))  # noqa: S608 (names of our own)
    connection.close()
