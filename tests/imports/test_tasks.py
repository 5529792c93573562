"""Which files a request compares itself, and which wait for the worker."""

import io
import json
import zipfile

import openpyxl
import pytest

from drugs.imports import tasks
from drugs.vocabulary import RunState

pytestmark = pytest.mark.django_db
STUDY = {"protocolSection": {"identificationModule": {"nctId": "NCT00000001", "briefTitle": "A"}}}
XML = "<clinical_study><id_info><nct_id>NCT00000001</nct_id></id_info><brief_title>A</brief_title>{}</clinical_study>"
LONG = "x" * 3_000_000


def rows(count: int, end: str = "\n") -> bytes:
    return end.join(["NCT Number,Study Title", *(f"NCT{n:08},{'A title ' * 10}" for n in range(count))]).encode()


def archive(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("list.csv", content)
    return made.getvalue()


def workbook(count: int) -> bytes:
    book, made = openpyxl.Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for cells in (["NCT Number", "Study Title"], *([f"NCT{n:08}", "A title"] for n in range(count))):
        sheet.append(cells)
    book.save(made)
    return made.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        rows(30_000),
        rows(30_000, "\r"),
        archive(rows(30_000)),
        workbook(30_000),
        json.dumps([STUDY, LONG]),
        XML.format(LONG),
    ],
    ids=["lines", "lines of an old Mac", "archive", "workbook", "json", "xml"],
)
def test_a_large_file_of_any_kind_waits_for_the_worker(stored, content):
    run = stored(content)

    assert not tasks.start_compare(run)
    run.refresh_from_db()
    assert run.state == RunState.UPLOADED


@pytest.mark.parametrize(
    ("content", "state"),
    [
        (rows(20), RunState.COMPARED),
        (archive(rows(20)), RunState.COMPARED),
        (workbook(20), RunState.COMPARED),
        (json.dumps([STUDY]), RunState.COMPARED),
        (XML.format(""), RunState.COMPARED),
        (b"%PDF-1.7", RunState.FAILED),
        (b"PK\x03\x04 cut off", RunState.FAILED),
    ],
    ids=["lines", "archive", "workbook", "json", "xml", "other kind", "damaged"],
)
def test_a_small_file_is_compared_or_refused_at_once(stored, content, state):
    run = stored(content)

    assert tasks.start_compare(run)
    run.refresh_from_db()
    assert run.state == state
