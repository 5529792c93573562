"""Every other format: what is read of it, one vocabulary, and who stands above whom."""

import csv
import io
import json
import zipfile

import openpyxl
import pytest

from drugs.admin.imports import TrialResource
from drugs.imports import clean, mapping, runs
from drugs.imports.apply import apply
from drugs.imports.countries import countries_of_sites, country_list
from drugs.imports.disagreements import disagreements
from drugs.imports.formats import ictrp
from drugs.imports.problems import NotedWordError
from drugs.imports.spreadsheets import harmless
from drugs.models import StaffOverride, Trial
from drugs.registry_numbers import parse_number
from drugs.vocabulary import RunState
from tests.conftest import REGISTRY
from tests.imports.conftest import counts, csv_file, state

pytestmark = pytest.mark.django_db

STUDY = {
    "protocolSection": {
        "identificationModule": {
            "nctId": "NCT01363401",
            "briefTitle": "HYNR-CS inj",
            "orgStudyIdInfo": {"id": "HYNR_CS_ALS201"},
        },
        "statusModule": {
            "overallStatus": "TERMINATED",
            "whyStopped": "Funding",
            "startDateStruct": {"date": "2011-02", "type": "ACTUAL"},
            "lastUpdatePostDateStruct": {"date": "2013-07-12", "type": "ESTIMATED"},
        },
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE1", "PHASE2"],
            "enrollmentInfo": {"count": 0, "type": "ACTUAL"},
        },
        "eligibilityModule": {"minimumAge": "25 Years", "maximumAge": "75 Years", "stdAges": ["ADULT", "OLDER_ADULT"]},
        "contactsLocationsModule": {
            "locations": [{"city": "Seoul", "country": "South Korea"}, {"country": "United States"}]
        },
    },
    "hasResults": False,
}
ICTRP_HEADER = (
    "TrialID,Last Refreshed on,Public title,Date registration,Date registration3,Export date,Source Register,"
    "Recruitment Status,Date enrollement,Target size,Phase,Countries"
)


def ictrp_row(number="NCT01363401", status="Not recruiting", size="64"):
    return (
        f'"{number}","17 February 2020","HYNR","12/07/2013","20130712","4/7/2020 10:40:56 AM","x",'
        f'"{status}","January 25, 2011","{size}","Phase 1/Phase 2","South Korea"'
    )


def ictrp_file(*rows):
    return "\r\n".join([ICTRP_HEADER, *rows, ""])


def trial(number="NCT01363401"):
    return Trial.objects.get(identifiers__number=number)


# JSON


@pytest.mark.parametrize(
    "wrap",
    [
        lambda s: [s],
        lambda s: {"studies": [s]},
        lambda s: s,
        lambda s: {"totalCount": 1, "studies": [s], "nextPageToken": "x"},
    ],
)
def test_json_of_the_api_in_every_wrapping(imported, wrap):
    run = imported(json.dumps(wrap(STUDY)))

    assert counts(run) == {"new": 1}
    one = trial()
    assert (one.overall_status, one.why_stopped, one.phases, one.enrollment) == (
        "TERMINATED",
        "Funding",
        "PHASE1|PHASE2",
        0,
    )
    assert (one.start_date, one.start_date_type, one.enrollment_type) == ("2011-02", "ACTUAL", "ACTUAL")
    assert (one.minimum_age, one.maximum_age, one.countries) == ("25 Years", "75 Years", "KR|US")


def test_json_in_many_pieces_is_read_whole(imported):
    studies = []
    for n in range(300):
        study = json.loads(json.dumps(STUDY))
        study["protocolSection"]["identificationModule"]["nctId"] = f"NCT{n:08}"
        study["protocolSection"]["descriptionModule"] = {"briefSummary": "word " * 2_000}
        studies.append(study)

    assert counts(imported(json.dumps(studies))) == {"new": 300}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"[", "ends in the middle"),
        (b'{"studies": []}', "empty list"),
        (b'[{"protocolSection": {"identificationModule": {"nctId": "NCT01363401"', "starts like JSON"),
        (b'{"rows": []}', "registry that is known"),
        (b"[1, 2]", "registry that is known"),
        (b"[" * 100_000, "nested too deeply"),
        (b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aa'>]><clinical_study>&a;</clinical_study>", "bomb"),
        (b"<clinical_study><id_info>", "starts like XML"),
        (b"<feed><entry/></feed>", "registry that is known"),
        (b"<a>" * 500, "nested too deeply"),
    ],
)
def test_documents_that_are_none_get_one_sentence(compared, content, sentence):
    run = compared(content)

    assert run.state == RunState.FAILED
    assert sentence in run.error


# ICTRP


@pytest.mark.parametrize(
    ("cleaner", "text", "expected"),
    [
        (ictrp.phase, "Phase 2/Phase 3", "PHASE2|PHASE3"),
        (ictrp.phase, "2-3", "PHASE2|PHASE3"),
        (ictrp.phase, "PHASE II TRIAL", "PHASE2"),
        (ictrp.phase, "Phase III", "PHASE3"),
        (ictrp.phase, "I/II", "PHASE1|PHASE2"),
        (ictrp.phase, "PHASE1, PHASE2", "PHASE1|PHASE2"),
        (ictrp.phase, "Phase 1b/2a", "PHASE1|PHASE2"),
        (ictrp.phase, "0", None),
        (
            ictrp.phase,
            "Human pharmacology (Phase I): no\nTherapeutic exploratory (Phase II): yes\nTherapeutic confirmatory - (Phase III): no",
            "PHASE2",
        ),
        (ictrp.phase, "Early Phase 1", "EARLY_PHASE1"),
        (ictrp.status, "Not Recruiting", None),
        (ictrp.status, "Authorised", None),
        (ictrp.status, "Main results already published", "COMPLETED"),
        (ictrp.sex, "<br> Female: yes<br> Male: no<br>", "FEMALE"),
        (ictrp.sex, "Both", "ALL"),
        (ictrp.target_size, "Experimental group:32;Control group:32;", None),
        (ictrp.age, "15Y", "15 Years"),
        (ictrp.age, "18", None),
        (ictrp.plain, "<br>a&nbsp;&lt;b&gt;<br>c ", "a <b>\nc"),
        (country_list, "New Zealand;Germany;Korea, Republic of", "NZ|DE|KR"),
        (country_list, "Hong Kong, United States, South Korea", "HK|US|KR"),
        (country_list, "No Country Given", ""),
        (
            countries_of_sites,
            "A, Seoul, Korea, Republic of|B, Boston, Massachusetts, 02114, United States|C, Moscow, Russian Federation",
            "KR|US|RU",
        ),
    ],
)
def test_the_words_of_other_registers(cleaner, text, expected):
    assert cleaner(text) == expected


@pytest.mark.parametrize(("cleaner", "text"), [(ictrp.phase, "Phase X"), (ictrp.phase, "5"), (ictrp.status, "Maybe")])
def test_an_unknown_word_of_an_open_list_is_noted(cleaner, text):
    with pytest.raises(NotedWordError):
        cleaner(text)


def test_ictrp_is_read_day_first_and_its_prose_stays_prose(imported):
    run = imported(
        ictrp_file(ictrp_row("ChiCTR2000029953", size="a:32;b:32;"), ictrp_row("ISRCTN12345678", status="Perhaps"))
    )

    assert counts(run) == {"new": 2}
    one = trial("CHICTR2000029953")
    assert (one.home_registry, one.first_posted, one.start_date, one.enrollment) == (
        "CHICTR",
        "2013-07-12",
        "2011-01-25",
        None,
    )
    assert one.records.get().raw["Target size"] == "a:32;b:32;"
    problem = run.rows.get(number="ISRCTN12345678").problems[0]
    assert (problem["column"], problem["weight"]) == ("Recruitment Status", "note")


def test_ictrps_copy_never_stands_above_the_home_registry(imported):
    imported(
        csv_file(
            {
                "NCT_Number": "NCT01363401",
                "Study_Status": "COMPLETED",
                "Enrollment": "71",
                "Last_Update_Posted": "2013-07-12",
            }
        )
    )
    before = state()
    run = imported(ictrp_file(ictrp_row(status="Recruiting")))

    assert trial().overall_status == "COMPLETED"
    assert trial().enrollment == 71
    assert run.counts["changed"] == 1  # it fills what the registry's file left out
    assert before["NCT01363401"][0]["brief_title"] == ""
    assert counts(imported(ictrp_file(ictrp_row(status="Recruiting")))) == {"unchanged": 1}


def test_what_two_sources_disagree_on_is_told_with_the_reason(imported):
    imported(csv_file({"NCT_Number": "NCT01363401", "Study_Status": "COMPLETED", "Enrollment": "71"}))
    imported(ictrp_file(ictrp_row(status="Recruiting", size="64")))
    StaffOverride.objects.create(trial=trial(), field="enrollment", value=70, reason="Oh et al., 2018")

    found = {each.field: each for each in disagreements(trial())}

    assert [(claim.value, claim.is_shown) for claim in found["overall_status"].claims] == [
        ("Completed", True),
        ("Recruiting", False),
    ]
    assert [claim.value for claim in found["enrollment"].claims] == ["70", "71", "64"]
    assert "Oh et al." in found["enrollment"].why


@pytest.mark.registry
def test_all_dates_of_ictrp_agree_with_their_twin(imported, registry_folder):
    path = registry_folder / "ictrp/i03_ictrp_covid_927_2020-04-07.csv"
    imported(registry_folder / "ctgov_old/o20_covid_daily_20200406.tsv")
    statuses = dict(Trial.objects.values_list("home_number", "overall_status"))
    imported(path)

    for row in csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))):
        record = trial(parse_number(row["TrialID"]).number).records.filter(said_by="ictrp").get()
        assert record.facts["first_posted"].replace("-", "") == row["Date registration3"]
    assert {number: Trial.objects.get(home_number=number).overall_status for number in statuses} == statuses


# Every file


EVERY_FILE = sorted(REGISTRY.glob("*/*"))
#: Thousands of rows that are as in the smaller files: on PostgreSQL with --all.
LARGE = {"i02", "i03", "n11", "n13", "o05", "o07"}
REFUSED = {"m05", "m06", "m09", "m15", "m18", "m26"}


@pytest.mark.registry
@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.name, marks=pytest.mark.any_database if path.name[:3] in LARGE else ())
        for path in EVERY_FILE
    ],
)
def test_every_file_is_read_or_refused_with_a_sentence_and_again_is_no_news(imported, compared, path):
    run = compared(path)
    if path.name[:3] in REFUSED:
        assert run.state == RunState.FAILED
        assert run.error
        return
    assert runs.confirm(run)
    once = apply(run, as_previewed=False)
    again = imported(path)

    assert again.counts["new"] == again.counts["changed"] == 0
    assert again.counts["held"] == once.counts["held"]


@pytest.mark.registry
def test_every_file_of_the_folder_is_known(registry_folder):
    assert {path.name[:3] for path in EVERY_FILE} >= REFUSED


# Workbooks and sheets


def workbook(rows, title="Trials"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_of_the_registrys_columns(imported):
    run = imported(
        workbook(
            [
                ["My trials"],
                [],
                ["NCT Number", "Study Title", "Enrollment", "Start Date"],
                ["NCT01363401", "A", 71, "2011-02"],
            ]
        )
    )

    assert (run.format, counts(run)) == ("ctgov_new", {"new": 1})
    assert (trial().enrollment, trial().start_date) == (71, "2011-02")


def test_a_cell_at_the_far_end_of_a_sheet_costs_nothing(compared):
    book = openpyxl.Workbook()
    book.active.append(["NCT Number", "Study Title"])
    book.active.append(["NCT01363401", "A"])
    book.active["XFD1048576"] = "x"
    out = io.BytesIO()
    book.save(out)

    assert compared(out.getvalue()).counts["new"] == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (lambda: _zip({"a.bin": b"x"}), "No column is known"),
        (lambda: _zip({"xl/workbook.xml": b"0" * 3_000_000}), "more than is read"),
        (lambda: _zip({"xl/workbook.xml": b"<x/>"}), "damaged"),
        (lambda: b"PK\x03\x04broken", "damaged"),
    ],
)
def test_archives_that_are_no_workbook(compared, settings, content, sentence):
    settings.IMPORT_MAX_BYTES = 1_000_000
    run = compared(content())

    assert run.state == RunState.FAILED
    assert sentence in run.error


def _zip(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_a_sheet_kept_by_hand_stands_below_every_registry(imported):
    imported(csv_file({"NCT_Number": "NCT01363401", "Study_Status": "COMPLETED"}))
    run = imported("Trial number;Title;Status;Phase\nNCT01363401;By hand;Recruiting;2\nNCT04745299;Other;Perhaps;3\n")

    assert run.format == "sheet"
    assert (trial().overall_status, trial().brief_title) == ("COMPLETED", "By hand")
    assert trial("NCT04745299").overall_status == ""


def test_a_mapping_is_used_for_every_sheet_with_the_header(compared, imported):
    text = "Trial number,Our name,What\nNCT01363401,My title,x\nNCT04745299,Another,y\n"
    unknown = compared(text)
    assert unknown.state == RunState.FAILED
    assert [column["fact"] for column in unknown.detection["mapping"]] == ["number", "", ""]

    mapping.remember(["Trial number", "Our name", "What"], ["number", "brief_title", ""], by=None)
    run = imported(text.replace("Our name", "our NAME"))

    assert (run.format, trial().brief_title) == ("sheet", "My title")


def test_the_sites_own_export_changes_nothing(imported):
    imported(
        csv_file(
            {
                "NCT_Number": "NCT01363401",
                "Study_Title": "=1+1",
                "Study_Status": "COMPLETED",
                "Start_Date": "2011-02",
                "Enrollment": "0",
                "Study_Results": "NO",
                "Brief_Summary": "-a\nb",
            }
        )
    )
    before = state()
    dataset = TrialResource().export()
    out = io.StringIO()
    csv.writer(out).writerows([dataset.headers, *[[harmless(cell) for cell in row] for row in dataset]])
    run = imported(out.getvalue())

    assert run.format == "site_export"
    assert counts(run) == {"unchanged": 1}
    assert state() == before
    assert trial().records.count() == 1


def test_dates_say_what_they_are():
    assert clean.date_type("Anticipated") == "ESTIMATED"
