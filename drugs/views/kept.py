"""Bytes of public pages, compressed too, kept once per content version in each process: `KEPT_PAGES_MB`, off when unset.

What is kept is a whole answer to an anonymous GET, by host, scheme, address and encoding. It is good while the content
version is the same and the next scheduled moment has not come. The version is asked for once a second, so a public change
shows a second later at most; nobody with a cookie ever gets a kept answer. Pages with portraits are never kept.
"""

import datetime as dt
import gzip
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import brotli
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from drugs.middleware import Handler, is_staff_path
from drugs.models import ContentVersion
from drugs.views.caching import KeptUntil, lifetime

Key = tuple[str, str, str, str]
LARGEST = 1_000_000
_ASK_EVERY = 1.0
_NOT_AGAIN = {"content-length", "cache-control", "x-request-id"}
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
    etag: str
    headers: tuple[tuple[str, str], ...]
    content: bytes


class Store:
    """Answers by key, the longest unused taken away when there are too many bytes. Shared by the threads of a process."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes, self.size = most_bytes, 0
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._version, self._asked = -1, 0.0

    def version(self) -> int:
        now = time.monotonic()
        if self._version < 0 or now - self._asked >= _ASK_EVERY:
            self._version, self._asked = ContentVersion.current(), now
        return self._version

    def get(self, key: Key, version: int, at: dt.datetime) -> Kept | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept.version != version or at >= kept.until:
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


def kept_pages(get_response: Handler) -> Handler:
    """Within SecurityMiddleware, which redirects and adds its own headers; around everything else."""
    store = Store(settings.KEPT_PAGES_MB * 1024 * 1024)
    if not store.most_bytes:
        return get_response

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method != "GET" or request.headers.get("Cookie") or request.headers.get("Authorization"):
            return get_response(request)
        if is_staff_path(request) or "Range" in request.headers:
            return get_response(request)
        key = (request.get_host(), request.scheme or "", request.get_full_path(), _encoding(request))
        at = timezone.now()
        if kept := store.get(key, store.version(), at):
            return _answer(request, kept, at)
        response = get_response(request)
        if (kept := _kept(response, key[3], at)) is not None:
            store.put(key, kept)
            return _answer(request, kept, at)
        return response

    return middleware


def _encoding(request: HttpRequest) -> str:
    """The best encoding that the reader takes, '' for none: words without a weight of 0."""
    accepted = {}
    for part in request.headers.get("Accept-Encoding", "").split(","):
        name, _semicolon, weight = part.partition(";")
        accepted[name.strip().lower()] = weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return next((name for name in ("br", "gzip") if accepted.get(name)), "")


def _kept(response: HttpResponse, encoding: str, at: dt.datetime) -> Kept | None:
    """The answer to keep, or None for one that has to be made anew."""
    found: KeptUntil | None = getattr(response, "kept_until", None)
    if found is None or response.status_code != 200 or response.streaming or response.cookies:
        return None
    varies = {name.strip().lower() for name in response.get("Vary", "").split(",")} - {"", "accept-encoding"}
    if varies or response.has_header("Content-Encoding") or "'nonce-" in response.get("Content-Security-Policy", ""):
        return None
    if len(response.content) > LARGEST:
        return None
    patch_vary_headers(response, ["Accept-Encoding"])
    if encoding:
        response["Content-Encoding"] = encoding
    headers = tuple((name, value) for name, value in response.items() if name.lower() not in _NOT_AGAIN)
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)
    until = min(found.upcoming, midnight) if found.upcoming else midnight
    return Kept(found.version, until, found.upcoming, response["ETag"], headers, _WRITERS[encoding](response.content))


def _answer(request: HttpRequest, kept: Kept, at: dt.datetime) -> HttpResponse:
    is_known = kept.etag in parse_etags(request.headers.get("If-None-Match", ""))
    response = HttpResponse(b"" if is_known else kept.content, status=304 if is_known else 200)
    for name, value in kept.headers:
        if not (is_known and name.lower() in ("content-type", "content-encoding")):
            response[name] = value
    if is_known:
        del response["Content-Type"]
    else:
        response["Content-Length"] = str(len(kept.content))
    response["Cache-Control"] = lifetime(at, kept.upcoming)
    return response
