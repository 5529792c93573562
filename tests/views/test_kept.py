"""Kept bytes: the same answer for less work, never a stale one, never one for staff."""

import datetime as dt
import gzip
import logging
import time

import brotli
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from drugs.models import ContentVersion
from drugs.views import caching, kept
from drugs.views.kept import Kept, Store, kept_pages
from tests import factories
from tests.admin.people import staff
from tests.server import Server, connection_that_lives

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
PAGES = ["/", "/drugs/", "/drugs/kept/", "/trials/?status=RECRUITING", "/updates/feed/", "/glossary/"]


@pytest.fixture(autouse=True)
def _kept(settings, monkeypatch):
    """Switched on, and the site asked each time whether a page has changed."""
    settings.KEPT_PAGES_MB = 1
    monkeypatch.setattr(kept, "ASK_AFTER", 0.0)
    factories.live_edition("kept")
    with connection_that_lives():
        yield


@pytest.fixture
def client():
    return Server(kept_pages(WSGIHandler()))


@pytest.fixture
def plain():
    return Server(WSGIHandler()).get


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
def test_whether_a_kept_page_has_changed_takes_one_query(client, django_assert_num_queries, address):
    client.get(address)

    with django_assert_num_queries(1):
        client.get(address)


def test_within_a_second_nothing_is_asked(client, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(kept, "ASK_AFTER", 60.0)
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


@pytest.mark.parametrize("header", ["Cookie", "Authorization", "Range"])
def test_whoever_has_a_cookie_or_asks_for_a_part_gets_nothing_kept(client, header):
    client.get("/drugs/", headers={"Accept-Encoding": "br"})

    response = client.get("/drugs/", headers={"Accept-Encoding": "br", header: "a=b"})

    assert "Content-Encoding" not in response


def test_staff_pages_are_never_kept(client):
    signed_in = Client()
    signed_in.force_login(staff("superuser"))
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in signed_in.cookies.items())

    assert client.get("/admin/", headers={"Cookie": cookie})["Cache-Control"].count("no-store") == 1
    assert client.get("/admin/").status_code == 302


def test_only_get_is_kept(client):
    client.get("/drugs/")

    assert "Content-Encoding" not in client.get("/drugs/", {"Accept-Encoding": "br"}, method="HEAD")
    assert client.get("/drugs/", method="POST").status_code == 405


def test_a_kept_answer_is_counted_and_logged_as_any_other(client, caplog, monkeypatch):
    monkeypatch.setattr(kept, "ASK_AFTER", 60.0)
    caplog.set_level(logging.INFO, "site.requests")

    for number in "ab":
        response = client.get("/drugs/kept/", headers={"X-Request-ID": number * 12})
        assert response["X-Request-ID"] == number * 12

    assert [(one.method, one.route, one.status) for one in caplog.records] == [
        ("GET", "drugs/<slug:slug>/", 200),
    ] * 2  # fmt: skip


def test_without_its_database_the_site_says_so(client, monkeypatch):
    client.get("/drugs/")

    def away(*args):
        raise OperationalError

    monkeypatch.setattr(caching, "content_state", away)
    assert client.get("/drugs/").status_code == 503
    monkeypatch.undo()
    assert client.get("/drugs/").status_code == 200


def test_a_page_of_https_is_not_that_of_http(settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True
    client = Server(kept_pages(WSGIHandler()))

    assert client.get("/drugs/kept/", headers={"X-Forwarded-Proto": "https"}).status_code == 200
    assert client.get("/drugs/kept/").status_code == 301


def test_nothing_is_kept_of_errors_and_forms(client):
    assert client.get("/drugs/none/").status_code == 404
    assert client.get("/corrections/new/").content != client.get("/corrections/new/").content


def test_another_host_is_another_page(client, settings):
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]

    assert client.get("/drugs/", headers={"host": "one.example"}).status_code == 200
    assert client.get("/drugs/", headers={"host": "evil.example"}).status_code == 400


def test_without_the_setting_there_is_no_such_step(settings):
    settings.KEPT_PAGES_MB = 0

    site = WSGIHandler()

    assert kept_pages(site) is site


def test_the_longest_unused_goes_when_there_is_too_much():
    store, at = Store(2500), timezone.now()
    for number in range(3):
        if number == 2:
            store.get(("0",) * 4, at)
        until = at + dt.timedelta(days=1)
        store.put((str(number),) * 4, Kept(1, until, None, "", "", (), b"x" * 1000))

    assert store.get(("1",) * 4, at) is None
    assert store.get(("0",) * 4, at)
    assert store.size == 2000


def test_an_answer_that_comes_late_does_not_turn_the_version_back(monkeypatch):
    monkeypatch.setattr(kept, "ASK_AFTER", 60.0)
    store, now = Store(1), time.monotonic()
    old, new = (Kept(version, timezone.now(), None, "", "", (), b"") for version in (1, 2))

    store.learn(2, now)
    store.learn(1, now)

    assert (store.is_current(old), store.is_current(new)) == (False, True)
