"""Finished background tasks go after a day, with what they held; staff read their list under a name they understand."""

import datetime as dt
import re
import shlex
from pathlib import Path

import pytest
from django.core.management import call_command, get_commands
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from drugs.access.mails import send_reset_links

pytestmark = pytest.mark.django_db

SERVICE = Path(__file__).resolve().parents[2] / "deploy" / "therapies-daily.service"


@pytest.mark.parametrize(
    ("status", "days", "is_kept"),
    [("SUCCESSFUL", 2, False), ("SUCCESSFUL", 0, True), ("FAILED", 6, True), ("FAILED", 8, False), ("READY", 30, True)],
)
def test_the_daily_service_prunes_tasks(settings, status, days, is_kept):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    send_reset_links.enqueue("somebody@example.org")
    at = timezone.now() - dt.timedelta(days=days)
    finished = {} if status == "READY" else {"finished_at": at}
    DBTaskResult.objects.update(status=status, enqueued_at=at, **finished)
    command = shlex.split(re.search(r"manage.py (prune_db_task_results.*)", SERVICE.read_text())[1])

    call_command(*command, verbosity=0)

    assert DBTaskResult.objects.exists() == is_kept


def test_the_daily_service_runs_commands_that_there_are():
    commands = re.findall(r"manage.py (\w+)", SERVICE.read_text())

    assert "clearsessions" in commands
    assert set(commands) <= set(get_commands())


def test_staff_read_background_tasks(admin_client):
    html = admin_client.get("/admin/").content.decode()

    assert "Background tasks" in html
    assert "Tasks Database Backend" not in html
