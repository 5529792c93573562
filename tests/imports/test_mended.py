"""Rows that could not be read come back, mended, as the format that they were: from every kind of file."""

import json

import pytest

from drugs.imports import mapping
from drugs.imports.downloads import problems_csv
from tests.imports.conftest import counts
from tests.imports.test_formats import STUDY, trial, workbook

pytestmark = pytest.mark.django_db

JSON = json.dumps(
    [STUDY, json.loads(json.dumps(STUDY).replace("NCT01363401", "NCT00000002").replace(": 0,", ": 7.5,"))]
)
XML = "<clinical_study><id_info><nct_id>{}</nct_id></id_info><brief_title>A</brief_title><enrollment>{}</enrollment></clinical_study>"
ICTRP = "<Trial><TrialID>{}</TrialID><Public_title>A</Public_title><Date_registration3>{}</Date_registration3></Trial>"
ISRCTN = "<fullTrial><trial><isrctn>{}</isrctn><participants><recruitmentStart>{}</recruitmentStart></participants></trial></fullTrial>"
DUMP = "EudraCT Number: {}\nSponsor Protocol Number: A\nSponsor Name: B\nFull Title: C\nStart Date: {}\n\n"
TABLE = "{}\nNCT01363401,A,71\nNCT00000002,B,7.5\n"
FILES = [
    ("ctgov_json", JSON, "7.5", "7"),
    ("ctgov_xml", f"<r>{XML.format('NCT01363401', '71')}{XML.format('NCT00000002', '7.5')}</r>", "7.5", "7"),
    (
        "ictrp",
        f"<r>{ICTRP.format('KCT0000001', '20200318')}{ICTRP.format('KCT0000002', '20200399')}</r>",
        "0399",
        "0319",
    ),
    ("isrctn", f"<r>{ISRCTN.format('12345678', '2020-02')}{ISRCTN.format('12345679', '2020-99')}</r>", "0-99", "0-09"),
    ("euctr_list", DUMP.format("2011-000001-12", "2011") + DUMP.format("2012-000001-12", "2011-99"), "1-99", "1-09"),
    ("ctgov_new", TABLE.format("NCT Number,Study Title,Enrollment"), "7.5", "7"),
    ("ctgov_old", TABLE.format("Rank,NCT Number,Title,Enrollment").replace("NCT0", "1,NCT0"), "7.5", "7"),
    ("ctgov_new", "A banner\n\n" + TABLE.format("NCT Number,Study Title,Enrollment"), "7.5", "7"),
    ("ctgov_new", workbook([["NCT Number", "Enrollment"], ["NCT01363401", 71], ["NCT00000002", 7.5]]), "7.5", "7"),
    (
        "site_export",
        TABLE.format("home_number,brief_title,enrollment,home_registry").replace("71", "71,").replace("7.5", "7.5,"),
        "7.5",
        "7",
    ),
    ("sheet", TABLE.format("Trial number,Title,Enrolment"), "7.5", "7"),
]


def to_mend(run) -> str:
    return b"".join(problems_csv(run).streaming_content).decode()


@pytest.mark.parametrize(("name", "content", "bad", "good"), FILES)
def test_mended_rows_are_read_as_what_they_were(imported, name, content, bad, good):
    run = imported(content)
    assert (run.format, counts(run)) == (name, {"new": 1, "refused": 1})

    again = imported(to_mend(run).replace(bad, good))

    assert again.format == name
    assert {"new": 1}.items() <= counts(again).items()
    assert not again.counts["refused"]
    assert again.detection["said_by"] == run.detection["said_by"]


def test_what_staff_said_of_a_sheet_s_columns_holds_for_its_mended_rows(imported):
    mapping.remember(["Trial number", "Our name", "How many"], ["number", "brief_title", "enrollment"], by=None)
    run = imported("Trial number,Our name,How many\nNCT01363401,A,71\nNCT00000002,B,7.5\n")

    imported(to_mend(run).replace("7.5", "7"))

    assert (trial("NCT00000002").brief_title, trial("NCT00000002").enrollment) == ("B", 7)
