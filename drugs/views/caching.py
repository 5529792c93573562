"""HTTP caching of public pages: short-lived, revalidated by the content version, never private.

Rule: `Cache-Control: public, max-age=60, stale-while-revalidate=600, stale-if-error=86400`, an ETag from
the content version, the number of editions and announcements due at this moment, the day, the path and the accepted
parameters. No lifetime passes the next moment at which a scheduled edition goes live or an announcement changes. The
day, since pages count days ('738 days without results', the line 'today'): yesterday's page is another page.

What is not there, or not any more, has a lifetime too (`public, max-age=10`): a proxy keeps it in the place of the page that was
there. One that may not keep it would go on with that page.

Where pages are kept (`KEPT_PAGES_MB`), a process also knows what each of its pages was read from. A public change that left
all that as it was leaves the page its ETag: it is answered by 304, not made anew (docs/adr/0012).
"""

import datetime as dt
import functools
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connections, router
from django.http import Http404, HttpRequest, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import parse_etags

from drugs.furniture import Around, Furniture, furniture_of
from drugs.models import ContentVersion, Publication
from drugs.once import Content, restored
from drugs.replica import read_public
from drugs.unchanged import Reading, recorded
from drugs.views.errors import not_found
from drugs.watching.requests import route_of

MAX_AGE = 60
#: Of 404 and 410.
MAX_AGE_OF_NOTHING = 10
View = Callable[..., HttpResponseBase]


class KeptUntil(NamedTuple):
    """Of which content version an answer is, the next moment at which something scheduled changes, and of which route."""

    version: int
    upcoming: dt.datetime | None
    route: str


#: By hand: every page asks it, and building the two queries would cost the ORM more than the cheapest answer.
_STATE = (
    f"SELECT (SELECT value FROM {ContentVersion._meta.db_table} WHERE id = 1), COUNT(CASE WHEN goes_live_at <= %s THEN 1 END), "  # noqa: S608 (our own names)
    f"MIN(CASE WHEN goes_live_at > %s THEN goes_live_at END) FROM {Publication._meta.db_table} WHERE withdrawn_at IS NULL"
)


def content_state(at: dt.datetime) -> tuple[int, int, dt.datetime | None]:
    """The content version, how many editions are due at `at`, and when the next one goes live; in one query."""
    connection = connections[router.db_for_read(Publication)]
    moment = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [moment, moment])
        version, due, upcoming = cursor.fetchone()
    if isinstance(upcoming, str):  # SQLite keeps moments as text, in UTC
        upcoming = dt.datetime.fromisoformat(upcoming).replace(tzinfo=dt.UTC)
    return version or 0, due, upcoming


def etag_of(request: HttpRequest, version: int, due: int, day: dt.date) -> str:
    text = f"{settings.RELEASE}|{restored()}|{version}|{due}|{day}|{request.get_full_path()}"
    return f'W/"{hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:32]}"'


class Circumstances(NamedTuple):
    """All that a public page is made of besides the database: equal ones make the same page of the same answers."""

    address: str
    day: dt.date
    due: int
    furniture: Furniture


class Readings:
    """What pages of this process were read from, by address; those that nobody asked for longest are forgotten."""

    MOST = 500

    def __init__(self) -> None:
        self._found: OrderedDict[str, tuple[str, Circumstances, Reading]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, etag: str, circumstances: Circumstances, reading: Reading) -> None:
        with self._lock:
            self._found.pop(circumstances.address, None)
            self._found[circumstances.address] = etag, circumstances, reading
            while len(self._found) > self.MOST:
                self._found.popitem(last=False)

    def unchanged(self, etags: Collection[str], circumstances: Circumstances, at: dt.datetime) -> str | None:
        """The one of `etags` whose page would be made again just so. One page is asked for, however many a reader names."""
        with self._lock:
            found = self._found.get(circumstances.address)
            if found is None or found[0] not in etags:
                return None
            self._found.move_to_end(circumstances.address)
        etag, then, reading = found
        return etag if then == circumstances and reading.is_unchanged(at) else None


readings = Readings()


def public_page(view: View, *, shows_portraits: bool = False) -> View:
    """A view of published content: takes `at`, answers 304 where nothing changed, may be kept by anyone for a minute.

    With portraits on it a page is asked for anew each time: one that was taken down is gone at once, everywhere; within about a
    second where a replica is read.
    """

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase
        at = timezone.now()
        version, due, upcoming = content_state(at)
        around = Around(furniture_of(version), at)
        request.around = around  # type: ignore[attr-defined]
        passed = [moment for moment in around.moments if moment <= at]
        day = timezone.localdate(at)
        request.content = Content(version, due, day)  # type: ignore[attr-defined]
        etag = etag_of(request, version, due + len(passed), day)
        now = Circumstances(request.get_full_path(), day, due + len(passed), around.furniture)
        asked = parse_etags(request.headers.get("If-None-Match", "")) if request.method in ("GET", "HEAD") else []
        known = etag if etag in asked else readings.unchanged(asked, now, at)
        try:
            if known:
                etag, response = known, HttpResponseNotModified()
            elif settings.KEPT_PAGES_MB and request.method == "GET" and not request.COOKIES:
                response = _noted(lambda: view(request, *args, at=at, **kwargs), etag, now, version, at)
            else:
                response = view(request, *args, at=at, **kwargs)
        except Http404 as nothing:
            response = not_found(request, nothing)
        coming = min((moment for moment in (upcoming, *around.moments) if moment and moment > at), default=None)
        if response.status_code in (200, 304):
            response["ETag"] = etag
        if response.status_code in (200, 301, 302, 304):
            must_ask = shows_portraits and around.has_portraits
            response["Cache-Control"] = "no-cache" if must_ask else lifetime(at, coming)
            if not shows_portraits:
                response.kept_until = KeptUntil(version, coming, route_of(request))  # type: ignore[attr-defined]
        elif response.status_code in (404, 410):
            response["Cache-Control"] = f"public, max-age={_seconds(at, coming, MAX_AGE_OF_NOTHING)}"
        return response

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in ("GET", "HEAD") and not request.COOKIES:
            return read_public(lambda: answer(request, *args, **kwargs))
        return answer(request, *args, **kwargs)

    return wrapped


def _noted(
    make: Callable[[], HttpResponseBase], etag: str, circumstances: Circumstances, version: int, at: dt.datetime
) -> HttpResponseBase:
    """The page that `make` makes; what it was read from is kept, unless something changed meanwhile."""
    with recorded(at) as recorder:
        response = make()
    reading = recorder.reading() if response.status_code == 200 and not response.streaming else None
    if reading and ContentVersion.current() == version:
        readings.put(etag, circumstances, reading)
    return response


def _seconds(at: dt.datetime, upcoming: dt.datetime | None, most: int) -> int:
    return most if upcoming is None else max(0, min(most, int((upcoming - at).total_seconds())))


def lifetime(at: dt.datetime, upcoming: dt.datetime | None) -> str:
    left = _seconds(at, upcoming, MAX_AGE)
    stale = ", stale-while-revalidate=600" if left == MAX_AGE else ""
    return f"public, max-age={left}{stale}, stale-if-error=86400"


def public_feed(feed: View) -> View:
    """A feed or a resource under the same rule as pages; it finds the moment as `request.at`."""

    @public_page
    def wrapped(request: HttpRequest, *args: Any, at: dt.datetime, **kwargs: Any) -> HttpResponseBase:
        request.at = at  # type: ignore[attr-defined]
        return feed(request, *args, **kwargs)

    return wrapped
