"""Two at once: imports of overlapping files, two confirms, a comparison beside an editor's write."""

import threading

import pytest
from django.db import connection, connections, transaction

from drugs.imports import runs
from drugs.imports.apply import apply
from drugs.imports.compare import compare
from drugs.imports.judge import Judge
from drugs.models import ImportRun, RegistryRecord, Trial, TrialChange
from drugs.vocabulary import RunState
from tests import factories
from tests.imports.conftest import csv_file, state

pytestmark = pytest.mark.django_db(transaction=True)


def numbered(first: int, last: int, **cells: str) -> bytes:
    return csv_file(*({"NCT_Number": f"NCT{n:08}", "Study_Title": f"Trial {n}"} | cells for n in range(first, last)))


A = numbered(0, 60, Study_Status="RECRUITING", Last_Update_Posted="2020-01-01")
B = numbered(30, 90, Study_Status="COMPLETED", Last_Update_Posted="2021-01-01", Sponsor="Corestem")


def at_once(*works):
    """Run these in a thread each, started together; what they raised comes back."""
    start, raised = threading.Barrier(len(works)), []

    def run(work):
        try:
            start.wait(10)
            work()
        except Exception as error:  # handed to the test
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


needs_a_server = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="threads share SQLite's database in memory: tests/faults uses processes"
)


@needs_a_server
def test_two_imports_of_overlapping_files_at_once_give_what_one_after_the_other_gives(stored, imported):
    imported(A)
    imported(B)
    expected = state()
    Trial.objects.all().delete()
    ImportRun.objects.update(state=RunState.UNDONE)
    waiting = [compare(stored(A)), compare(stored(B))]

    def write(run):
        assert runs.confirm(run)
        apply(run, as_previewed=False)

    assert at_once(*(lambda run=run: write(run) for run in waiting)) == []

    assert state() == expected
    assert RegistryRecord.objects.count() == 120
    assert TrialChange.objects.filter(field="").count() == 90


@needs_a_server
def test_two_confirms_at_the_same_moment_have_one_effect(compared):
    run = compared(A)
    won = []

    def confirm():
        if runs.confirm(ImportRun.objects.get(pk=run.pk)):
            won.append(1)
            apply(run)

    assert at_once(*[confirm] * 4) == []

    assert won == [1]
    assert (Trial.objects.count(), TrialChange.objects.count(), RegistryRecord.objects.count()) == (60, 60, 60)


@needs_a_server
def test_two_writers_of_one_confirmed_run_write_it_once(compared):
    run = compared(A)
    assert runs.confirm(run)

    assert at_once(*[lambda: apply(ImportRun.objects.get(pk=run.pk))] * 3) == []

    assert (Trial.objects.count(), RegistryRecord.objects.count()) == (60, 60)


def test_reading_and_comparing_hold_no_lock(stored, monkeypatch):
    """No transaction is open while a batch is read and judged, so that an editor's write waits for none."""
    seen = []
    judged = Judge.unread

    def watched(self, *args):
        seen.append(connection.in_atomic_block)
        with transaction.atomic():
            factories.TherapyFactory()
        return judged(self, *args)

    monkeypatch.setattr(Judge, "unread", watched)
    run = compare(stored(A))

    assert seen == [False]
    assert run.state == RunState.COMPARED
