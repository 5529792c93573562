"""Undo: trials exactly as before, later edits kept and named."""

import pytest

from drugs.imports.undo import NotAppliedError, undo
from drugs.models import (
    ContentVersion,
    RegistryRecord,
    StaffOverride,
    TherapyTrial,
    Trial,
    TrialChange,
    TrialIdentifier,
)
from tests import factories
from tests.imports.conftest import csv_file, records_of, state
from tests.savepoints import taken_back

pytestmark = pytest.mark.django_db

A = {"NCT_Number": "NCT01363401", "Study_Title": "A", "Study_Status": "RECRUITING", "Last_Update_Posted": "2012-01-01"}
B = A | {"Study_Status": "COMPLETED", "Last_Update_Posted": "2014-01-01"}
OTHER = A | {"NCT_Number": "NCT04745299"}


def test_undo_deletes_what_the_run_created(imported):
    run = imported(csv_file(A, OTHER))

    undone = undo(run)

    assert undone.state == "undone"
    assert undone.detection["undo"] == {"restored": 0, "deleted": 2, "kept": []}
    assert not Trial.objects.exists()


def test_undo_restores_what_the_run_changed_and_says_so_in_the_history(imported):
    imported(csv_file(A))
    before = state()
    run = imported(csv_file(B | {"Other_IDs": "ISRCTN12345678"}))

    undo(run)

    assert state() == before
    assert list(TrialChange.objects.filter(field="overall_status").order_by("pk").values_list("old", "new")) == [
        ("RECRUITING", "COMPLETED"),
        ("COMPLETED", "RECRUITING"),
    ]
    assert not TrialIdentifier.objects.filter(number="ISRCTN12345678").exists()


def test_undo_twice_is_refused(imported):
    run = imported(csv_file(A))
    undo(run)

    with pytest.raises(NotAppliedError):
        undo(run)


def test_undo_then_the_same_file_again(imported):
    undo(imported(csv_file(A)))

    assert imported(csv_file(A)).counts["new"] == 1


def test_undo_keeps_what_later_files_said(imported):
    first = imported(csv_file(A, OTHER))
    imported(csv_file(B))

    undone = undo(first)

    assert Trial.objects.get().overall_status == "COMPLETED"
    assert any(kept["trial"] == "NCT01363401" for kept in undone.detection["undo"]["kept"])


def test_undo_keeps_what_a_later_file_said_again(imported):
    first = imported(csv_file(A, OTHER))
    second = imported(csv_file(A, OTHER | {"NCT_Number": "NCT00000001"}))

    undo(first)

    assert set(Trial.objects.values_list("home_number", flat=True)) == {"NCT01363401", "NCT00000001"}
    assert records_of("NCT01363401").get().run == second


def test_undo_keeps_trials_that_staff_work_with(imported):
    run = imported(csv_file(A, OTHER))
    linked = Trial.objects.get(home_number="NCT01363401")
    TherapyTrial.objects.create(therapy=factories.TherapyFactory(), trial=linked, decision="confirmed")

    undone = undo(run)

    assert Trial.objects.get() == linked
    assert linked.records.exists()
    assert [kept["trial"] for kept in undone.detection["undo"]["kept"]] == ["NCT01363401"]


def test_undo_keeps_a_value_set_by_staff(imported):
    imported(csv_file(A))
    run = imported(csv_file(B))
    trial = Trial.objects.get()
    StaffOverride.objects.create(trial=trial, field="acronym", value="X", reason="Seen.")

    undo(run)

    trial.refresh_from_db()
    assert (trial.acronym, trial.overall_status) == ("X", "RECRUITING")


def test_undo_gives_back_a_value_that_no_record_states(imported):
    factories.TrialFactory(home_number="NCT01363401", brief_title="By hand", acronym="HAND")
    run = imported(csv_file(B))

    undo(run)

    trial = Trial.objects.get()
    assert (trial.brief_title, trial.acronym, trial.overall_status) == ("By hand", "HAND", "RECRUITING")


@pytest.mark.parametrize("has_results", [True, False, None])
def test_undo_gives_back_a_truth_that_no_record_states(imported, has_results):
    factories.TrialFactory(home_number="NCT01363401", has_results=has_results)
    run = imported(csv_file(B))

    undo(run)

    assert Trial.objects.get().has_results is has_results


def test_undo_counts_as_a_public_change(imported):
    run = imported(csv_file(A))
    before = ContentVersion.current()

    undo(run)

    assert ContentVersion.current() == before + 1


#: Two days of one search, and one list of ALS trials in two forms; `make faults` takes every pair there is.
FILES = [
    "ctgov_old/o20_covid_daily_20200406.tsv",
    "ctgov_old/o20_covid_daily_20200407.tsv",
    "derived/d09_als_10r_cp1252_semicolon.csv",
    "ctgov_old/o11_ALS_10r_crlf.csv",
]


@pytest.mark.registry
@pytest.mark.parametrize("first", FILES)
def test_undo_of_the_later_of_two_files_leaves_the_earlier(imported, registry_folder, first):
    imported(registry_folder / first)
    before, records = state(), set(RegistryRecord.objects.values_list("pk", flat=True))

    for second in FILES:
        if second != first:
            with taken_back():
                undo(imported(registry_folder / second))

                assert state() == before, second
                assert set(RegistryRecord.objects.values_list("pk", flat=True)) == records, second


@pytest.mark.registry
def test_undo_of_the_earlier_of_two_files_leaves_the_later_as_if_alone(imported, registry_folder):
    second = registry_folder / "ctgov_old/o20_covid_daily_20200407.tsv"
    imported(second)
    alone = state()
    Trial.objects.all().delete()
    first = imported(registry_folder / "ctgov_old/o20_covid_daily_20200406.tsv")
    imported(second)

    undo(first)

    assert state() == alone


def test_what_a_later_file_said_in_its_second_row_is_found_again(imported):
    header = "NCT Number,Study Title,Enrollment\n"
    first = imported(header + "NCT00000001,A,12\n")
    imported(header + "NCT00000001,A,12.7\nNCT00000001,A,12\nNCT00000002,B,5\n")

    undo(first)

    assert Trial.objects.get(home_number="NCT00000001").enrollment == 12
