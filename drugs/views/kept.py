"""Bytes of public pages, compressed too, kept in each process: `KEPT_PAGES_MB`, off when unset.

What is kept is a whole answer to an anonymous GET, by host, scheme, address and encoding. It is good while the content
version is the same, or left the page as it was (`drugs/unchanged.py`), and the next scheduled moment has not come. Once a
second the site is asked, as a browser asks, whether what is kept has changed, so a public change shows a second later at most,
and a site without its database says so. Nobody with a cookie ever gets a kept answer. Pages with portraits are never kept.

It stands around Django's own WSGI application (alliance/wsgi.py): a kept answer costs neither a request object nor a
middleware. It carries the headers that they had given it, and is counted and logged as any other.
"""

import datetime as dt
import gzip
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import brotli
from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from drugs.views.caching import KeptUntil, lifetime
from drugs.watching.requests import HEADER as REQUEST_ID
from drugs.watching.requests import note_answer, request_id_from

Key = tuple[str, str, str, str]
LARGEST = 1_000_000
ASK_AFTER = 1.0  # seconds
#: What each answer says anew.
_NOT_KEPT = {"content-length", "cache-control", REQUEST_ID.lower()}
#: What an answer without content does not say.
_OF_CONTENT = {"content-type", "content-encoding", "content-language"}
_WRITERS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda content: brotli.compress(content, quality=5),
    "gzip": lambda content: gzip.compress(content, 6, mtime=0),
    "": lambda content: content,
}


@dataclass(frozen=True)
class Kept:
    version: int
    until: dt.datetime  # the next moment at which something scheduled changes, or the day
    upcoming: dt.datetime | None
    route: str
    etag: str
    headers: tuple[tuple[str, str], ...]
    content: bytes

    def still_good(self, found: KeptUntil, at: dt.datetime) -> "Kept":
        """The same, of a content version that left it as it was."""
        return replace(self, version=found.version, until=_until(found, at), upcoming=found.upcoming)


class Store:
    """Answers by key, the longest unused taken away when there are too many bytes. Shared by the threads of a process."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes, self.size = most_bytes, 0
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._version, self._learned = -1, float("-inf")

    def learn(self, version: int, at: float) -> None:
        """The site read this content version at this moment of time.monotonic()."""
        if version >= self._version:
            self._version, self._learned = version, at

    def is_current(self, kept: Kept) -> bool:
        """Of the content version of at most a second ago."""
        return kept.version == self._version and time.monotonic() - self._learned < ASK_AFTER

    def get(self, key: Key, at: dt.datetime) -> Kept | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or at >= kept.until:
                return None
            self._kept.move_to_end(key)
            return kept

    def put(self, key: Key, kept: Kept) -> None:
        with self._lock:
            if before := self._kept.pop(key, None):
                self.size -= len(before.content)
            self._kept[key] = kept
            self.size += len(kept.content)
            while self.size > self.most_bytes:
                _key, oldest = self._kept.popitem(last=False)
                self.size -= len(oldest.content)


class KeptPages:
    """A WSGI application that answers from what is kept, and keeps what the application behind it allows."""

    def __init__(self, application: WSGIApplication, store: Store) -> None:
        self.application, self.store = application, store

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        key = _key(environ)
        if key is None:
            return self.application(environ, start_response)
        began, at = time.perf_counter(), timezone.now()
        kept = self.store.get(key, at)
        if kept is None or not self.store.is_current(kept):
            return self._asked(environ, start_response, key, at, kept)
        request_id = request_id_from(environ.get("HTTP_X_REQUEST_ID", ""))
        status, headers, content = _answer(kept, environ, at)
        note_answer("GET", kept.route, int(status[:3]), time.perf_counter() - began, request_id)
        start_response(status, [*headers, (REQUEST_ID, request_id)])
        return content

    def _asked(
        self, environ: WSGIEnvironment, start_response: StartResponse, key: Key, at: dt.datetime, kept: Kept | None
    ) -> Iterable[bytes]:
        """The application's answer. Asked whether what is kept is still good, it answers 304, and the log says so."""
        moment, said = time.monotonic(), []
        asked = environ | {"HTTP_IF_NONE_MATCH": kept.etag} if kept else environ
        response = self.application(asked, lambda *start: said.append(start))  # type: ignore[arg-type,return-value]
        if found := getattr(response, "kept_until", None):
            self.store.learn(found.version, moment)
        if not isinstance(response, HttpResponse):
            start_response(*said[0])
            return response
        if kept and found and response.status_code == HTTPStatus.NOT_MODIFIED:
            kept = kept.still_good(found, at)
        else:
            kept = _kept(response, key, at)
            if kept is None:
                start_response(*said[0])
                return response
        self.store.put(key, kept)
        status, headers, content = _answer(kept, environ, at)
        start_response(status, [*headers, (REQUEST_ID, response[REQUEST_ID])])
        response.close()
        return content


def kept_pages(application: WSGIApplication) -> WSGIApplication:
    """`application` itself where nothing is to be kept."""
    store = Store(settings.KEPT_PAGES_MB * 1024 * 1024)
    return KeptPages(application, store) if store.most_bytes else application


def _key(environ: WSGIEnvironment) -> Key | None:
    """Host, scheme, address and encoding of a request that may have a kept answer. Hosts are checked before any is kept."""
    is_anyones = environ["REQUEST_METHOD"] == "GET" and not any(
        environ.get(name) for name in ("HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_RANGE")
    )
    if not is_anyones or not environ.get("HTTP_HOST"):
        return None
    proxy_header = (settings.SECURE_PROXY_SSL_HEADER or ("",))[0]
    scheme = f"{environ['wsgi.url_scheme']} {environ.get(proxy_header, '')}"
    address = f"{environ.get('SCRIPT_NAME', '')}{environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}"
    return environ["HTTP_HOST"], scheme, address, _encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))


def _encoding(accepts: str) -> str:
    """The best encoding that the reader takes, '' for none: words without a weight of 0."""
    accepted = {}
    for part in accepts.split(","):
        name, _semicolon, weight = part.partition(";")
        accepted[name.strip().lower()] = weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return next((name for name in ("br", "gzip") if accepted.get(name)), "")


def _kept(response: HttpResponse, key: Key, at: dt.datetime) -> Kept | None:
    """The answer to keep, or None for one that has to be made anew."""
    found: KeptUntil | None = getattr(response, "kept_until", None)
    if found is None or response.status_code != 200 or response.streaming or response.cookies:
        return None
    varies = {name.strip().lower() for name in response.get("Vary", "").split(",")} - {"", "accept-encoding"}
    if varies or response.has_header("Content-Encoding") or "'nonce-" in response.get("Content-Security-Policy", ""):
        return None
    if len(response.content) > LARGEST:
        return None
    encoding = key[3]
    patch_vary_headers(response, ["Accept-Encoding"])
    if encoding:
        response["Content-Encoding"] = encoding
    headers = tuple((name, value) for name, value in response.items() if name.lower() not in _NOT_KEPT)
    content = _WRITERS[encoding](response.content)
    return Kept(found.version, _until(found, at), found.upcoming, found.route, response["ETag"], headers, content)


def _until(found: KeptUntil, at: dt.datetime) -> dt.datetime:
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)
    return min(found.upcoming, midnight) if found.upcoming else midnight


def _answer(kept: Kept, environ: WSGIEnvironment, at: dt.datetime) -> tuple[str, list[tuple[str, str]], list[bytes]]:
    """Status, headers and content for this reader: how long it is still good, and 304 for whoever has it."""
    headers = [("Cache-Control", lifetime(at, kept.upcoming))]
    if kept.etag in parse_etags(environ.get("HTTP_IF_NONE_MATCH", "")):
        return "304 Not Modified", headers + [one for one in kept.headers if one[0].lower() not in _OF_CONTENT], []
    return "200 OK", [*headers, *kept.headers, ("Content-Length", str(len(kept.content)))], [kept.content]
