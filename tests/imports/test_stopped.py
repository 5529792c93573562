"""Runs whose worker or command was stopped: shown as stopped, started again from the page and the command."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from drugs.imports import runs
from drugs.models import ImportRun, Trial
from drugs.vocabulary import RunState
from tests import factories
from tests.imports.conftest import csv_file

pytestmark = pytest.mark.django_db
ROW = {"NCT_Number": "NCT01363401", "Study_Title": "A", "Study_Status": "RECRUITING"}


def stop(run: ImportRun, state: str) -> ImportRun:
    """As a worker leaves a run that is killed."""
    ImportRun.objects.filter(pk=run.pk).update(state=state, moved_at=timezone.now() - dt.timedelta(hours=1))
    run.refresh_from_db()
    return run


@pytest.fixture
def staff(client):
    user = factories.UserFactory()
    names = ("view_importrun", "add_importrun", "confirm_importrun")
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    return client


@pytest.mark.parametrize(("state", "action"), [(RunState.UPLOADED, "compare"), (RunState.CONFIRMED, "confirm")])
def test_a_stopped_run_says_so_and_starts_again_from_its_page(staff, compared, state, action):
    run = stop(compared(csv_file(ROW)), state)
    address = reverse("admin:drugs_importrun_change", args=[run.pk])

    assert "This import has stopped" in staff.get(address).content.decode()
    assert "stopped: open it" in staff.get(reverse("admin:drugs_importrun_changelist")).content.decode()

    staff.post(reverse(f"admin:drugs_importrun_{action}", args=[run.pk]), {"again": "yes"})
    run.refresh_from_db()
    assert run.state == {"compare": RunState.COMPARED, "confirm": RunState.APPLIED}[action]


def test_a_run_that_moves_is_not_stopped(staff, compared):
    run = compared(csv_file(ROW))
    ImportRun.objects.filter(pk=run.pk).update(state=RunState.CONFIRMED, moved_at=timezone.now())

    assert "Being written" in staff.get(reverse("admin:drugs_importrun_change", args=[run.pk])).content.decode()


@pytest.mark.parametrize("state", [RunState.UPLOADED, RunState.COMPARED, RunState.CONFIRMED])
def test_the_command_goes_on_with_a_stopped_run(compared, state):
    run = stop(compared(csv_file(ROW)), state)

    call_command("import_trials", f"--resume={run.pk}")

    run.refresh_from_db()
    assert (run.state, Trial.objects.count()) == (RunState.APPLIED, 1)
    with pytest.raises(CommandError, match="not stopped"):
        call_command("import_trials", f"--resume={run.pk}")


def test_the_command_takes_the_place_of_its_stopped_start(stored, tmp_path, capsys):
    path = tmp_path / "file.csv"
    path.write_bytes(csv_file(ROW))
    stopped = stop(stored(path), RunState.UPLOADED)

    call_command("import_trials", str(path))

    assert not ImportRun.objects.filter(pk=stopped.pk).exists()
    assert f"Run {stopped.pk} of the same file was stopped" in capsys.readouterr().out
    assert Trial.objects.count() == 1


def test_the_command_needs_a_file_or_a_run():
    with pytest.raises(CommandError):
        call_command("import_trials")
    with pytest.raises(CommandError, match="no run 999"):
        call_command("import_trials", "--resume=999")


def test_a_second_confirm_while_the_first_is_written_is_told_so(staff, compared):
    run = compared(csv_file(ROW))
    assert runs.confirm(run)

    response = staff.post(reverse("admin:drugs_importrun_confirm", args=[run.pk]), follow=True)

    assert "confirmed already" in response.content.decode()
    assert not Trial.objects.exists()


def test_an_import_that_came_between_is_compared_with(imported, tmp_path, monkeypatch):
    """What the command compared before another import was written is compared again, under the lock."""
    path = tmp_path / "file.csv"
    path.write_bytes(csv_file(ROW, ROW | {"NCT_Number": "NCT04745299"}))
    call_command("import_trials", str(path))
    other = csv_file(ROW | {"Study_Status": "COMPLETED"})
    gate = "drugs.management.commands.import_trials.Command._gate"
    seen = []

    def meanwhile(self, run, options):
        if not seen:
            seen.append(run.counts["unchanged"])
            imported(other)
        return 0

    monkeypatch.setattr(gate, meanwhile)
    path.write_bytes(csv_file(ROW, ROW | {"NCT_Number": "NCT04745299"}, ROW | {"NCT_Number": "NCT00000001"}))
    call_command("import_trials", str(path))

    assert seen == [2]
    assert Trial.objects.get(home_number="NCT01363401").overall_status == "RECRUITING"
