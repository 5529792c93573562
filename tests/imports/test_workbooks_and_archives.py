"""Workbooks with more than one sheet, with formulas and dates; files in archives; what only looks like either."""

import datetime as dt
import io
import json
import zipfile

import openpyxl
import pytest

from drugs.imports import archive
from drugs.models import Trial
from drugs.vocabulary import RunState
from tests.imports.conftest import counts
from tests.imports.test_formats import STUDY

pytestmark = pytest.mark.django_db
HEAD = ["NCT Number", "Study Title", "Study Status", "Enrollment", "Start Date"]
ROW = ["NCT01363401", "A", "COMPLETED", 71, "2011-02"]
XML = "<clinical_study><id_info><nct_id>{}</nct_id></id_info><brief_title>A</brief_title></clinical_study>"


def workbook(sheets, change=None):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def trial():
    return Trial.objects.get(home_number="NCT01363401")


def test_a_hidden_sheet_is_not_read_and_what_is_not_read_is_named(imported):
    def hide(book):
        book["Old"].sheet_state = "hidden"

    old = ["NCT01363401", "OLD", "RECRUITING", 1, "2000"]
    run = imported(workbook({"Old": [HEAD, old], "Legend": [["Green"]], "Now": [HEAD, ROW]}, hide))

    assert (trial().brief_title, run.detection["sheet"]) == ("A", "Now")
    assert run.detection["sheets_not_read"] == ["Legend", "Old"]


def test_only_hidden_sheets_are_refused(compared):
    def hide(book):
        book["Shown"].append(["x"])
        book["Old"].sheet_state = "hidden"

    run = compared(workbook({"Shown": [], "Old": [HEAD, ROW]}, hide))

    assert run.state == RunState.FAILED
    assert "No column is known" in run.error


def test_two_sheets_with_trials_are_refused_and_named(compared):
    run = compared(workbook({"Phase 2": [HEAD, ROW], "Phase 3": [HEAD, ["NCT04745299", "B", "", 1, ""]]}))

    assert "Several sheets of the workbook hold trials: Phase 2, Phase 3" in run.error


def test_two_sheets_of_different_layouts_are_refused_and_one_of_remarks_is_not_read(compared):
    other, remarks = (
        [["NCT ID", "Title", "Status"], ["NCT04745299", "B", ""]],
        [["NCT ID", "Who"], ["NCT04745299", "X"]],
    )

    assert "hold trials: Now, Old" in compared(workbook({"Now": [HEAD, ROW], "Old": other})).error
    assert compared(workbook({"Now": [HEAD, ROW], "Who": remarks})).detection["sheets_not_read"] == ["Who"]


def test_a_row_below_many_empty_ones_is_refused_and_named(compared, monkeypatch):
    monkeypatch.setattr("drugs.imports.workbook._MAX_GAP", 100)

    def far(book, cell="NCT04745299"):
        book["Trials"]["A300"] = cell

    run = compared(workbook({"Trials": [HEAD, ROW]}, far))

    assert run.state == RunState.FAILED
    assert "Sheet 'Trials' goes on in row 300, below more than 100 empty rows" in run.error
    assert counts(compared(workbook({"Trials": [HEAD, ROW]}, lambda book: far(book, " ")))) == {"new": 1}


def test_a_line_break_as_excel_writes_it_is_none_of_the_text(imported):
    imported(workbook({"Trials": [["NCT Number", "Brief Summary"], ["NCT01363401", "A_x000D_\nB _x005F_x000D_"]]}))

    assert trial().brief_summary == "A\nB _x000D_"


def test_a_formula_without_its_result_is_refused_and_named(compared):
    run = compared(workbook({"Trials": [HEAD, ["NCT01363401", "A", "COMPLETED", "=70+1", "2011"]]}))

    assert "Cell D2 of sheet 'Trials' holds a formula without its result" in run.error


def test_real_dates_and_numbers_keep_their_precision(imported):
    def as_shown(book):
        sheet = book["Trials"]
        sheet["E2"].number_format, sheet["E3"].number_format = "mmm-yy", "[$-409]yyyy"

    rows = [
        ["NCT01363401", "A", "COMPLETED", 71.0, dt.date(2011, 2, 1)],
        ["NCT04745299", "B", "COMPLETED", 71, dt.date(2011, 1, 1)],
        ["NCT00000001", "C", "COMPLETED", 71, dt.datetime(2011, 2, 1, 0, 0)],
        ["NCT00000002", "D", "COMPLETED", 71, dt.datetime(2011, 2, 3, 13, 5)],
    ]
    imported(workbook({"Trials": [HEAD, *rows]}, as_shown))

    starts = dict(Trial.objects.values_list("home_number", "start_date"))
    assert starts == {
        "NCT01363401": "2011-02",
        "NCT04745299": "2011",
        "NCT00000001": "2011-02-01",
        "NCT00000002": "2011-02-03",
    }
    assert trial().enrollment == 71


def test_a_title_over_merged_cells_is_a_banner_and_a_merged_number_is_missing(compared):
    def merge(book):
        sheet = book["Trials"]
        sheet.insert_rows(1)
        sheet["A1"] = "Our trials"
        sheet.merge_cells("A1:E1")
        sheet.merge_cells("A3:A4")

    run = compared(workbook({"Trials": [HEAD, ROW, ["x", "B", "COMPLETED", 1, "2020"]]}, merge))

    assert counts(run) == {"new": 1, "refused": 1}
    assert run.detection["skipped_rows"] == [{"row": 1, "text": "Our trials"}]


@pytest.mark.parametrize(
    "parts",
    [
        {"SearchResults.csv": "NCT Number,Study Title\nNCT01363401,A\nNCT04745299,B\n"},
        {"a/NCT01363401.xml": XML.format("NCT01363401"), "a/NCT04745299.xml": XML.format("NCT04745299")},
        {"x.xml": f"<search_results>{XML.format('NCT01363401')}{XML.format('NCT04745299')}</search_results>"},
        {
            "__MACOSX/._x.csv": "x",
            ".DS_Store": "x",
            "x.csv": "NCT Number,Study Title\nNCT01363401,A\nNCT04745299,B\n",
        },
    ],
)
def test_files_in_an_archive_are_read(imported, parts):
    run = imported(zipped(parts), "download.zip")

    assert counts(run) == {"new": 2}
    assert run.detection["unpacked"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (zipped({"a.csv": "x", "b.csv": "y"}), "several files: a.csv, b.csv"),
        (zipped({"a.csv": ""}), "no file with anything in it"),
        (zipped({"in.zip": zipped({"a.csv": "x"})}), "another archive"),
        (zipped({"picture.csv": b"\x89PNG\r\n\x1a\n" + b"\x00" * 99}), "picture"),
        (zipped({"a.xml": "<a><b>"}), "starts like XML"),
        (zipped({"a.csv": "NCT Number,Study Title\nNCT01363401,A\n"})[:-30], "damaged"),
        (zipped({"a.csv": "x" * 3_000_000}), "more than is read"),
    ],
)
def test_archives_that_cannot_be_read_get_one_sentence(compared, settings, content, sentence):
    settings.IMPORT_MAX_BYTES = 1_000_000
    run = compared(content)

    assert run.state == RunState.FAILED
    assert sentence in run.error


def test_a_file_whose_checksum_is_wrong_is_refused(compared):
    content = bytearray(zipped({"a.csv": "NCT Number,Study Title\nNCT01363401,A title of some length\n"}))
    content[45] ^= 0xFF

    assert "damaged" in compared(bytes(content)).error


def test_more_files_than_are_read(compared, monkeypatch):
    monkeypatch.setattr(archive, "_MOST_FILES", 2)

    assert "more than is read" in compared(zipped({f"{n}.xml": XML.format("NCT01363401") for n in range(3)})).error


@pytest.mark.parametrize("header", ["NCT Number,NCT Number,Study Title", "NCT Number,Study Title,nct_number"])
def test_a_number_column_that_is_there_twice_is_refused(compared, header):
    assert "twice" in compared(f"{header}\nNCT01363401,NCT04745299,B\n").error


def studies(number):
    return json.dumps([json.loads(json.dumps(STUDY).replace("NCT01363401", number).replace("HYNR", "Étude"))])


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_files_of_different_encodings_are_each_read_in_their_own(imported, encoding):
    second = studies("NCT04745299").replace("\\u00c9", "É")
    imported(zipped({"a.json": studies("NCT01363401"), "b.json": second.encode(encoding)}))

    assert Trial.objects.get(home_number="NCT04745299").brief_title == "Étude-CS inj"


ICTRP = "<Trial><TrialID>KCT0000001</TrialID><Public_title>A</Public_title></Trial>"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("b.json", b"[" + b"\x81\xff" * 40, "'b.json' in the archive: The text is neither UTF-8 nor Windows-1252"),
        ("b.json", b"\x00\x01" * 90, "'b.json' in the archive: This is no text"),
        (
            "b.json",
            b"NCT Number,Study Title\n",
            "'b.json' in the archive cannot be read with the others: it is not what",
        ),
        ("b.json", b'[{"protocolSection":', "'b.json' in the archive: The file starts like JSON"),
        ("b.json", b"[]", "'b.json' in the archive cannot be read with the others: it holds no trial of the format"),
        ("b.xml", ICTRP, "'b.xml' in the archive cannot be read with the others: it holds no trial of the format"),
        ("b.xml", "<!DOCTYPE html><html></html>", "'b.xml' in the archive: This is a web page"),
        ("b.xml", "<error>Too many requests</error>", "'b.xml' in the archive cannot be read with the others"),
        ("b.xml", "<clinical_study>", "'b.xml' in the archive: The file starts like XML"),
    ],
)
def test_a_file_that_cannot_be_read_with_the_others_is_named(compared, name, content, sentence):
    first = studies("NCT01363401") if name == "b.json" else XML.format("NCT01363401")
    run = compared(zipped({name.replace("b", "a"): first, name: content}))

    assert run.state == RunState.FAILED
    assert run.error.startswith(sentence)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_both_read(imported):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("a.xml", XML.format("NCT01363401"))
        file.writestr("a.xml", XML.format("NCT04745299"))

    assert counts(imported(out.getvalue())) == {"new": 2}
