"""What guards the forms of readers: a token of their own, where a request comes from, and how many of them.

No cookie and nobody else's service: a form carries a signed token that says what it is about and when it was made.
A robot is slowed by a field that people leave empty (`drugs/views/reader_forms.py`), by a shortest time, and by how many
come from one address.
"""

import datetime as dt
import hashlib
import hmac
import ipaddress
import logging
import time
import uuid
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest

log = logging.getLogger(__name__)

#: A person needs longer than this to read the form and write a word.
SHORTEST = 3
#: A form stays good for so long: whoever writes with their eyes needs hours.
LONGEST = 24 * 3600
A_DAY = 24 * 3600


# The token


class Told(NamedTuple):
    """What a form's token says: which form it is, what its kind put into it, and when it was made."""

    form_id: uuid.UUID
    said: list[Any]
    made_at: int


def signed(kind: str, *said: Any, now: float | None = None) -> str:
    """The token of a new form of one kind ('corrections')."""
    made_at = int(time.time() if now is None else now)
    return signing.dumps([uuid.uuid4().hex, *said, made_at], salt=f"drugs.{kind}.form")


def told_by(kind: str, token: str) -> Told | None:
    """What the token says; None where it is not ours, of another kind, or older than `LONGEST`."""
    try:
        form_id, *said, made_at = signing.loads(token, salt=f"drugs.{kind}.form", max_age=LONGEST)
        return Told(uuid.UUID(form_id), said, made_at)
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None


def is_too_quick(made_at: int, *, now: float | None = None) -> bool:
    return (time.time() if now is None else now) - made_at < SHORTEST


# Where a request comes from


def is_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that this site's own page sent it; a browser that says nothing has the token alone."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    try:
        return origin is None or urlsplit(origin).netloc == request.get_host()
    except ValueError:  # brackets that are no network address
        return False


def address_of(request: HttpRequest) -> str:
    """The network address of the reader, as the nearest trusted proxy saw it; an IPv6 one by its /64."""
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    proxies = settings.TRUSTED_PROXIES
    text = seen[-proxies] if proxies and len(seen) >= proxies else request.META.get("REMOTE_ADDR", "")
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)).network_address)
    return str(address)


def is_within(kind: str, whose: str, most: int, at: dt.datetime) -> bool:
    """Count one try of an address (network or mail); whether it is within `most` on this day.

    The address is never written down: its hash, keyed with the secret and the day, counts in the cache and is gone
    within a day.
    """
    text = f"{at.date()}|{whose}"
    key = f"{kind}:" + hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
    try:
        cache.add(key, 0, A_DAY)
        return cache.incr(key) <= most
    except ValueError:  # it ran out between the two
        return True
    except Exception:  # a cache that is away: the hourly limit of all still holds
        log.warning("The cache does not answer: %s are not counted by address.", kind, exc_info=True)
        return True
