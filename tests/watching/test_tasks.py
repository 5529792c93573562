"""Finished background tasks go after a day, with what they held; staff read their list under a name they understand."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from drugs.access.mails import send_reset_links
from drugs.watching.daily import steps

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("status", "days", "is_kept"),
    [
        ("SUCCESSFUL", 2, False),
        ("SUCCESSFUL", 0, True),
        ("FAILED", 6, True),
        ("FAILED", 8, False),
        ("READY", 30, True),
        ("RUNNING", 30, True),
    ],
)
def test_the_daily_work_prunes_tasks(settings, status, days, is_kept):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    send_reset_links.enqueue("somebody@example.org")
    at = timezone.now() - dt.timedelta(days=days)
    finished = {"finished_at": at} if status in ("SUCCESSFUL", "FAILED") else {}
    DBTaskResult.objects.update(status=status, enqueued_at=at, **finished)

    call_command(*next(step for step in steps() if step[0] == "prune_db_task_results"), verbosity=0)

    assert DBTaskResult.objects.exists() == is_kept


@pytest.mark.parametrize(("hours", "status"), [(23, "RUNNING"), (25, "FAILED")])
def test_a_job_whose_worker_was_killed_fails_after_a_day(admin_client, settings, hours, status):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    send_reset_links.enqueue("somebody@example.org")
    DBTaskResult.objects.update(status="RUNNING", started_at=timezone.now() - dt.timedelta(hours=hours))

    call_command("end_stopped_jobs")

    job = DBTaskResult.objects.get()
    assert job.status == job.task_result.status == status
    assert (job.finished_at is not None) == (status == "FAILED")
    assert admin_client.get(f"/admin/django_tasks_database/dbtaskresult/{job.pk}/change/").status_code == 200


def test_staff_read_background_tasks(admin_client):
    html = admin_client.get("/admin/").content.decode()

    assert "Background tasks" in html
    assert "Tasks Database Backend" not in html
