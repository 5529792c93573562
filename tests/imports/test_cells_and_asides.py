"""Registry numbers as people keep them in cells, and rows of a table that are no records."""

import json

import pytest

from drugs.imports.asides import is_aside
from drugs.imports.cell_number import number_of
from drugs.models import Trial
from drugs.vocabulary import RunState
from tests.imports.conftest import counts
from tests.imports.test_formats import STUDY

pytestmark = pytest.mark.django_db
HEAD = "NCT Number,Study Title,Enrollment,Start Date\n"
ROW = "NCT01363401,A,71,2011-02\n"
#: A study of the API with half a character in its status.
SPOILT = json.dumps(STUDY).replace("NCT01363401", "NCT04745299").replace('TERMINATED"', 'TERMINATED\\ud800"')
#: A file of which one byte in a hundred is zero is no text.
LONG = "A" * 100


@pytest.mark.parametrize(
    "cell",
    [
        "nct04745299",
        " NCT 0474 5299 ",
        "NCT\xa004745299",
        "NCT04745299\u200b",
        "\ufeffNCT04745299",
        "ＮＣＴ０４７４５２９９",
        "'NCT04745299",
        "“NCT04745299”",
        "NCT04745299*",
        "NCT-04745299",
        "NCT：04745299",
        "ClinicalTrials.gov: NCT04745299",
        "https://clinicaltrials.gov/study/NCT04745299",
        "https://clinicaltrials.gov/ct2/show/NCT04745299?term=als&rank=1",
        '=HYPERLINK("https://clinicaltrials.gov/study/NCT04745299","NCT04745299")',
        "[NCT04745299](https://clinicaltrials.gov/study/NCT04745299)",
    ],
)
def test_a_number_is_read_however_it_stands_in_its_cell(cell):
    assert number_of(cell).number == "NCT04745299"


@pytest.mark.parametrize(
    "cell",
    [
        "NCT047452990",
        "NCT4745299",
        "04745299",
        "NCT O4745299",
        "N\u0421T04745299",
        "related to NCT04745299",
        "NCT04745299 (RELATED)",
        "NCT04745299, NCT04745300",
        "https://example.org/NCT04745299/NCT04745300",
        "",
        "-",
    ],
)
def test_what_may_be_another_number_is_none(cell):
    assert number_of(cell) is None


def test_a_cell_with_two_numbers_is_refused_and_names_them(compared):
    run = compared(HEAD + ROW + "NCT04745299 / ISRCTN12345678,B,1,2020\n")

    problem = run.rows.get(decision="refused").problems[0]
    assert problem["column"] == "NCT Number"
    assert "NCT04745299, ISRCTN12345678" in problem["reason"]


def test_links_alone_are_numbers_of_a_sheet(imported):
    run = imported(
        "Title,Link\nA,https://clinicaltrials.gov/study/NCT01363401\nB,https://www.isrctn.com/ISRCTN12345678\n"
    )

    assert (run.format, counts(run)) == ("sheet", {"new": 2})


@pytest.mark.parametrize(
    "aside",
    [
        "Total,,71,\n",
        "Total: 38 studies\n",
        ",Total,71,\n",
        "38 studies,,,\n",
        "Sum,,12345,\n",
        "Source: ClinicalTrials.gov,downloaded 2026-01-01,,\n",
        "Downloaded on,2026-01-01,,\n",
        "* estimated,,,\n",
        HEAD,
        "\ufeff" + HEAD,
        " , , , \n",
    ],
)
def test_totals_notes_and_the_header_again_are_skipped_and_named(imported, aside):
    run = imported(HEAD + ROW + aside + "NCT04745299,B,115,2021-02-24\n")

    assert counts(run) == {"new": 2}
    assert bool(run.detection["skipped_rows"]) == bool(aside.strip(" ,\n"))


def test_rows_that_are_skipped_beyond_those_named_are_counted(imported):
    run = imported(HEAD + ROW + "A title,,,\n" * 80)

    assert len(run.detection["skipped_rows"]) == 50
    assert run.detection["skipped_rows_more"] == 30


@pytest.mark.parametrize("start", ["Total", "Total:", "Sum of trials", "Note", "Page 1"])
def test_a_cell_of_a_million_spaces_is_looked_at_once(start):
    """One look a space would take hours."""
    cells = ["", f"{start}{' ' * 1_000_000}x", "115", "2021"]

    assert is_aside(cells, HEAD.strip().split(","), ("nctnumber",)) in (True, False)


@pytest.mark.parametrize(
    "row", [",B,115,2021\n", "NCT0474,B,115,2021\n", "NCT0000\n", "B,115,2021\n", "Total knee replacement,B,115,2021\n"]
)
def test_a_record_whose_number_is_missing_or_cut_off_is_refused_and_not_skipped(compared, row):
    run = compared(HEAD + ROW + row)

    assert counts(run) == {"new": 1, "refused": 1}
    assert run.rows.get(decision="refused").row == 3


def test_two_files_joined_in_one_are_refused_where_their_columns_differ(compared):
    run = compared(HEAD + ROW + "NCT Number,Study Title,Start Date,Enrollment\nNCT04745299,B,2021,115\n")

    assert run.state == RunState.FAILED
    assert "Another header" in run.error
    assert not Trial.objects.exists()


@pytest.mark.parametrize(
    ("content", "column"),
    [
        (f"NCT Number,Study Status,Acronym\nNCT01363401,,{LONG}\nNCT04745299,RECR\x00UITING,\n", "Study Status"),
        (f'TrialID,Countries,Public title\nNCT01363401,,{LONG}\nNCT04745299,"Fran\x00ce\nItaly",\n', "Countries"),
        (f"home_number,home_registry,acronym\nNCT01363401,,{LONG}\nNCT04745299,,A\x01\n", "acronym"),
        (f"[{json.dumps(STUDY)}, {SPOILT}]", "overallStatus"),
    ],
)
def test_a_control_character_refuses_its_row_in_every_kind_of_cell(imported, content, column):
    run = imported(content)

    assert counts(run) == {"new": 1, "refused": 1}
    problem = run.rows.get(decision="refused").problems[0]
    assert problem["column"] == column
    assert "control character" in problem["reason"]


def test_a_date_with_a_control_character_is_left_out_where_dates_may_be(imported):
    run = imported(f"TrialID,Public title,Date enrolment\nNCT01363401,{LONG},2020\x00\n")

    assert counts(run) == {"new": 1}
    assert "control character" in run.rows.get().problems[0]["reason"]
    assert Trial.objects.get().start_date == ""


@pytest.mark.parametrize(
    ("column", "cell", "kept"),
    [
        ("sex", "weibl", None),
        ("allocation", "perhaps", None),
        ("masking", "maybe", None),
        ("minimum_age", "old", None),
        ("countries", "Germany", "DE"),
        ("countries", "XK|FR", "XK|FR"),
        ("outcome_measures", "ALSFRS-R\nSurvival", "ALSFRS-R\nSurvival"),
    ],
)
def test_an_export_of_this_site_is_held_against_the_lists(imported, column, cell, kept):
    run = imported(f'home_number,home_registry,brief_title,{column}\nNCT01363401,CTGOV,A,"{cell}"\n')

    assert (run.format, counts(run)) == ("site_export", {"new" if kept else "held": 1})
    if kept:
        assert getattr(Trial.objects.get(), column) == kept
    else:
        assert run.rows.get().problems[0]["value"] == cell
