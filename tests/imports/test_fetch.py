"""Fetching from a registry that answers, errors, stalls and cuts off like the real one."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

import pytest
from django.core.management import CommandError, call_command

from drugs.imports.fetch import Client, FetchError, query
from drugs.models import Trial


def study(number):
    return {"protocolSection": {"identificationModule": {"nctId": number, "briefTitle": f"Study {number}"}}}


def page(*numbers, next_token=""):
    return json.dumps(
        {"studies": [study(number) for number in numbers]} | ({"nextPageToken": next_token} if next_token else {})
    ).encode()


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
            if isinstance(answer, int):
                self.send_response(answer)
                self.send_header("Retry-After", "7")
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
    threading.Thread(target=server.serve_forever, daemon=True).start()
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


@pytest.mark.parametrize("failure", [500, 503, 429, "stall", "cut", "drop", b"<html>", b"[]", b'{"studies": 1}'])
def test_a_passing_failure_is_asked_again(registry, failure):
    registry.answers += [failure, page("NCT00000001")]
    asker, waits = client(registry)

    assert len(list(asker.pages(query("als")))) == 1
    assert waits[0] == (7 if isinstance(failure, int) else 2)


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
