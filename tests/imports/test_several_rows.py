"""Several rows of one trial in a file, and one study under several numbers: one trial, nothing lost in silence."""

import pytest

from drugs.imports import runs
from drugs.imports.apply import apply
from drugs.imports.undo import undo
from drugs.models import Trial
from tests.imports.conftest import counts, csv_file, state

pytestmark = pytest.mark.django_db

SITE = {"NCT_Number": "NCT01363401", "Study_Title": "A", "Study_Status": "COMPLETED"}
ICTRP = "TrialID,Public title,Date registration3,Recruitment Status,Countries,Secondary ID,Target size\n"


def trial(number="NCT01363401"):
    return Trial.objects.get(identifiers__number=number)


def test_rows_of_one_trial_for_each_site_are_one_record(imported):
    rows = [SITE | {"Locations": f"Site, {place}"} for place in ("Seoul, South Korea", "Rome, Italy", "Milan, Italy")]
    run = imported(csv_file(*rows, SITE | {"NCT_Number": "NCT04745299"}))

    assert counts(run) == {"new": 2, "repeated": 2}
    assert trial().locations == "Site, Seoul, South Korea|Site, Rome, Italy|Site, Milan, Italy"
    assert trial().countries == "KR|IT"
    assert "read together" in run.rows.get(row=3).problems[0]["reason"]
    assert counts(imported(csv_file(*rows))) == {"unchanged": 1, "repeated": 2, "absent": 1}


def test_what_one_row_leaves_empty_another_fills(imported):
    imported(csv_file(SITE | {"Sponsor": ""}, SITE | {"Sponsor": "Corestem"}))

    assert trial().lead_sponsor == "Corestem"


def test_rows_that_disagree_wait_for_a_person(imported):
    run = imported(csv_file(SITE, SITE | {"Study_Status": "TERMINATED", "Locations": "Rome, Italy"}, SITE))

    assert counts(run) == {"new": 1, "held": 1, "repeated": 1}
    assert (trial().overall_status, trial().countries) == ("COMPLETED", "")


def test_parts_of_a_trial_for_each_country_are_one_trial(imported):
    run = imported(
        ICTRP
        + "EUCTR2011-000001-12-DE,A,20110503,Completed,Germany,,30\n"
        + "EUCTR2011-000001-12-FR,A,20110601,Completed,France,,20\n"
        + "EUCTR2012-000001-12-DE,B,20120503,Completed,Germany,,30\n"
        + "EUCTR2012-000001-12-FR,B,20120503,Recruiting,France,,30\n"
    )

    assert counts(run) == {"new": 2, "repeated": 2}
    first, second = trial("2011-000001-12"), trial("2012-000001-12")
    assert (first.countries, first.overall_status, first.first_posted) == ("DE|FR", "COMPLETED", "2011-05-03")
    assert (second.countries, second.overall_status) == ("DE|FR", "")
    differing = {problem["column"] for problem in run.rows.get(row=3).problems}
    assert differing == {"", "Date registration3", "Target size"}


NCT = "NCT01363401,A,20110503,Recruiting,Germany,2011-000001-12,30\n"
EUCTR = "EUCTR2011-000001-12-DE,A,20110601,Completed,Italy,,\n"
JOINED = "EUCTR2011-000001-12-DE,A,20110601,Completed,Italy,NCT01363401,\n"


@pytest.mark.parametrize("rows", [NCT + EUCTR, EUCTR + NCT, NCT + JOINED, JOINED + NCT])
@pytest.mark.parametrize("as_previewed", [True, False])
def test_a_study_under_two_numbers_is_one_trial_in_one_import(compared, rows, as_previewed):
    run = compared(ICTRP + rows)
    assert counts(run) == {"new": 1, "unchanged": 1}

    assert runs.confirm(run)
    run = apply(run, as_previewed=as_previewed)

    one = Trial.objects.get()
    assert set(one.identifiers.values_list("number", flat=True)) == {"NCT01363401", "2011-000001-12"}
    assert one.records.count() == 2
    assert run.counts["held"] == 0
    assert sum(run.counts[name] for name in ("new", "changed", "unchanged")) == 2

    again = compared(ICTRP + rows)
    assert counts(again) == {"unchanged": 2}
    undo(run)
    assert not Trial.objects.exists()


def test_a_study_under_two_numbers_of_which_one_is_known(imported):
    imported(csv_file(SITE))
    before = state()
    run = imported(ICTRP + NCT + EUCTR)

    assert Trial.objects.count() == 1
    assert trial("2011-000001-12").overall_status == "COMPLETED"
    assert run.counts["held"] == 0
    undo(run)
    assert state() == before


def test_two_studies_of_one_registry_are_never_joined_by_a_third_number(imported):
    run = imported(ICTRP + NCT + "NCT04745299,B,20110601,Completed,Italy,2011-000001-12,\n")

    assert counts(run) == {"new": 1, "held": 1}
    assert "is given to NCT01363401" in run.rows.get(decision="held").problems[-1]["reason"]


def test_a_study_whose_first_row_is_left_out_waits(compared):
    run = compared(ICTRP + NCT + EUCTR)
    run.rows.filter(row=2).update(is_accepted=False)

    assert runs.confirm(run)
    run = apply(run)

    assert not Trial.objects.exists()
    assert "since the preview" in run.rows.get(row=3).problems[-1]["reason"]
