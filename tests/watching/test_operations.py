"""The page 'Operations' says how the site stands, and the desk tells staff what somebody has to see to."""

import datetime as dt

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from drugs.access.mails import send_reset_links
from drugs.backups.record import BackupRecord, write_record
from drugs.watching.state import state, warnings
from tests.admin.people import ROLES, staff

pytestmark = pytest.mark.django_db


def backed_up(hours, **more):
    at = timezone.now() - dt.timedelta(hours=hours)
    write_record(BackupRecord(at.isoformat(), "one.zip", "/backups", 1_000_000, 10, 1.0, **more))


def warned():
    return {fact.name: fact.warning for fact in warnings(timezone.now())}


@pytest.mark.parametrize("role", ROLES)
def test_who_may_see_operations(client, role):
    client.force_login(staff(role))

    status = client.get("/admin/operations/").status_code

    assert status == (200 if role in ("Administrator", "superuser") else 403)


def test_operations_needs_an_account(client):
    assert client.get("/admin/operations/").status_code == 302


def test_operations_names_everything(client):
    client.force_login(staff("superuser"))
    backed_up(1)

    html = client.get("/admin/operations/").content.decode()

    for name in (
        "Versions", "Migrations not applied", "Content version", "Background jobs", "Worker", "Last import",
        "Last backup", "Free disk", "Cache", "Mail",
    ):  # fmt: skip
        assert name in html
    assert "no-store" in client.get("/admin/operations/")["Cache-Control"]


def test_a_backup_that_never_was_or_is_old_is_told(client):
    client.force_login(staff("Editor"))

    assert "There is no backup" in client.get("/admin/").content.decode()
    backed_up(27)
    assert "older than a day" in client.get("/admin/").content.decode()
    backed_up(3)
    assert "Last backup" not in client.get("/admin/").content.decode()


def test_files_that_are_missing_are_told():
    backed_up(1, missing_files=["imports/one.csv"])

    assert warned()["Last backup"] == "1 stored file is missing."


def test_a_record_that_cannot_be_read_is_no_backup():
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    default_storage.save("backups/last.json", ContentFile(b"{"))

    assert "no backup" in warned()["Last backup"]


def job(**fields):
    return DBTaskResult.objects.create(
        args_kwargs={"args": [], "kwargs": {}}, task_path="x", backend_name="default", exception_class_path="",
        traceback="", **{"run_after": timezone.now()} | fields,
    )  # fmt: skip


@pytest.fixture
def waiting(settings):
    """A job as the site leaves it for the worker, six minutes ago."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    send_reset_links.enqueue("somebody@example.org")
    DBTaskResult.objects.update(enqueued_at=timezone.now() - dt.timedelta(minutes=6))


def test_jobs_that_nobody_takes_are_told(waiting):
    assert "systemctl start therapies-worker" in warned()["Worker"]

    DBTaskResult.objects.update(enqueued_at=timezone.now())
    assert "Worker" not in warned()


@pytest.mark.parametrize(("minutes", "is_told"), [(-60, False), (1, False), (6, True)])
def test_a_job_for_later_waits_from_then_on(minutes, is_told):
    job(run_after=timezone.now() - dt.timedelta(minutes=minutes))
    DBTaskResult.objects.update(enqueued_at=timezone.now() - dt.timedelta(days=1))

    assert ("Worker" in warned()) == is_told


@pytest.mark.parametrize(("minutes", "is_told"), [(30, False), (61, True)])
def test_a_job_that_began_long_ago_keeps_no_worker_busy(waiting, minutes, is_told):
    job(status="RUNNING", started_at=timezone.now() - dt.timedelta(minutes=minutes))

    assert ("Worker" in warned()) == is_told


def test_a_failed_job_is_counted():
    job(status="FAILED")

    assert {fact.name: fact.value for fact in state(timezone.now())}["Jobs that failed"] == "1"


def test_mail_that_is_not_set_is_told(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

    assert "EMAIL_URL" in warned()["Mail"]


def test_a_full_disk_is_told(monkeypatch):
    monkeypatch.setattr("drugs.watching.state.DISK_LOW", 1 << 60)

    assert "nearly full" in warned()["Free disk for files"]
