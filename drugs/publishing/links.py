"""Ask the addresses that sources give whether they still answer: politely, bounded, never a private address.

The address that was judged is the one that is connected to, so that a name cannot be public when it is looked up
and private when it is used. Redirects are followed by hand, each judged anew.
"""

import datetime as dt
import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from drugs.models import Edition, LinkCheck, Source
from drugs.publishing.flags import flag_link

TIMEOUT = 10.0
MOST_REDIRECTS = 5
#: Seconds between two requests to one host.
PAUSE = 1.0
PERMANENT = {301, 308}
#: What says that a page is gone. 403 and 429 say that a program is not welcome: the page may be there.
GONE = {404, 410}


class PrivateAddressError(Exception):
    """The name leads to an address that is not on the public internet."""


class Answer(NamedTuple):
    status: int | None
    error: str = ""
    moved_to: str = ""

    @property
    def is_failure(self) -> bool:
        return bool(self.error) or self.status in GONE


def public_address(host: str, port: int) -> str:
    """An IP address of `host` that is on the public internet; raises `PrivateAddressError` when any of them is not."""
    addresses = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    for address in addresses:
        if not ipaddress.ip_address(address.partition("%")[0]).is_global:
            raise PrivateAddressError
    return min(addresses)


def ask(url: str, *, resolve: Callable[[str, int], str] = public_address, timeout: float = TIMEOUT) -> Answer:
    """What `url` answers in the end, and where it has moved for good. Never raises."""
    moved_to = ""
    permanent = True
    try:
        for _hop in range(MOST_REDIRECTS + 1):
            status, location = _request(url, resolve, timeout)
            if not (300 <= status < 400 and location):
                return Answer(status, moved_to=moved_to)
            permanent = permanent and status in PERMANENT
            url = urljoin(url, location)
            moved_to = url if permanent else moved_to
        return Answer(None, error=_("too many redirects"))
    except PrivateAddressError:
        return Answer(None, error=_("not an address on the public internet: not asked"))
    except socket.gaierror:
        return Answer(None, error=_("no such host"))
    except (TimeoutError, OSError, http.client.HTTPException, ValueError) as error:
        return Answer(None, error=str(error)[:200] or type(error).__name__)


def _request(url: str, resolve: Callable[[str, int], str], timeout: float) -> tuple[int, str]:
    """Status and Location of one request; HEAD first, GET where a server does not take it. The body is not read."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(_("not an http address"))
    for method in ("HEAD", "GET"):
        connection = _connect(parts, resolve, timeout)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            headers = {"User-Agent": f"therapies-link-check ({settings.SITE_URL})", "Accept": "text/html,*/*;q=0.5"}
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            if method == "HEAD" and answer.status in (400, 403, 404, 405, 501):
                continue
            return answer.status, answer.getheader("Location") or ""
        finally:
            connection.close()
    raise AssertionError("unreachable")


def _connect(parts: SplitResult, resolve: Callable[[str, int], str], timeout: float) -> http.client.HTTPConnection:
    """A connection to the very address that was judged, under the host's own name."""
    host = parts.hostname or ""
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    plain = socket.create_connection((resolve(host, port), port), timeout=timeout)
    connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if secure else plain
    return connection


def cited_links(at: dt.datetime) -> list[str]:
    """The addresses that live editions and drafts cite, each once, hosts in turn so that none is asked often."""
    editions = Edition.objects.live(at) | Edition.objects.drafts()
    links = {source.link for source in Source.objects.filter(edition__in=editions.values("pk")) if source.link}
    by_host: dict[str, list[str]] = {}
    for link in sorted(links):
        by_host.setdefault(urlsplit(link).netloc, []).append(link)
    queues = list(by_host.values())
    return [queue[turn] for turn in range(max(map(len, queues), default=0)) for queue in queues if turn < len(queue)]


def check_links(
    links: Iterable[str], at: Callable[[], dt.datetime], *, ask_one: Callable[[str], Answer] = ask, pause: float = PAUSE
) -> list[LinkCheck]:
    """Ask each address and keep what it answered; returns the checks in order."""
    last_asked: dict[str, float] = {}
    checks = []
    for link in links:
        host = urlsplit(link).netloc
        wait = pause - (time.monotonic() - last_asked.get(host, -pause))
        if wait > 0:
            time.sleep(wait)
        answer = ask_one(link)
        last_asked[host] = time.monotonic()
        checks.append(_keep(link, answer, at()))
    return checks


@transaction.atomic
def _keep(link: str, answer: Answer, at: dt.datetime) -> LinkCheck:
    """What an address answered, and what pages that cite it make of that."""
    before = LinkCheck.objects.filter(url=link).values_list("failures", flat=True).first() or 0
    check, _created = LinkCheck.objects.update_or_create(
        url=link,
        defaults={
            "checked_at": at,
            "status": answer.status,
            "error": answer.error[:200],
            "moved_to": answer.moved_to[:600],
            "failures": before + 1 if answer.is_failure else 0,
        },
    )
    flag_link(check)
    return check
