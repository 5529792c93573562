"""What is done once a day is done whatever fails of it, and staff are told when it was not."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command, get_commands
from django.db.models import QuerySet
from django.utils import timezone

from drugs.models import Correction, Edition
from drugs.open_data.files import releases
from drugs.watching import daily
from drugs.watching.daily import last_daily, note_daily, steps
from drugs.watching.state import warnings
from tests.admin.people import staff
from tests.factories import CorrectionFactory, live_edition

pytestmark = pytest.mark.django_db

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
LONG_AGO = timezone.now() - dt.timedelta(days=365)


def told():
    return {fact.name: fact.warning for fact in warnings(timezone.now())}.get("Daily work")


def test_the_unit_runs_one_command_and_is_as_closed_as_the_others():
    unit, worker = ((DEPLOY / f"therapies-{name}.service").read_text() for name in ("daily", "worker"))
    closed = [line for line in worker.splitlines() if re.match(r"NoNew|Private|Protect|ReadWrite|After", line)]

    assert re.findall("ExecStart=.*manage.py (.*)", unit) == ["daily"]
    assert set(closed) <= set(unit.splitlines())
    assert len(closed) == 6


def test_deletions_come_first():
    names = [name for name, *_options in steps()]

    assert names[:4] == ["forget_addresses", "end_stopped_jobs", "prune_db_task_results", "clearsessions"]
    assert set(names) <= set(get_commands())


def test_what_fails_keeps_nothing_else_from_being_done(transactional_db, settings, capsys):
    settings.DIGEST_RECIPIENTS, settings.EMAIL_BACKEND = ["staff"], "django.core.mail.backends.dummy.EmailBackend"
    QuerySet(Edition).filter(pk=live_edition("riluzole").pk).update(background="<p>Other.</p>")
    CorrectionFactory(email="one@example.org", outcome="no_change", outcome_text="So.", answered_at=LONG_AGO)
    Session.objects.create(session_key="old", session_data="", expire_date=LONG_AGO)

    with pytest.raises(CommandError, match=r"Failed: check_editions, send_digest\."):
        call_command("daily")

    assert "riluzole edition 1" in capsys.readouterr().err
    assert not Correction.objects.with_address().exists()
    assert not Session.objects.exists()
    assert len(releases()) == 1
    assert last_daily().failed == ["check_editions", "send_digest"]
    assert "check_editions, send_digest" in told()


def test_a_command_that_breaks_is_logged_and_the_next_is_run(transactional_db, monkeypatch, caplog, capsys):
    monkeypatch.setattr(daily, "steps", lambda: [["no_such_command"], ["forget_addresses"]])

    with pytest.raises(CommandError, match="no_such_command"):
        call_command("daily")

    assert "no_such_command failed" in caplog.text
    assert "0 addresses were deleted" in capsys.readouterr().out


def test_what_was_never_done_or_long_ago_is_told(client):
    client.force_login(staff("Editor"))

    assert "It was never done" in client.get("/admin/").content.decode()
    note_daily(timezone.now() - dt.timedelta(hours=49), [])
    assert "more than two days ago" in told()
    note_daily(timezone.now() - dt.timedelta(hours=47), [])
    assert told() is None


def test_a_day_that_went_well_is_noted(transactional_db):
    call_command("daily")

    assert last_daily().failed == []
    assert told() is None
