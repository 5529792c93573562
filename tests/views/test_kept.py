"""Kept bytes: the same answer for less work, never a stale one, never one for staff."""

import datetime as dt
import gzip
import time

import brotli
import pytest
from django.test import Client
from django.utils import timezone

from drugs.models import ContentVersion
from drugs.views import kept
from drugs.views.kept import Kept, Store
from tests import factories
from tests.admin.people import staff

pytestmark = pytest.mark.django_db
PAGES = ["/", "/drugs/", "/drugs/kept/", "/trials/?status=RECRUITING", "/updates/feed/", "/glossary/"]


@pytest.fixture(autouse=True)
def _kept(settings, monkeypatch):
    """Switched on, and the version asked for each time."""
    settings.KEPT_PAGES_MB = 1
    monkeypatch.setattr(kept, "_ASK_EVERY", 0.0)
    factories.live_edition("kept")


@pytest.fixture
def plain(settings):
    def get(address, **headers):
        settings.KEPT_PAGES_MB = 0
        return Client().get(address, headers=headers)

    return get


def shown(response):
    unchanging = {"x-request-id", "content-length", "vary", "content-encoding"}
    return {name: value for name, value in response.items() if name.lower() not in unchanging}


@pytest.mark.parametrize("address", PAGES)
def test_a_kept_page_is_the_page(client, plain, address):
    first, second = client.get(address), client.get(address)

    expected = plain(address)
    assert first.content == second.content == expected.content
    assert shown(first) == shown(second) == shown(expected)


@pytest.mark.parametrize("address", PAGES[1:])  # the start page has portraits, which go at once
def test_a_kept_page_asks_the_database_once(client, django_assert_num_queries, address):
    client.get(address)

    with django_assert_num_queries(1):
        client.get(address)


def test_a_version_is_asked_for_once_a_second(client, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(kept, "_ASK_EVERY", 60.0)
    client.get("/drugs/")

    with django_assert_num_queries(0):
        client.get("/drugs/")


@pytest.mark.parametrize(
    ("accepted", "encoding", "read"),
    [
        ("gzip, deflate, br", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("br;q=0, gzip", "gzip", gzip.decompress),
        ("", None, bytes),
        ("identity", None, bytes),
    ],
)
def test_a_kept_page_is_compressed_as_asked(client, plain, accepted, encoding, read):
    for _time in range(2):
        response = client.get("/drugs/", headers={"Accept-Encoding": accepted})

        assert response.get("Content-Encoding") == encoding
        assert response["Vary"] == "Accept-Encoding"
        assert read(response.content) == plain("/drugs/").content


def test_a_change_shows_at_once(client):
    client.get("/drugs/")
    etag = client.get("/drugs/")["ETag"]

    factories.live_edition("newer")
    ContentVersion.bump()

    response = client.get("/drugs/")
    assert "newer" in response.content.decode().lower()
    assert response["ETag"] != etag


def test_what_is_known_is_304(client):
    etag = client.get("/drugs/")["ETag"]

    response = client.get("/drugs/", headers={"If-None-Match": etag})

    assert response.status_code == 304
    assert not response.content
    assert response["ETag"] == etag
    assert "Content-Type" not in response
    assert client.get("/drugs/", headers={"If-None-Match": 'W/"other"'}).status_code == 200


def test_a_scheduled_edition_shows_when_its_time_comes(client):
    edition = factories.whole_edition("scheduled")
    factories.publish(edition, at=timezone.now() + dt.timedelta(seconds=1.2))
    before = client.get("/drugs/")
    assert "scheduled" not in before.content.decode().lower()
    assert before["Cache-Control"].startswith(("public, max-age=0", "public, max-age=1"))

    time.sleep(1.5)

    assert "scheduled" in client.get("/drugs/").content.decode().lower()


def test_staff_and_whoever_has_a_cookie_get_nothing_kept(client, django_assert_num_queries):
    client.get("/drugs/")
    signed_in = Client()
    signed_in.force_login(staff("superuser"))

    response = signed_in.get("/drugs/")

    assert "Content-Encoding" not in response
    assert signed_in.get("/admin/")["Cache-Control"].count("no-store") == 1


def test_nothing_is_kept_of_errors_and_forms(client):
    assert client.get("/drugs/none/").status_code == 404
    assert client.get("/corrections/new/").content != client.get("/corrections/new/").content


def test_another_host_is_another_page(client, settings):
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]

    assert client.get("/drugs/", headers={"host": "one.example"}).status_code == 200
    assert client.get("/drugs/", headers={"host": "evil.example"}).status_code == 400


def test_without_the_setting_there_is_no_such_step(settings):
    settings.KEPT_PAGES_MB = 0

    def get_response(request):
        return None

    assert kept.kept_pages(get_response) is get_response


def test_the_longest_unused_goes_when_there_is_too_much():
    store, at = Store(2500), timezone.now()
    for number in range(3):
        if number == 2:
            store.get(("0",) * 4, 1, at)
        until = at + dt.timedelta(days=1)
        store.put((str(number),) * 4, Kept(1, until, None, "", (), b"x" * 1000))

    assert store.get(("1",) * 4, 1, at) is None
    assert store.get(("0",) * 4, 1, at)
    assert store.size == 2000
