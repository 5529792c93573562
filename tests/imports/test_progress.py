"""How far an import is, as its page tells it while a worker compares or writes."""

import io

import pytest
from django.core.files.storage import FileSystemStorage
from django.urls import reverse

from drugs.imports import compare, progress, runs
from drugs.imports.apply import apply
from drugs.imports.judge import Judge
from drugs.vocabulary import RunState
from tests import factories

pytestmark = pytest.mark.django_db
ROWS = 4000


@pytest.fixture
def told(monkeypatch):
    """What was noted after each batch."""
    monkeypatch.setattr(progress, "_PAUSE", 0)
    seen = []

    def watch(name):
        original = getattr(Judge, name)

        def watched(self, *args, **kwargs):
            seen.append(progress.of(self.run))
            return original(self, *args, **kwargs)

        monkeypatch.setattr(Judge, name, watched)

    watch("unread")
    watch("candidates")
    return seen


def a_file(stored):
    return stored("NCT Number,Study Title\n" + "".join(f"NCT{n:08},{'a title' * 30} {n}\n" for n in range(ROWS)))


def test_comparing_and_writing_tell_how_far_they_are(stored, told):
    run = compare.compare(a_file(stored))
    comparing = [note for note in told if note.total]
    told.clear()
    runs.confirm(run)
    apply(run)
    writing = [note for note in told if note.total]

    assert max(note.done for note in comparing) == ROWS - compare.BATCH
    assert all(note.done <= note.total <= ROWS for note in comparing), comparing  # a block of lines is read ahead
    assert comparing[-1].total > 0.8 * ROWS
    assert len({note.done for note in writing}) >= 4
    assert all(note.done < ROWS for note in writing)
    assert {note.total for note in writing} == {ROWS}
    assert progress.of(run) == progress.Progress(run.progress, 0)


def test_the_page_of_a_waiting_run_shows_numbers_and_renews_itself(stored, client):
    client.force_login(factories.UserFactory(is_superuser=True))
    run = a_file(stored)
    page = reverse("admin:drugs_importrun_change", args=[run.pk])
    assert "Not begun yet" in client.get(page).content.decode()

    progress.Gauge(run).note(12_000, 100_000)
    text = client.get(page).content.decode()

    assert 'value="12"' in text
    assert "12 %: 12,000 of about 100,000 records" in " ".join(text.split())
    assert "Renew now" in text  # without JavaScript


def test_notes_are_few_and_a_full_disk_stops_nobody(stored, monkeypatch):
    run = a_file(stored)
    gauge = progress.Gauge(run)
    gauge.note(1, 10)
    gauge.note(2, 10)
    assert progress.of(run) == progress.Progress(1, 10)

    monkeypatch.setattr(
        progress.Path, "write_text", lambda *_args, **_kwargs: (_ for _ in ()).throw(OSError(28, "full"))
    )
    progress.Gauge(run).note(3, 10)
    progress._path(run).write_bytes(b"[1")

    assert progress.of(run) == progress.Progress(0, 0)


def test_a_discarded_or_failed_run_leaves_no_note(stored):
    run = stored("NCT Number,Study Title\n")

    compare.compare(run)

    assert run.state == RunState.FAILED
    assert not progress._path(run).exists()


def test_the_part_of_a_file_that_was_read_tells_how_many_records_it_has():
    read = progress.Read(lambda: io.BytesIO(b"x" * 1000), 1000)
    assert read.expected(5) == 5
    file = read()
    assert read.expected(5) == 0
    file.read(250)
    assert read.expected(5) == 20
    file.close()
    assert read.expected(20) == 20


def test_of_files_that_are_stored_elsewhere_the_database_tells(stored, monkeypatch):
    def elsewhere(self, name):
        raise NotImplementedError

    run = a_file(stored)
    monkeypatch.setattr(FileSystemStorage, "path", elsewhere)

    gauge = progress.Gauge(run)
    gauge.note(1, 2)
    gauge.end()

    assert progress.of(run) == progress.Progress(run.progress, 0)
