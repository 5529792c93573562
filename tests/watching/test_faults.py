"""What happens when a part of the site is away: said in time, nothing half-done, staff are told."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from alliance.urls import urlpatterns as site_patterns
from drugs.models import Organisation
from drugs.watching.state import warnings
from tests.factories import live_edition

ROOT = Path(__file__).resolve().parents[2]


@csrf_exempt  # as each public view that takes what a reader sends
def write(request):
    slug = request.GET.get("slug", "written")
    with transaction.atomic():  # the record and its line in the audit log, as the admin does it
        Organisation.objects.create(slug=slug, name=f"written {slug}".ljust(200, "x"))
    return HttpResponse("written")


@csrf_exempt
def full_disk(request):
    raise OSError(errno.ENOSPC, "No space left on device")


urlpatterns = [path("write/", write), path("full/", full_disk), *site_patterns]
handler404, handler500 = "drugs.views.errors.not_found", "drugs.views.errors.server_error"
here = override_settings(ROOT_URLCONF="tests.watching.test_faults")

PROBE = """
import time, django
django.setup()
from django.test import Client
client = Client(raise_request_exception=False)
client.get("/healthz")  # Django itself has started
for address in ("/", "/drugs/", "/drugs/riluzole/", "/api/v1/therapies/", "/updates/feed/", "/readyz", "/healthz"):
    began = time.monotonic()
    response = client.get(address)
    text = response.content.decode()
    in_time = time.monotonic() - began < 2
    start = text[:90].replace("\\n", " ")
    print(address, response.status_code, response.get("Retry-After"), "site.css" in text, in_time, start, sep="|")
"""


@pytest.fixture(scope="module")
def without_a_database():
    """Answers of a site whose database refuses connections."""
    answer = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=ROOT,
        env=os.environ
        | {
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
            "DEBUG": "false",
            "DJANGO_SETTINGS_MODULE": "alliance.settings",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert answer.returncode == 0, answer.stderr[-2000:]
    return {line.split("|")[0]: line.split("|")[1:] for line in answer.stdout.splitlines()}


@pytest.mark.parametrize("address", ["/", "/drugs/", "/drugs/riluzole/", "/updates/feed/"])
def test_without_a_database_pages_are_a_styled_503_within_two_seconds(without_a_database, address):
    assert without_a_database[address][:4] == ["503", "30", "True", "True"]


def test_without_a_database_the_api_says_so_as_problem_details(without_a_database):
    status, retry, _styled, in_time, text = without_a_database["/api/v1/therapies/"]

    assert (status, retry, in_time) == ("503", "30", "True")
    assert '"status": 503' in text


def test_without_a_database_readyz_says_why_and_healthz_is_alive(without_a_database):
    assert without_a_database["/readyz"][0] == "503"
    assert "the database does not answer" in without_a_database["/readyz"][4]
    assert without_a_database["/readyz"][3] == "True"
    assert without_a_database["/healthz"][0] == "200"


@pytest.fixture
def read_only(transactional_db):
    live_edition("riluzole")
    on, off = {
        "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
        "postgresql": (
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        ),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(on)
    yield
    with connection.cursor() as cursor:
        cursor.execute(off)


@pytest.mark.parametrize(
    "address", ["/", "/drugs/", "/drugs/riluzole/", "/trials/", "/search/?q=riluzole", "/glossary/"]
)
def test_a_read_only_database_serves_readers(read_only, client, address):
    assert client.get(address).status_code == 200


@here
def test_a_read_only_database_takes_nothing_and_says_so(read_only):
    response = Client(raise_request_exception=False).post("/write/")

    assert response.status_code == 503
    assert "Nothing was saved" in response.content.decode()
    assert response["Retry-After"] == "30"
    assert "no-store" in response["Cache-Control"]


def test_a_read_only_database_is_told_to_staff(read_only):
    assert "nothing that you save is kept" in {f.name: f.warning for f in warnings(timezone.now())}["Database"]


@here
def test_a_full_disk_under_the_database_takes_nothing_and_says_so(transactional_db):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's own disk: tests/faults/")
    live_edition("riluzole")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
    client = Client(raise_request_exception=False)
    try:
        answers = [client.post(f"/write/?slug=s{n}") for n in range(300)]
        page = client.get("/drugs/riluzole/")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")

    statuses = [answer.status_code for answer in answers]
    assert 503 in statuses
    assert set(statuses) <= {200, 503}
    assert Organisation.objects.filter(name__startswith="written s").count() == statuses.count(200)
    assert page.status_code == 200


@here
def test_a_full_disk_for_files_says_so(db):
    response = Client(raise_request_exception=False).post("/full/")

    assert response.status_code == 503
    assert "Nothing was saved" in response.content.decode()


_AWAY = {
    "BACKEND": "alliance.caches.RedisCache",
    "LOCATION": "redis://127.0.0.1:1/0",
    "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
}
CACHE_AWAY = {"default": _AWAY, "content": _AWAY}


@override_settings(CACHES=CACHE_AWAY)
@pytest.mark.parametrize("address", ["/", "/drugs/", "/drugs/riluzole/", "/trials/", "/search/?q=riluzole"])
def test_without_a_cache_pages_are_whole(db, client, address):
    live_edition("riluzole")

    assert client.get(address).status_code == 200


@override_settings(CACHES=CACHE_AWAY)
def test_without_a_cache_staff_are_told(db):
    assert "The cache is away" in {f.name: f.warning for f in warnings(timezone.now())}["Cache"]
