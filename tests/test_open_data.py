"""Open data: complete, harmless in spreadsheets, valid by its own description, and importable again."""

import csv
import datetime as dt
import hashlib
import io
import json
import sqlite3
import zipfile
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone
from frictionless import Package, system

from drugs.models import TherapyTrial, Trial, TrialSnapshot
from drugs.open_data import TABLES
from drugs.open_data.files import outlived, release_files, releases, write_release
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    edition = factories.whole_edition("lenzumestrocel", display_name="=HYPERLINK(1)")
    factories.SideEffectFactory(edition=edition, term="PLANTED", is_verified=False)
    factories.ApprovalFactory(edition=edition, region="JP", commercial_name="PLANTED", is_verified=False)
    trial = factories.TrialFactory(
        home_number="NCT04745299",
        acronym="ALSUMMIT",
        allocation="RANDOMIZED",
        masking="DOUBLE",
        enrollment=0,
        start_date="2021-02",
    )
    factories.TherapyTrialFactory(therapy=edition.therapy, trial=trial)
    factories.publish(edition)
    factories.EditionFactory(therapy=edition.therapy, number=2, display_name="PLANTED")
    factories.TrialFactory(brief_title="PLANTED", is_verified=False)
    return edition


def read(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    assert not response.cookies
    assert response["Access-Control-Allow-Origin"] == "*"
    return b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()


@pytest.mark.parametrize("table", TABLES)
def test_csv_and_json_say_the_same_and_nothing_unpublished(client, edition, table):
    text, data = read(client, f"/data/{table}.csv"), json.loads(read(client, f"/data/{table}.json"))

    rows = list(csv.reader(io.StringIO(text)))

    assert rows[0] == TABLES[table].header == list(data[0])
    assert len(rows) - 1 == len(data) >= 1
    assert "PLANTED" not in text + json.dumps(data)


def test_a_cell_never_starts_a_formula(client, edition):
    assert "'=HYPERLINK(1)" in read(client, "/data/therapies.csv")
    assert json.loads(read(client, "/data/therapies.json"))[0]["display_name"] == "=HYPERLINK(1)"


def test_zero_is_a_number_and_nothing_is_null(client, edition):
    trial = next(row for row in json.loads(read(client, "/data/trials.json")) if row["NCT Number"] == "NCT04745299")

    assert trial["Enrollment"] == 0
    assert trial["Why Stopped"] is None


@pytest.mark.parametrize(
    "path", ["/data/drafts.csv", "/data/trials.xlsx", "/data/2020-01-01/", "/data/2020-01-01/trials.csv", "/data/../x/"]
)
def test_other_tables_and_dates_are_not_found(client, edition, path):
    assert client.get(path).status_code == 404


def released():
    """The folder of today's release."""
    return Path(default_storage.path("data")) / write_release(timezone.now())


@pytest.mark.any_database
def test_a_release_is_valid_by_its_own_description(edition):
    folder = released()

    with system.use_context(trusted=True):
        report = Package(str(folder / "datapackage.json")).validate()

    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])


def test_a_release_keeps_its_checksums_zip_and_sqlite(client, edition):
    folder = released()

    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert set(zipfile.ZipFile(folder / "all.zip").namelist()) >= {"datapackage.json", "trials.csv", "therapies.json"}
    assert sqlite3.connect(folder / "therapies.sqlite3").execute("select count(*) from trials").fetchone() == (2,)
    page = client.get(f"/data/{folder.name}/")
    assert "trials.csv" in page.content.decode()
    assert (
        b"".join(client.get(f"/data/{folder.name}/trials.csv").streaming_content)
        == (folder / "trials.csv").read_bytes()
    )
    assert client.get(f"/data/{folder.name}/..%2f..%2fsettings.py").status_code == 404
    assert released() == folder
    assert {path.name for path in folder.iterdir()} == {name for name, _size in release_files(folder.name)}


def test_a_release_that_says_the_same_as_the_newest_is_not_kept(edition, settings):
    monday = timezone.now()
    tuesday, wednesday = monday + dt.timedelta(days=1), monday + dt.timedelta(days=2)

    first = write_release(monday)
    assert write_release(tuesday) == first
    Trial.objects.update(acronym="OTHER")
    second = write_release(tuesday)
    settings.CONTENT_LICENCE = "CC BY 4.0"
    third = write_release(wednesday)

    assert releases() == [third, second, first]
    assert [first, second, third] == [timezone.localdate(at).isoformat() for at in (monday, tuesday, wednesday)]


def test_of_releases_of_earlier_months_the_first_is_kept(edition):
    for date in ("2020-01-05", "2020-01-06", "2020-02-01", "2020-02-29"):
        default_storage.save(f"data/{date}/SHA256SUMS", ContentFile(b""))
        default_storage.save(f"data/{date}/datapackage.json", ContentFile(b"{}"))

    today = write_release(timezone.now())

    assert releases() == [today, "2020-02-01", "2020-01-05"]
    assert set(default_storage.listdir("data")[0]) == {today, "2020-02-01", "2020-01-05"}


@pytest.mark.parametrize(
    ("dates", "gone"),
    [
        (["2026-10-31", "2026-11-01", "2026-11-30"], []),
        (["2026-10-30", "2026-10-31", "2026-11-30"], []),
        (["2026-10-29", "2026-10-30", "2026-11-30"], ["2026-10-30"]),
        (["2026-10-29", "2026-10-30"], []),
    ],
)
def test_releases_of_thirty_days_and_the_newest_are_kept(dates, gone):
    assert outlived(dates, dt.date(2026, 11, 30)) == gone


def test_the_trials_table_imported_again_changes_nothing(client, edition, tmp_path):
    file = tmp_path / "trials.csv"
    file.write_text(read(client, "/data/trials.csv"), encoding="utf-8")
    before = {trial.home_number: trial.facts() for trial in Trial.objects.public()}
    report = tmp_path / "report.json"

    call_command("import_trials", str(file), report=report)

    assert {trial.home_number: trial.facts() for trial in Trial.objects.public()} == before
    assert json.loads(report.read_text())["refused"] == 0


def test_the_trials_table_imported_into_an_empty_site_gives_the_same_trials(client, edition, tmp_path):
    file = tmp_path / "trials.csv"
    file.write_text(read(client, "/data/trials.csv"), encoding="utf-8")
    columns = "brief_title acronym overall_status phases study_type enrollment allocation masking start_date".split()
    before = Trial.objects.values(*columns).get(home_number="NCT04745299")

    TrialSnapshot.objects.all()._raw_delete("default")
    TherapyTrial.objects.all().delete()
    Trial.objects.filter(home_number="NCT04745299").delete()

    call_command("import_trials", str(file))

    assert Trial.objects.values(*columns).get(home_number="NCT04745299") == before
