"""Cells, rows and files that a quick reading takes for something else."""

import json

import pytest

from drugs.imports import dates
from drugs.imports.cell_number import number_of
from drugs.imports.countries import country_codes, country_list
from drugs.imports.formats import ictrp
from drugs.imports.problems import UnknownWordError
from drugs.models import Trial
from tests.imports.conftest import counts
from tests.imports.test_formats import STUDY

pytestmark = pytest.mark.django_db


def trial(number="NCT00000001") -> Trial:
    return Trial.objects.get(identifiers__number=number)


# Cells


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Age <80 years, duration <24 months, FVC >50% predicted", "Age <80 years, duration <24 months, FVC >50% predicted"),
        ("platelets<100 x10^9/L; bilirubin>2x ULN", "platelets<100 x10^9/L; bilirubin>2x ULN"),
        ("a < b and c > d", "a < b and c > d"),
        ('<p class="x">Age &lt;80<br/>FVC &gt;50</p>', "Age <80\nFVC >50"),
        ("<font size=2><b>Yes</b></font> <o:p></o:p><!-- none -->", "Yes"),
    ],
)  # fmt: skip
def test_a_comparison_is_no_element_of_html(text, expected):
    assert ictrp.plain(text) == expected


@pytest.mark.parametrize("cell", ["Extension of: NCT00000001", "Superseded by: NCT00000001", "Old number: NCT00000001"])
def test_the_number_of_another_study_is_not_the_row_s_own(cell):
    assert number_of(cell) is None


def test_a_registry_s_name_before_a_number_is_read_over():
    assert number_of("ClinicalTrials.gov Identifier: NCT00000001") == number_of("NCT number: NCT00000001") != None  # noqa: E711


@pytest.mark.parametrize(
    ("cell", "codes"),
    [("Taiwan, China", "TW"), ("Hong Kong, China; Japan", "HK|JP"), ("Namibia", "NA"), ("NO|SE", "NO|SE"), ("NA;DE", "DE")],
)  # fmt: skip
def test_countries_with_another_s_name_in_theirs(cell, codes):
    assert country_list(cell) == codes


def test_our_own_codes_are_codes():
    assert country_codes("NA|ZA") == "NA|ZA"


def test_dots_part_days_from_months_whatever_slashes_do():
    assert dates.date_of("month")("03.04.2020") == "2020-04-03"


def test_a_column_with_both_orders_tells_nothing_of_a_date_that_may_be_two(imported):
    header = "TrialID,Public title,Recruitment Status,Date enrollement\n"
    rows = ("18/03/2020", "4/15/2020", "03/04/2020")
    run = imported(header + "".join(f"NCT0000000{at},A,Recruiting,{date}\n" for at, date in enumerate(rows, 1)))

    assert [trial(f"NCT0000000{at}").start_date for at in (1, 2, 3)] == ["2020-03-18", "2020-04-15", ""]
    assert run.rows.get(number="NCT00000003").problems
    with pytest.raises(UnknownWordError):
        dates.date_of(None)("03/04/2020")


def test_na_is_missing_where_it_is_no_word(imported):
    imported("NCT Number,Study Title,Acronym,Enrollment,Sponsor,Phases,Start Date\nNCT00000001,A,NA,NA,n.a.,NA,NA\n")

    facts = trial().facts()
    assert (facts["acronym"], facts["enrollment"], facts["lead_sponsor"], facts["start_date"]) == ("", None, "", "")
    assert facts["phases"] == "NA"


# Numbers of other registries


def test_a_number_in_a_sentence_joins_no_studies(imported):
    imported(
        "TrialID,Public title,Recruitment Status,Secondary ID\n"
        "NCT00000001,Core study,Recruiting,\n"
        "ACTRN12620000001234,Open-label extension,Recruiting,This is an extension study of NCT00000001\n"
    )

    assert (trial().brief_title, trial("ACTRN12620000001234").brief_title) == ("Core study", "Open-label extension")


def test_a_number_after_its_registry_s_name_joins_them(imported):
    imported(
        "TrialID,Public title,Recruitment Status,Secondary ID\n"
        "NCT00000001,A,Recruiting,\n"
        "ACTRN12620000001234,A,Recruiting,ClinicalTrials.gov: NCT00000001; SPONSOR-7\n"
    )

    assert trial().pk == trial("ACTRN12620000001234").pk


# Rows


def test_text_that_begins_with_a_number_is_no_row(imported):
    run = imported(
        "NCT Number,Study Title,Brief Summary\n"
        'NCT00000001,A,"Feeder studies:\n'
        "NCT11111111, the dose-finding study, and\n"
        'NCT22222222, the pivotal study, are closed."\n'
    )

    assert counts(run) == {"new": 1}
    assert "NCT22222222, the pivotal study" in trial().brief_summary


def test_the_first_row_that_can_be_read_counts(imported):
    run = imported("NCT Number,Study Title,Enrollment\nNCT00000001,A,12.7\nNCT00000002,B,5\nNCT00000001,A,12\n")

    assert counts(run) == {"new": 2, "refused": 1}
    assert trial().enrollment == 12


def test_a_later_row_that_says_more_is_named(compared):
    run = compared("NCT Number,Study Title,Enrollment\nNCT00000001,A,\nNCT00000002,B,5\nNCT00000001,A,12\n")

    (problem,) = run.rows.get(row=4).problems
    assert (problem["column"], "says more" in problem["reason"]) == ("enrolment", True)


def test_a_row_is_held_against_those_of_its_own_registry(imported, compared):
    imported("ISRCTN,Title,Overall trial status\nISRCTN12345679,UK title,Ongoing\n")
    imported("NCT Number,Study Title,Other IDs\nNCT00000001,US title,ISRCTN12345679\n")
    row = "NCT00000001,US title,ISRCTN12345679\n"

    run = compared(f"NCT Number,Study Title,Other IDs\n{row}NCT00000002,B,\n{row}")

    assert "held" not in counts(run)


def test_statuses_that_differ_from_row_to_row_wait_for_a_person(compared):
    run = compared(
        "EudraCT Number,Full title,Sponsor name,Start date,Trial protocol\n"
        "2011-000001-12,A,S,2011-05-03,DE (Completed)\n"
        "2012-000002-13,B,S,2012-05-03,DE (Completed)\n"
        "2011-000001-12,A,S,2011-05-03,FR (Ongoing)\n"
    )

    assert run.rows.get(row=4).decision == "held"


# Files


@pytest.mark.parametrize(
    "content",
    [
        "NCT ID,Drug,Sponsor,Enrollment,Start date,Our notes\nNCT00000001,Edaravone,acme,100,2012,weak\n",
        "NCT Number,Title,Status,Phases,Enrollment\nNCT00000001,A,Recruiting,Phase 2,7\n",
        "NCT Number,ISRCTN,Title,Phase,Sponsor,Conditions\nNCT00000001,,A,Phase 2,acme,ALS\n",
    ],
)
def test_a_sheet_with_some_of_a_registry_s_names_is_a_sheet(imported, content):
    run = imported(content)

    assert run.format == "sheet"
    assert trial().enrollment in (None, 7, 100)


# What a later word takes back


def test_an_age_limit_that_the_registry_took_away_goes(imported):
    header = "Rank,NCT Number,Title,Age,Last Update Posted\n"
    imported(header + '1,NCT00000001,A,"18 Years to 65 Years (Adult, Older Adult)","March 5, 2018"\n')
    imported(header + '1,NCT00000001,A,"18 Years and older (Adult, Older Adult)","March 5, 2019"\n')

    assert (trial().minimum_age, trial().maximum_age) == ("18 Years", "")


def test_a_file_from_between_two_that_say_the_same_turns_nothing_back(imported):
    header = "TrialID,Public title,Recruitment Status,Last Refreshed on\n"
    for said in ("Recruiting,10/01/2024", "Recruiting,10/01/2025", "Suspended,10/06/2024"):
        imported(f"{header}ACTRN12620000001234,A,{said}\n")

    assert trial("ACTRN12620000001234").overall_status == "RECRUITING"


def study(**status) -> str:
    changed = json.loads(json.dumps(STUDY))
    changed["protocolSection"]["statusModule"] |= status
    return json.dumps([changed])


def test_an_age_limit_that_is_gone_from_a_whole_record_goes(imported):
    number = STUDY["protocolSection"]["identificationModule"]["nctId"]
    imported(study())
    assert trial(number).maximum_age
    changed = json.loads(study(lastUpdatePostDateStruct={"date": "2026-01-02"}))
    eligibility = changed[0]["protocolSection"]["eligibilityModule"]
    del eligibility["maximumAge"]
    eligibility |= {"stdAges": ["ADULT"], "eligibilityCriteria": "Adults"}

    imported(json.dumps(changed))

    assert trial(number).maximum_age == ""


def test_why_a_trial_stopped_goes_when_it_goes_on(imported):
    number = STUDY["protocolSection"]["identificationModule"]["nctId"]
    imported(
        study(
            overallStatus="SUSPENDED",
            whyStopped="A question of safety",
            lastUpdatePostDateStruct={"date": "2026-01-02"},
        )
    )
    assert trial(number).why_stopped
    changed = json.loads(study(overallStatus="RECRUITING", lastUpdatePostDateStruct={"date": "2026-02-02"}))
    changed[0]["protocolSection"]["statusModule"].pop("whyStopped", None)

    run = imported(json.dumps(changed))

    assert (trial(number).overall_status, trial(number).why_stopped) == ("RECRUITING", "")
    assert run.counts["fields"]["why_stopped"] == 1


def test_a_number_is_not_called_estimated_by_a_record_of_another_number(imported):
    header = "NCT Number,Study Title,Enrollment,Completion Date,Last Update Posted\n"
    number = STUDY["protocolSection"]["identificationModule"]["nctId"]
    imported(study())
    before = trial(number)
    imported(f"{header}{number},{before.brief_title},{before.enrollment},2030-01,2026-03-01\n")
    assert trial(number).enrollment_type == before.enrollment_type != ""

    imported(f"{header}{number},{before.brief_title},9999,2030-01,2026-04-01\n")

    assert (trial(number).enrollment, trial(number).enrollment_type) == (9999, "")


def test_the_copy_of_the_home_registry_s_record_stands_above_other_copies(imported):
    imported(
        "TrialID,Public title,Recruitment Status,Secondary ID,Target size\n"
        "NCT00000001,A,Recruiting,2011-000001-12,40\n"
        "EUCTR2011-000001-12-DE,A EU,Completed,NCT00000001,60\n"
    )

    assert (trial().brief_title, trial().overall_status, trial().enrollment) == ("A", "RECRUITING", 40)
