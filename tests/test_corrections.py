"""E-mail addresses of readers go when their time has come; a form that comes twice is one."""

import datetime as dt
import time
from io import StringIO

import pytest
from auditlog.models import LogEntry
from django.core.management import call_command
from django.utils import timezone

from drugs.corrections import Subject, forget_addresses, form_of, receive, token_for
from drugs.models import Correction
from tests import factories

pytestmark = pytest.mark.django_db

NOW = timezone.now


def answered(days_ago, **fields):
    return factories.CorrectionFactory(
        email="planted@example.org",
        outcome="no_change",
        outcome_text="It is right.",
        answered_at=NOW() - dt.timedelta(days=days_ago),
        **fields,
    )


def test_addresses_go_so_many_days_after_the_answer(settings):
    settings.CORRECTION_EMAIL_DAYS = 30
    old, new, waiting = answered(31), answered(29), factories.CorrectionFactory(email="planted@example.org")

    assert forget_addresses() == 1

    kept = set(Correction.objects.with_address().values_list("pk", flat=True))
    assert kept == {new.pk, waiting.pk}
    assert Correction.objects.get(pk=old.pk).outcome == "no_change"


def test_the_daily_command_says_how_many():
    answered(365)
    out = StringIO()

    call_command("forget_addresses", stdout=out)

    assert "1 addresses" in out.getvalue()
    assert not Correction.objects.with_address().exists()


def test_nothing_that_a_reader_wrote_stands_in_the_log_of_staff():
    form = form_of(token_for(Subject(), now=time.time() - 60))
    correction = receive(form, text="PLANTED text", email="planted@example.org", at=NOW())
    correction.email = ""
    correction.save()

    assert LogEntry.objects.exists()
    assert not [entry for entry in LogEntry.objects.all() if "planted" in str(entry.changes).lower()]


def test_the_same_form_is_one_correction_also_when_both_come_at_once():
    form = form_of(token_for(Subject(), now=time.time() - 60))

    first = receive(form, text="One.", email="", at=NOW())
    second = receive(form, text="One.", email="", at=NOW())

    assert first == second


def test_an_edition_withdrawn_meanwhile_leaves_a_correction_without_it():
    edition = factories.EditionFactory()
    form = form_of(token_for(Subject(edition, "background")))

    correction = receive(form, text="Wrong.", email="", at=NOW())

    assert (correction.edition, correction.therapy, correction.section) == (None, None, "")
