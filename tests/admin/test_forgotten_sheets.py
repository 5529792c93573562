"""Sheets of small lists: what is uploaded and never confirmed does not stay."""

import datetime as dt
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from drugs.admin.sheets import forget_sheets
from tests.admin.people import staff

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def upload(client):
    sheet = SimpleUploadedFile("terms.csv", b"slug,term,meaning\nfvc,FVC,Air.\n")
    return client.post(
        reverse("admin:drugs_glossaryterm_import"), {"import_file": sheet, "resource": "0", "format": "0"}
    )


def uploads(settings):
    return list(Path(settings.MEDIA_ROOT).glob("django-import-export/*"))


def test_a_sheet_that_nobody_confirmed_goes_after_a_day(client, settings):
    client.force_login(staff("Editor"))
    upload(client)
    assert len(uploads(settings)) == 1
    now = timezone.now()

    assert forget_sheets(now + dt.timedelta(hours=23)) == 0
    assert len(uploads(settings)) == 1
    assert forget_sheets(now + dt.timedelta(hours=25)) == 1
    assert not uploads(settings)


def test_the_daily_command_says_how_many(client, settings):
    client.force_login(staff("Editor"))
    upload(client)
    out = StringIO()

    with time_machine.travel(timezone.now() + dt.timedelta(days=2)):
        call_command("forget_sheets", stdout=out)

    assert "1 sheets" in out.getvalue()
    assert not uploads(settings)


def test_where_no_sheet_was_ever_uploaded_nothing_is_deleted():
    assert forget_sheets(timezone.now()) == 0
