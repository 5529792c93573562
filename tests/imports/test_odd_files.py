"""Files as they should not be, and are: each is read right, or refused with a sentence that says what to do."""

import io
import json
import zipfile

import openpyxl
import pytest

from drugs.imports.cell_number import number_of
from drugs.imports.problems import one_stop
from drugs.models import Trial
from drugs.vocabulary import RunState
from tests.imports.conftest import counts
from tests.imports.test_formats import STUDY, trial, workbook
from tests.imports.test_workbooks_and_archives import zipped

pytestmark = pytest.mark.django_db

HEAD = "NCT Number,Study Title,Study Status,Enrollment,Start Date,Phases\n"
ROW = "NCT01363401,Étude,COMPLETED,71,2011-02,PHASE2\n"
SECOND = "NCT00000001,B,RECRUITING,5,2012,NA\n"


def study(**modules) -> str:
    """A study of the API with one module replaced, as a list of one."""
    changed = json.loads(json.dumps(STUDY))
    changed["protocolSection"] |= modules
    return json.dumps([changed])


# Read right


@pytest.mark.parametrize(
    "content",
    [
        (HEAD + ROW + SECOND).encode("utf-16-be"),
        (HEAD + ROW + SECOND).replace("\n", "\r").encode(),
        (HEAD + ROW + SECOND).replace("\n", "\r\r\n").encode(),
        ("\ufeff" + HEAD + ROW + "\ufeff" + HEAD + SECOND).encode(),
        (HEAD + ROW + "\ufeff" + SECOND).encode(),
        (HEAD.upper() + ROW + SECOND).encode(),
        ("sep=,\r\n" + HEAD + ROW + SECOND).encode(),
        (
            "ALS trials\n\nby X\n,,,\n" + HEAD + ROW + SECOND + "\nSource: ClinicalTrials.gov\nTotal,2\n© 2024\n"
        ).encode(),
        (HEAD.replace("\n", ",,,\n") + ROW.replace("\n", ",,,\n") + SECOND.replace("\n", ",,,\n")).encode(),
        (
            "| " + (HEAD + "---,---,---,---,---,---\n" + ROW + SECOND).replace(",", " | ").replace("\n", " |\n| ")
        ).encode(),
        (HEAD + ROW + SECOND).replace(",", ", ").replace("Étude", '"Étude"').encode(),
    ],
)
def test_a_table_is_read_in_every_dress(imported, content):
    assert counts(imported(content)) == {"new": 2}
    assert trial().brief_title == "Étude"
    assert (trial().enrollment, trial().start_date, trial().phases) == (71, "2011-02", "PHASE2")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_chinese_text_as_utf_16_without_its_mark(imported, encoding):
    title = "肌萎缩侧索硬化症的研究项目" * 200
    imported(f"NCT Number,Study Title\nNCT01363401,{title}\n".encode(encoding))

    assert trial().brief_title == title


def test_quoted_cells_behind_a_space(imported):
    imported('NCT Number, Study Title, Study Status\nNCT01363401, "A, with a comma", COMPLETED\n')

    assert trial().brief_title == "A, with a comma"


def test_old_xml_says_not_applicable_and_means_the_word_of_the_list(imported):
    imported(
        "<clinical_study xmlns='urn:x'><id_info><nct_id>NCT01363401</nct_id></id_info><phase>N/A</phase>"
        "<study_design_info><allocation>N/A</allocation></study_design_info></clinical_study>"
    )

    assert (trial().phases, trial().allocation) == ("NA", "NA")


ISRCTN_XML = """<?xml version="1.0" encoding="UTF-8"?>
<allTrials totalCount="1" xmlns="http://www.67bricks.com/isrctn"><fullTrial>
<trial lastUpdated="2021-06-05T10:00:00.845816062Z" version="3"><isrctn dateAssigned="2020-02-03T00:00:00Z">12345678</isrctn>
<trialDescription><title>A trial in ALS</title><scientificTitle>B</scientificTitle><primaryOutcome/>
<primaryOutcomes><outcomeMeasure><variable>Survival</variable></outcomeMeasure><outcomeMeasure><variable>ALSFRS-R</variable>
</outcomeMeasure></primaryOutcomes></trialDescription>
<externalRefs><eudraCTNumber>2011-000001-12</eudraCTNumber><clinicalTrialsGovNumber>NCT01363401</clinicalTrialsGovNumber>
<protocolSerialNumber>Nil known</protocolSerialNumber></externalRefs>
<trialDesign><primaryStudyDesign>Interventional</primaryStudyDesign><overallEndDate>2021-12-31T00:00:00.000Z</overallEndDate>
</trialDesign><participants><recruitmentCountries><country>United Kingdom</country><country>England</country>
</recruitmentCountries><lowerAgeLimit unit="years" value="18">18 Years</lowerAgeLimit><gender>All</gender>
<targetEnrolment>30</targetEnrolment><totalFinalEnrolment>28</totalFinalEnrolment>
<recruitmentStart>2020-02-01T00:00:00.000Z</recruitmentStart></participants>
<conditions><condition><description>Motor neurone disease</description></condition></conditions>
<interventions><intervention><interventionType>Drug</interventionType><phase>Phase II</phase><drugNames>Riluzole</drugNames>
</intervention></interventions></trial><contact/><sponsor id="1"><organisation>A university</organisation></sponsor>
</fullTrial></allTrials>"""


def test_the_xml_of_isrctn(imported):
    run = imported(ISRCTN_XML)

    assert (run.format, counts(run)) == ("isrctn", {"new": 1})
    one = trial("ISRCTN12345678")
    assert set(one.identifiers.values_list("number", flat=True)) == {"ISRCTN12345678", "2011-000001-12", "NCT01363401"}
    assert (one.first_posted, one.last_update_posted, one.start_date) == ("2020-02-03", "2021-06-05", "2020-02-01")
    assert (one.phases, one.enrollment, one.enrollment_type, one.minimum_age) == ("PHASE2", 28, "ACTUAL", "18 Years")
    assert (one.primary_outcomes, one.lead_sponsor, one.countries) == ("Survival|ALSFRS-R", "A university", "GB")
    assert counts(imported(ISRCTN_XML)) == {"unchanged": 1}


def test_the_csv_of_isrctn_with_bare_numbers(imported):
    run = imported(
        "ISRCTN,Public title,Overall study status,Recruitment status,EudraCT number,ClinicalTrials.gov number\n"
        "12345678,A,Completed,No longer recruiting,2011-000001-12,NCT01363401\n"
    )

    assert run.format == "isrctn"
    one = trial("ISRCTN12345678")
    assert one.overall_status == "COMPLETED"
    assert one.secondary_ids == "2011-000001-12|NCT01363401"


def test_two_columns_of_one_fact_that_disagree_are_told(imported):
    run = imported("ISRCTN,Title,Public title,Acronym\nISRCTN12345678,A,B,x\n")

    assert (trial("ISRCTN12345678").brief_title, run.rows.get().problems[0]["column"]) == ("B", "Title")


@pytest.mark.parametrize(
    "cell",
    [
        "NCT01363401/NCT01363401",
        "NCT01363401, nct01363401",
        "NCT01363401;",
        "NCT０１３６３４０１",
    ],
)
def test_a_number_that_stands_in_its_cell_several_times_is_one(cell):
    assert number_of(cell).number == "NCT01363401"


def test_indias_numbers_are_read_as_its_register_shows_them():
    assert number_of("CTRI/2020/03/024404 [Registered on: 30/03/2020]").number == "CTRI/2020/03/024404"


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("EudraCT 2011-000001-12", "2011-000001-12"),
        ("EUCTR2011-000001-12-GB", "2011-000001-12"),
        ("2011–000001–12", "2011-000001-12"),
        ("EUCTR2011-000001-12-Outside-EU/EEA", "2011-000001-12"),
        ("2024-515766-13-00", "2024-515766-13"),
        ("EU CT 2024-515766-13-01", "2024-515766-13"),
        ("CTIS: 2024-515766-13-00", "2024-515766-13"),
        ("isrctn 12345678", "ISRCTN12345678"),
        ("ctri-2020-03-012345", "CTRI/2020/03/012345"),
        ("SLCTR/2020/001", "SLCTR/2020/001"),
        ("JPRN-UMIN000012345", "UMIN000012345"),
        ("JPRN-jRCTs041200010", "JRCTS041200010"),
        ("JapicCTI-101234", "JAPICCTI-101234"),
        ("ChiCTR 2000030001", "CHICTR2000030001"),
        ("rbr-4dvg7y8", "RBR-4DVG7Y8"),
        ("IRCT138811102695N3", "IRCT138811102695N3"),
        ("https://euclinicaltrials.eu/ctis-public/view/2024-515766-13-00", "2024-515766-13"),
    ],
)
def test_every_registry_s_form_in_its_spellings(cell, number):
    assert number_of(cell).number == number


@pytest.mark.parametrize("cell", ["NCT٠١٣٦٣٤٠١", "NCT1363401", "NCT01363401.0", "ISRCTN1234567", "NCTO1363401"])
def test_a_number_of_the_wrong_length_or_of_other_digits_is_none(cell):
    assert number_of(cell) is None


def test_the_twin_saves_a_date_that_is_none(imported):
    run = imported(
        "TrialID,Public title,Date registration,Date registration3\nChiCTR2000029953,A,31/02/2020,20200318\n"
    )

    assert trial("CHICTR2000029953").first_posted == "2020-03-18"
    assert run.rows.get().problems[0]["column"] == "Date registration"


def test_equal_titles_join_nothing(imported):
    imported("TrialID,Public title,Date registration3\nChiCTR2000029953,Riluzole in ALS,20200318\n")
    imported("NCT Number,Study Title\nNCT01363401,Riluzole in ALS\nNCT04745299,Riluzole in ALS\n")

    assert Trial.objects.filter(brief_title="Riluzole in ALS").count() == 3


def test_columns_of_the_database_are_named_and_not_read(imported):
    imported("NCT Number,Study Title\nNCT04745299,B\n")
    other = trial("NCT04745299")
    run = imported(f"id,NCT Number,Study Title,is_verified,state\n{other.pk},NCT01363401,A,TRUE,published\n")

    assert run.detection["unknown_columns"] == ["id", "is_verified", "state"]
    assert trial("NCT04745299").brief_title == "B"
    assert trial().pk != other.pk


def test_no_address_of_a_file_is_stored(imported):
    imported("NCT Number,Study Title,Study URL\nNCT01363401,A,javascript:alert(1)\n")

    record = trial().records.get()
    assert "javascript" not in json.dumps([record.facts, record.raw])


def test_maybe_is_neither_yes_nor_no(imported):
    run = imported("NCT Number,Study Title,Study Results\nNCT01363401,A,maybe\nNCT04745299,B,NO\n")

    assert counts(run) == {"new": 1, "held": 1}
    assert trial("NCT04745299").has_results is False


# Refused or held: one clear sentence


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xef\xbb\xbf", "no text in its first rows"),
        (b"NCT Number\nNCT01363401\nNCT00000001\n", "registry numbers and nothing else"),
        (b"NCT Number,NCT01363401,NCT00000001\nStudy Title,A,B\n", "lies on its side"),
        (("x\n" * 20 + HEAD + ROW).encode(), "A header stands in row 21"),
        (b"<table><tr><td>NCT Number</td></tr></table>", "a web page, not a table of trials"),
        (b"<?xml version='1.0'?><!DOCTYPE html><html><body>503</body></html>", "a web page"),
        ("<!DOCTYPE html><html><body>503</body></html>".encode("utf-16"), "a web page"),
        (b"<Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>", "Excel 2003"),
        (b'{"error": "Too many requests", "status": 429}', "an answer that says: Too many requests"),
        (b'{"FullStudiesResponse": {"FullStudies": []}}', "before June 2024"),
        (b"<Trials_downloaded_from_ICTRP></Trials_downloaded_from_ICTRP>", "an empty list of trials"),
        (b'<allTrials totalCount="0" xmlns="http://www.67bricks.com/isrctn"/>', "an empty list of trials"),
        (b"\x1f\x8b\x08\x00abc", "(gzip), not a table of trials. Unpack it first."),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 99, "(.xls), not a table of trials. Open it in a spreadsheet"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 99 + "EncryptedPackage".encode("utf-16-le"), "locked by a password"),
        (zipped({"mimetype": "x", "content.xml": "<x/>"}), "OpenDocument"),
        (zipped({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}), "Word document"),
        (zipped({"[Content_Types].xml": "<x/>", "xl/workbook.bin": "x"}), ".xlsb"),
        ("NCT Number,Study Title\nNCT01363401,Łódź badanie żółć\n".encode("iso8859-2"), "Save it as CSV UTF-8"),
        ("NCT Number,Study Title\nNCT01363401,肌萎缩侧索硬化症\n".encode("gbk"), "Save it as CSV UTF-8"),
        ((",".join(f"c{n}" for n in range(5000)) + ",NCT Number,Study Title\n").encode(), "columns; at most 400"),
        (b"NCT Number,Start Date\nNCT01363401,31/02/2024\n", "column 'Start Date', '31/02/2024': The calendar"),
        (b"NCT Number,Study Title\nNCT01363401,#REF!\n", "A formula of the spreadsheet failed"),
        (workbook([["NCT Number", "Start Date"], ["NCT01363401", 40575]]), "perhaps 2011-02-01"),
        (study(statusModule={"startDateStruct": {"date": "2011-02-31"}}).encode(), "column 'startDateStruct.date'"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(compared, content, sentence):
    run = compared(content)

    assert run.state == RunState.FAILED
    assert sentence in run.error
    assert ".." not in run.error
    assert not run.rows.exists()


def test_a_locked_archive_says_so(compared):
    content = bytearray(zipped({"a.csv": HEAD + ROW}))
    content[6] |= 1
    content[content.find(b"PK\x01\x02") + 8] |= 1

    assert "locked by a password" in compared(bytes(content)).error


def test_an_archive_that_unpacks_to_far_more_is_refused_without_unpacking_it(compared, settings):
    settings.IMPORT_MAX_BYTES = 1_000_000
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * 50_000_000)

    assert "more than is read" in compared(out.getvalue()).error


@pytest.mark.parametrize(
    ("content", "column", "decision"),
    [
        (study(statusModule={"overallStatus": "FOO"}), "overallStatus", "held"),
        (study(designModule={"enrollmentInfo": {"count": 12.7}}), "enrollmentInfo.count", "refused"),
        (study(designModule={"enrollmentInfo": {"count": -1}}), "enrollmentInfo.count", "refused"),
        (study(designModule={"enrollmentInfo": {"count": 10**12}}), "enrollmentInfo.count", "refused"),
        (study(contactsLocationsModule={"locations": [{"country": "Atlantis"}]}), "locations.country", "new"),
        (study(identificationModule={"nctId": "NCT01363401", "briefTitle": "a\x00b"}), "briefTitle", "refused"),
        (
            "<clinical_study><id_info><nct_id>NCT01363401</nct_id></id_info><overall_status>Foo</overall_status></clinical_study>",
            "overall_status",
            "held",
        ),
        (
            "<Trial><TrialID>NCT01363401</TrialID><Recruitment_Status>Perhaps</Recruitment_Status></Trial>",
            "Recruitment_Status",
            "new",
        ),
    ],
)
def test_a_problem_names_the_column_as_the_file_does(compared, content, column, decision):
    """Beside a sound study, since a file of which nothing can be read is refused as a whole."""
    if content.startswith("["):
        content = content[:-1] + "," + json.dumps(STUDY).replace("NCT01363401", "NCT04745299") + "]"
    else:
        content = f"<all>{content}{content.replace('NCT01363401', 'NCT04745299').replace('Foo', 'Completed')}</all>"
    run = compared(content)

    row = run.rows.filter(decision=decision).first()
    assert [problem["column"] for problem in row.problems] == [column]


def test_numbers_that_are_none_in_json(imported):
    huge = study().replace('"count": 0', '"count": ' + "9" * 5000).replace("NCT01363401", "NCT04745299")
    run = imported(huge[:-1] + "," + study().replace('"count": 0', '"count": NaN')[1:])

    assert counts(run) == {"new": 1, "refused": 1}
    assert trial().enrollment is None


def test_a_last_update_that_is_yet_to_come_waits_for_a_person(imported):
    run = imported("NCT Number,Study Title,Last Update Posted\nNCT01363401,A,2099-05-01\nNCT04745299,B,2020-05-01\n")

    assert counts(run) == {"new": 1, "held": 1}
    row = run.rows.get(decision="held")
    assert "has not come yet" in row.problems[0]["reason"]
    waiting = run.records_waiting.get(row=row.row)
    assert "last_update_posted" not in json.loads(waiting.said)["facts"]


def test_a_failed_formula_costs_its_row_and_not_its_title(imported):
    run = imported(workbook([["NCT Number", "Study Title"], ["NCT01363401", "#VALUE!"], ["NCT04745299", "B"]]))

    assert counts(run) == {"new": 1, "refused": 1}
    assert not Trial.objects.filter(home_number="NCT01363401").exists()


def test_a_sheet_of_a_chart_is_passed_over(imported):
    book = openpyxl.Workbook()
    for row in (["NCT Number", "Study Title", "Enrollment"], ["NCT01363401", "A", 71]):
        book.active.append(row)
    drawn = openpyxl.chart.BarChart()
    drawn.add_data(openpyxl.chart.Reference(book.active, min_col=3, min_row=1, max_row=2))
    book.create_chartsheet("Drawn").add_chart(drawn)
    out = io.BytesIO()
    book.save(out)

    assert counts(imported(out.getvalue())) == {"new": 1}


@pytest.mark.parametrize(
    ("sentence", "ended"),
    [("It says 3 p.m..", "It says 3 p.m."), ("It says …", "It says …"), ("A.", "A."), ("And so on...", "And so on...")],
)
def test_a_sentence_ends_with_one_full_stop(sentence, ended):
    assert one_stop(sentence) == ended


def test_a_registry_s_dates_that_a_spreadsheet_turned_round_are_read_by_their_column(imported):
    head = "TrialID,Public title,Date registration,Date enrollement\n"
    imported(head + "KCT0000001,A,3/18/2020,3/4/2020\nKCT0000002,B,3/4/2020,3/4/2020\n")

    assert trial("KCT0000001").first_posted == "2020-03-18"
    assert trial("KCT0000002").first_posted == "2020-03-04"
    assert trial("KCT0000001").start_date == "2020-04-03"  # its column says nothing else: as the registry writes it


def test_numbers_with_decimals_are_dates_all_the_same(imported):
    imported("TrialID,Public title,Date registration3,Date enrollement\nKCT0000001,A,20200318.0,2011.0\n")

    assert (trial("KCT0000001").first_posted, trial("KCT0000001").start_date) == ("2020-03-18", "2011")


def test_too_long_a_text_is_told_under_its_column(compared):
    run = compared(f"NCT Number,Study Title,Acronym\nNCT01363401,A,{'x' * 300}\nNCT04745299,B,C\n")

    assert run.rows.get(decision="refused").problems[0]["column"] == "Acronym"


@pytest.mark.parametrize("cell", ["A\x1fB", "\x1f", "A\x1f\x1fB"])
def test_the_sign_between_cells_inside_one_refuses_its_row_alone(compared, cell):
    rows = f"NCT01363401,{cell},COMPLETED,71,2011-02,PHASE2\nNCT01363401,{cell},COMPLETED,72,2011-02,PHASE2\n"
    run = compared(HEAD + SECOND + rows)

    assert run.counts["new"] == 1
    assert {row.decision for row in run.rows.filter(number="NCT01363401")} == {"refused"}
    assert all("U+001F" in row.problems[0]["reason"] for row in run.rows.filter(number="NCT01363401"))


def test_rows_of_one_unreadable_number_are_each_refused(compared):
    run = compared(HEAD + SECOND + "NCT1234,A,COMPLETED,71,2011-02,PHASE2\nNCT1234,B,COMPLETED,71,2011-02,PHASE2\n")

    assert (run.counts["new"], run.counts["refused"]) == (1, 2)
