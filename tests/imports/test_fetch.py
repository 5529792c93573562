"""Fetching from a registry that answers, errors, stalls and cuts off like the real one."""

import datetime as dt
import json
import threading
import time
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from drugs.imports.fetch import Client, FetchError, query
from drugs.models import Trial


def study(number):
    return {"protocolSection": {"identificationModule": {"nctId": number, "briefTitle": f"Study {number}"}}}


def page(*numbers, next_token="", **more):
    answer = {"studies": [study(number) for number in numbers]} | more
    return json.dumps(answer | ({"nextPageToken": next_token} if next_token else {})).encode()


@pytest.fixture
def registry():
    """A server that gives the listed answers in turn: bytes, a status, 'stall', 'cut' or 'drop'. It notes what it was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked.append(parse_qs(urlparse(self.path).query))
            answer = self.server.answers.pop(0)
            if answer == "stall":
                time.sleep(1)
                return
            if answer == "drop":
                self.connection.close()
                return
            if isinstance(answer, int | tuple):
                status, after = answer if isinstance(answer, tuple) else (answer, "7")
                self.send_response(status)
                self.send_header("Retry-After", after)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            body, sent = (page("NCT01363401"), 20) if answer == "cut" else (answer, None)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:sent])

        def log_message(self, *args):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.answers = [], []
    server.address = f"http://127.0.0.1:{server.server_address[1]}/"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def client(registry, **options):
    waits = []
    made = Client(registry.address, timeout=0.3, wait=waits.append, **options)
    return made, waits


def test_pages_are_followed_to_the_last_with_a_pause_between(registry):
    registry.answers += [page("NCT00000001", next_token="b"), page("NCT00000002")]
    asker, waits = client(registry, pause=1.5)

    pages = list(asker.pages(query("als")))

    numbers = [each["protocolSection"]["identificationModule"]["nctId"] for studies in pages for each in studies]
    assert numbers == ["NCT00000001", "NCT00000002"]
    assert [asked.get("pageToken") for asked in registry.asked] == [None, ["b"]]
    assert waits == [1.5]


@pytest.mark.parametrize(
    "failure",
    [
        500,
        503,
        429,
        408,
        "stall",
        "cut",
        "drop",
        b"<html>",
        b"[]",
        b'{"studies": 1}',
        b'{"error": "busy"}',
        b"[" * 99_999,
    ],
)
def test_a_passing_failure_is_asked_again(registry, failure):
    registry.answers += [failure, page("NCT00000001")]
    asker, waits = client(registry)

    assert len(list(asker.pages(query("als")))) == 1
    assert waits[0] == (7 if isinstance(failure, int) else 2)


def test_what_retry_after_asks_for_is_waited(registry):
    soon = format_datetime(timezone.now() + dt.timedelta(seconds=90), usegmt=True)
    registry.answers += [(429, "120"), (503, soon), (503, "soon"), page("NCT00000001")]
    asker, waits = client(registry, pause=0)

    assert len(list(asker.pages(query("als")))) == 1
    waited = [wait for wait in waits if wait]
    assert waited[0] == 120
    assert 80 < waited[1] <= 90
    assert waited[2] == 8


def test_a_registry_that_asks_for_longer_ends_the_command(registry):
    registry.answers += [(429, "7200")]
    asker, waits = client(registry)

    with pytest.raises(FetchError, match="come back in 120 minutes"):
        list(asker.pages(query("als")))
    assert waits == []


def test_waits_grow_and_none_is_longer_than_a_minute(registry):
    registry.answers += ["drop"] * 8
    asker, waits = client(registry, tries=8, pause=0)

    with pytest.raises(FetchError):
        list(asker.pages(query("als")))
    assert [wait for wait in waits if wait] == [2, 4, 8, 16, 32, 60, 60]


def test_fewer_studies_than_the_registry_says_it_has_are_not_taken(registry):
    registry.answers += [page("NCT00000001", totalCount=3, next_token="b"), page("NCT00000002")]
    asker, _waits = client(registry)

    with pytest.raises(FetchError, match="has 3 studies and gave 2"):
        list(asker.pages(query("als")))


def test_a_registry_that_keeps_failing_ends_in_one_sentence(registry):
    registry.answers += [500] * 3
    asker, _waits = client(registry, tries=3)

    with pytest.raises(FetchError, match="3 tries"):
        list(asker.pages(query("als")))


def test_a_refusal_is_not_asked_again(registry):
    registry.answers += [400]
    asker, _waits = client(registry)

    with pytest.raises(FetchError, match="HTTP 400"):
        list(asker.pages(query("als")))
    assert len(registry.asked) == 1


def test_the_same_page_for_ever_ends(registry):
    registry.answers += [page("NCT00000001", next_token="a")] * 3
    asker, _waits = client(registry)

    with pytest.raises(FetchError, match="same page"):
        list(asker.pages(query("als")))


def test_only_https_is_asked():
    with pytest.raises(FetchError):
        Client("http://example.org/")


@pytest.mark.django_db
def test_the_command_feeds_the_same_pipeline(registry):
    registry.answers += [page("NCT00000001", next_token="b"), page("NCT00000002")]

    call_command("fetch_trials", "--ids", "nct00000001", "NCT00000002", "--address", registry.address, "--pause", "0")

    assert registry.asked[0]["filter.ids"] == ["NCT00000001|NCT00000002"]
    assert Trial.objects.count() == 2


@pytest.mark.django_db
def test_numbers_that_the_registry_does_not_know_are_named(registry, capsys):
    registry.answers += [page("NCT00000001")]

    call_command("fetch_trials", "--ids", "NCT00000001", "nct00000009", "--address", registry.address, "--pause", "0")

    assert "does not know, or hides: NCT00000009" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_failing_registry_writes_nothing(registry):
    registry.answers += [page("NCT00000001", next_token="b"), 404]

    with pytest.raises(CommandError):
        call_command("fetch_trials", "--condition", "als", "--address", registry.address, "--pause", "0")
    assert not Trial.objects.exists()


def test_a_question_is_needed():
    with pytest.raises(CommandError):
        call_command("fetch_trials")
    with pytest.raises(CommandError):
        call_command("fetch_trials", "--ids", "ISRCTN12345678")
