"""Rows written as tuples hold what `bulk_create` would have written, and no constraint is passed by."""

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone

from drugs import bulk
from drugs.models import ImportRun, RegistryRecord, Trial, TrialChange
from tests.factories import TrialFactory

pytestmark = pytest.mark.django_db


def test_insert_fills_what_is_not_named_with_defaults():
    before = timezone.now()

    bulk.insert(Trial, ["home_number", "home_registry", "phases"], [("NCT00000001", "CTGOV", "PHASE2")])

    trial = Trial.objects.get(home_number="NCT00000001")
    assert (trial.brief_title, trial.enrollment, trial.is_verified) == ("", None, True)
    assert before <= trial.created_at <= timezone.now()
    assert (
        trial.phase_rank
        == Trial.objects.create(home_number="NCT00000002", home_registry="CTGOV", phases="PHASE2").phase_rank
    )


def test_inserted_json_is_read_back_as_it_was():
    trial = TrialFactory()
    facts = {"brief_title": 'A "title"\twith\\signs\n', "enrollment": 0, "has_results": False, "acronym": "é😀"}

    bulk.insert(
        RegistryRecord, ["trial_id", "registry", "number", "facts"], [(trial.pk, "CTGOV", trial.home_number, facts)]
    )

    record = RegistryRecord.objects.get(trial=trial, registry="CTGOV", run=None, facts__enrollment=0)
    assert record.facts == facts
    assert record.raw == {}


@pytest.mark.parametrize("count", [1, 15, 16, 17, 32, 35])
def test_many_rows_stand_in_their_order(count):
    trial = TrialFactory()
    rows = [(trial.pk, str(n), timezone.now()) for n in range(count)]

    bulk.insert(TrialChange, ["trial_id", "new", "changed_at"], rows)

    assert list(TrialChange.objects.order_by("pk").values_list("new", flat=True)) == [str(n) for n in range(count)]


def test_one_row_that_is_refused_takes_the_others_with_it():
    rows = [(f"NCT{n:08}", "CTGOV", "PHASE9" if n == 20 else "PHASE2") for n in range(40)]

    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(Trial, ["home_number", "home_registry", "phases"], rows)

    assert not Trial.objects.exists()


def test_text_with_the_signs_of_copy_is_kept():
    trial = TrialFactory()
    text = "tab\there, line\nbreak, \\N and \\. and a quote '"

    bulk.insert(TrialChange, ["trial_id", "new", "changed_at"], [(trial.pk, text, timezone.now())])

    assert TrialChange.objects.get(trial=trial).new == text


def test_update_changes_the_named_fields_of_the_named_rows():
    one, other = TrialFactory(acronym="A"), TrialFactory(acronym="B")

    bulk.update(Trial, ["acronym", "enrollment"], [("C", 5, one.pk)])

    assert list(Trial.objects.filter(pk__in=[one.pk, other.pk]).order_by("pk").values_list("acronym", flat=True)) == [
        "C",
        "B",
    ]


@pytest.mark.parametrize("status", ["NOT_A_STATUS", None])
def test_insert_is_held_to_the_constraints(status):
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(Trial, ["home_number", "home_registry", "overall_status"], [("NCT00000003", "CTGOV", status)])


def test_insert_needs_what_a_foreign_key_names():
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(TrialChange, ["trial_id", "changed_at"], [(2**40, timezone.now())])
        connection.check_constraints()


def test_condition_of_no_value_finds_nothing():
    TrialFactory()

    assert not Trial.objects.filter(bulk.is_in(Trial, "id", [])).exists()
    assert ImportRun.objects.filter(bulk.is_in(ImportRun, "id", {1, 2})).count() == 0


def test_update_writes_every_kind_of_value():
    trial, run = TrialFactory(enrollment=4, has_results=None), ImportRun.objects.create()
    at = timezone.now()

    bulk.update(Trial, ["enrollment", "has_results", "changed_at"], [(None, True, at, trial.pk)])
    bulk.update(
        ImportRun, ["counts", "owner_id", "error"], [({"new": 2**70, "é": ["a", None]}, None, "it's {x}", run.pk)]
    )

    trial.refresh_from_db()
    run.refresh_from_db()
    assert (trial.enrollment, trial.has_results, trial.changed_at) == (None, True, at)
    assert (run.counts["é"], run.error) == (["a", None], "it's {x}")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no length of text")
def test_update_cuts_nothing():
    trial = TrialFactory()

    with pytest.raises(DataError), transaction.atomic():
        bulk.update(Trial, ["overall_status"], [("RECRUITING" * 20, trial.pk)])


def test_many_values_are_one_condition():
    trials = [TrialFactory() for _number in range(3)]

    found = Trial.objects.filter(bulk.is_in(Trial, "home_number", [trial.home_number for trial in trials[:2]]))

    assert set(found) == set(trials[:2])
