"""Links: alive, moved, dead; never a private address. Against a local server that misbehaves."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import call_command
from django.utils import timezone

from drugs.models import LinkCheck, Source
from drugs.publishing.checker import findings
from drugs.publishing.links import Answer, PrivateAddressError, ask, check_links, cited_links, public_address
from tests import factories

pytestmark = pytest.mark.django_db


class _Pages(BaseHTTPRequestHandler):
    def do_HEAD(self):
        status, location = {
            "/ok": (200, ""),
            "/gone": (404, ""),
            "/moved": (301, "/ok"),
            "/for-now": (302, "/ok"),
            "/loop": (302, "/loop"),
            "/inside": (302, "http://10.0.0.1/"),
            "/no-head": (405 if self.command == "HEAD" else 200, ""),
            "/not-welcome": (403, ""),
        }[self.path]
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def local_only(host, port):
    """Stands for DNS in these tests: our own server is let through, everything else is judged as always."""
    return host if host == "127.0.0.1" else public_address(host, port)


@pytest.mark.parametrize(
    ("path", "status", "moved", "failure"),
    [
        ("/ok", 200, "", False),
        ("/gone", 404, "", True),
        ("/moved", 200, "/ok", False),
        ("/for-now", 200, "", False),
        ("/no-head", 200, "", False),
        ("/not-welcome", 403, "", False),
        ("/loop", None, "", True),
        ("/inside", None, "", True),
    ],
)
def test_ask(server, path, status, moved, failure):
    answer = ask(server + path, resolve=local_only)

    assert (answer.status, answer.moved_to, answer.is_failure) == (status, moved and server + moved, failure)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "::1", "0.0.0.0", "100.64.0.1"]
)
def test_private_addresses_are_never_asked(host):
    with pytest.raises(PrivateAddressError):
        public_address(host, 80)


def test_ask_refuses_other_schemes_and_private_hosts():
    assert ask("ftp://example.org/").is_failure
    assert "public internet" in ask("http://127.0.0.1:1/").error
    assert "public internet" in ask("http://localhost/").error


def test_a_link_is_dead_after_two_failures_and_the_checker_says_so():
    edition = factories.EditionFactory(summary="", background="")
    source = factories.SourceFactory(edition=edition, url="https://example.org/gone")
    for _time in range(2):
        check_links([source.url], timezone.now, ask_one=lambda url: Answer(404), pause=0)

    assert LinkCheck.objects.get().is_dead
    assert "dead_link" in {finding.rule for finding in findings(edition)}
    check_links(
        [source.url], timezone.now, ask_one=lambda url: Answer(200, moved_to="https://example.org/new"), pause=0
    )
    assert not LinkCheck.objects.get().is_dead
    assert "moved_link" in {finding.rule for finding in findings(edition)}


def test_cited_links_take_hosts_in_turn():
    edition = factories.EditionFactory()
    for url in ("https://a.example/1", "https://a.example/2", "https://b.example/1"):
        factories.SourceFactory(edition=edition, url=url)

    assert cited_links(timezone.now()) == ["https://a.example/1", "https://b.example/1", "https://a.example/2"]


def test_retractions_mark_drafts_and_name_live_editions(tmp_path, capsys):
    live = factories.EditionFactory()
    factories.SourceFactory(edition=live, label="Live, 2020", doi="10.1000/X1")
    factories.publish(live)
    draft = factories.EditionFactory()
    factories.SourceFactory(edition=draft, label="Draft, 2020", doi="10.1000/x1")
    file = tmp_path / "retracted.csv"
    file.write_text("DOI,Retracted on\nhttps://doi.org/10.1000/x1,2026-05\n")

    call_command("check_retractions", file)

    assert Source.objects.get(edition=draft).retracted_on == "2026-05"
    assert Source.objects.get(edition=live).retracted_on == ""
    assert "is live and cites Live, 2020" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "says"), [("a,b\n1,2\n", "needs the columns"), ("DOI,Retracted on\n10.1/x,soon\n", "row 2")]
)
def test_retractions_refuse_a_bad_file(tmp_path, text, says):
    file = tmp_path / "retracted.csv"
    file.write_text(text)

    with pytest.raises(Exception, match=says):
        call_command("check_retractions", file)
