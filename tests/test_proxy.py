"""deploy/nginx.conf in a real nginx, in front of a stand-in for the site: what is kept, for how long, and what may be sent.

nginx counts lifetimes in whole seconds: what may be kept for one is gone after two.
"""

import http.client
import os
import shutil
import subprocess
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.faults.stack import free_port, proxy_conf

CONF = (Path(__file__).resolve().parent.parent / "deploy" / "nginx.conf").read_text()
PAGE = "/drugs/abc/"

pytestmark = pytest.mark.skipif(
    shutil.which("nginx") is None or os.geteuid() != 0, reason="needs nginx (Debian: apt-get install nginx) and root"
)


class Site(ThreadingHTTPServer):
    """Says of every address what a test tells it to: a status, its Cache-Control and a text. `None`: hangs up."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.status, self.lifetime, self.text = 200, "", "before"
        self.asked = []
        self.goes_on = threading.Event()

    def says(self, status, lifetime="", text=""):
        self.status, self.lifetime, self.text = status, lifetime, text


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(self)
        if self.path == "/slow/":
            self.server.goes_on.wait(20)
        if self.server.status is None:
            self.close_connection = True
            return
        content = self.server.text.encode()
        self.send_response(self.server.status)
        if self.server.lifetime:
            self.send_header("Cache-Control", self.server.lifetime)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET

    def log_message(self, *words):
        pass


class Proxy:
    def __init__(self, folder, site, conf):
        self.folder, self.port = folder, free_port()
        (folder / "cache").mkdir()
        (folder / "nginx.conf").write_text(proxy_conf(conf, folder, site.server_port, self.port))
        self.process = subprocess.Popen(["nginx", "-c", str(folder / "nginx.conf"), "-g", "daemon off;"])
        for _try in range(200):
            with suppress(OSError):
                self.answer("GET", "/up/")
                break
            time.sleep(0.05)

    def answer(self, method, address, size=None, sent=b""):
        """Status and text. `size`: what the request says of its body, sent or not."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.putrequest(method, address)
            if size is not None:
                connection.putheader("Content-Length", str(size))
            connection.endheaders(sent or None)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def get(self, address=PAGE):
        return self.answer("GET", address)

    def read_until(self, status, seconds):
        """Read the page again and again, as many readers do. The last status."""
        end = time.monotonic() + seconds
        while (found := self.get()[0]) != status and time.monotonic() < end:
            time.sleep(0.05)
        return found

    def stop(self):
        self.process.terminate()
        self.process.wait(15)


@pytest.fixture
def site():
    site = Site()
    thread = threading.Thread(target=site.serve_forever, args=(0.05,))
    thread.start()
    yield site
    site.goes_on.set()
    site.shutdown()
    thread.join()
    site.server_close()


@pytest.fixture
def proxy(tmp_path, site, request):
    proxy = Proxy(tmp_path, site, getattr(request, "param", CONF))
    yield proxy
    proxy.stop()


@pytest.mark.parametrize(
    ("stale", "status", "lifetime"),
    [(600, 410, "public, max-age=10"), (600, 404, "public, max-age=10"), (2, 404, "")],
)
def test_a_withdrawn_page_goes_however_often_it_is_read(proxy, site, stale, status, lifetime):
    """At once with the lifetime that the site gives (drugs/views/caching.py), else when the page may no longer be shown."""
    site.says(200, f"public, max-age=1, stale-while-revalidate={stale}, stale-if-error=86400")
    assert proxy.get()[0] == 200

    site.says(status, lifetime)

    assert proxy.get()[0] == 200
    assert proxy.read_until(status, 8) == status
    assert {proxy.get()[0] for _time in range(20)} == {status}


@pytest.mark.parametrize("stale", ["", ", stale-while-revalidate=1"])
def test_nobody_gets_an_old_page_while_the_site_is_well(proxy, site, stale):
    """Nor the page from before a scheduled edition, which says that it may not be shown later."""
    site.says(200, f"public, max-age=1{stale}, stale-if-error=86400", "before")
    assert proxy.get() == (200, "before")

    site.says(200, "public, max-age=60", "after")
    time.sleep(3.2)

    assert proxy.get() == (200, "after")


def test_a_page_is_shown_while_it_is_asked_for_anew(proxy, site):
    site.says(200, "public, max-age=1, stale-while-revalidate=600", "before")
    proxy.get()

    site.says(200, "public, max-age=60", "after")
    time.sleep(2.2)

    assert proxy.get() == (200, "before")
    time.sleep(0.5)
    assert proxy.get() == (200, "after")


def test_a_page_goes_on_while_nobody_can_answer(proxy, site):
    site.says(200, "public, max-age=1, stale-if-error=1", "before")
    proxy.get()
    time.sleep(3.2)

    for status in (500, 502, 503, 504, None):
        site.says(status, "no-store")
        assert proxy.get() == (200, "before"), status


@pytest.mark.parametrize("proxy", [CONF.replace("max_conns=64", "max_conns=1")], indirect=True, ids=["a line of one"])
def test_a_page_goes_on_while_the_line_is_full(proxy, site):
    site.says(200, "public, max-age=1", "before")
    proxy.get()
    time.sleep(2.2)

    reader = threading.Thread(target=proxy.get, args=("/slow/",))
    reader.start()
    while not any(one.path == "/slow/" for one in site.asked):
        time.sleep(0.05)

    assert proxy.get() == (200, "before")
    assert proxy.get("/drugs/another/")[0] == 503
    site.goes_on.set()
    reader.join()


MB = 1024 * 1024


@pytest.mark.parametrize(
    ("address", "taken", "refused"),
    [
        ("/corrections/new/", 40_000, 70_000),
        ("/api/v1/trials/", 40_000, 70_000),
        ("/preview/token/", 40_000, 70_000),
        ("/admin/drugs/portrait/add/", 15 * MB, 17 * MB),
        ("/admin/drugs/trial/import/", 17 * MB, 211 * MB),
    ],
)
def test_nobody_fills_the_disk_of_the_proxy(proxy, site, address, taken, refused):
    assert proxy.answer("POST", address, taken, b"x" * taken)[0] == 200
    asked = site.asked[-1]
    assert proxy.answer("POST", address, refused)[0] == 413

    assert site.asked[-1] is asked
    assert asked.path == address
    assert asked.headers["X-Forwarded-For"] == "127.0.0.1"
    assert asked.headers["X-Forwarded-Proto"] == "http"


def test_nothing_for_staff_and_no_preview_is_kept(proxy, site):
    for address in ("/admin/", "/admin/drugs/trial/import/", "/preview/token/"):
        for text in ("one", "two"):
            site.says(200, "public, max-age=60", text)
            assert proxy.get(address) == (200, text)


def test_an_address_of_staff_without_its_last_slash_leads_on_by_its_own_scheme(proxy, site):
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=30)
    connection.request("GET", "/admin")
    answer = connection.getresponse()

    assert (answer.status, answer.headers["Location"]) == (301, "/admin/")
    connection.close()


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", "br"),
        ("deflate, gzip", "gzip"),
        ("br;q=0, gzip", ""),
        ("identity", ""),
        ("", ""),
    ],
)
def test_the_site_is_asked_for_what_it_can_send(proxy, site, accepts, encoding):
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=30)
    connection.request("GET", PAGE, headers={"Accept-Encoding": accepts})
    connection.getresponse().read()
    connection.close()

    assert site.asked[-1].headers.get("Accept-Encoding", "") == encoding


def test_no_address_is_written_down(proxy, site):
    for address in ("/alerts/key/", "/preview/token/", "/admin/account/password/reset/key/abc/", "/search/?q=name"):
        proxy.get(address)

    assert (proxy.folder / "nginx-access.log").read_text() == ""
