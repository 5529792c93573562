"""Readers' corrections: the form's token, the guards against floods and robots, receiving, answering, forgetting.

No cookie and nobody else's service: the form carries a signed token that says what it is about and when it was made.
A robot is slowed by a field that people leave empty, by a shortest time, and by how many come from one address.
"""

import datetime as dt
import hashlib
import hmac
import ipaddress
import logging
import time
import uuid
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from drugs.models import SECTIONS, Correction, Edition, PageVersion

log = logging.getLogger(__name__)

_SALT = "drugs.corrections.form"
#: A person needs longer than this to read the form and write a word.
SHORTEST = 3
#: A form stays good for so long: whoever writes with their eyes needs hours.
LONGEST = 24 * 3600
A_DAY = 24 * 3600

ANCHORS = {name.replace("_", "-"): heading for name, heading in SECTIONS}


class Subject(NamedTuple):
    """What a form is about: a section of an edition, the whole edition, an information page, or the site."""

    edition: Edition | None = None
    section: str = ""
    page: PageVersion | None = None

    @property
    def heading(self) -> str:
        return str(ANCHORS.get(self.section, ""))


def subject_named(at: dt.datetime, *, drug: str = "", section: str = "", page: str = "") -> Subject:
    """The subject that an address names; what it names wrongly is left out."""
    drug, page = (text.replace("\x00", "")[:100] for text in (drug, page))
    if drug:
        edition = Edition.objects.live(at).filter(therapy__slug=drug).select_related("therapy").first()
        return Subject(edition, section if edition and section in ANCHORS else "")
    if page:
        version = PageVersion.objects.live(at).filter(page__slug=page).select_related("page").first()
        return Subject(page=version)
    return Subject()


def subject_of(form: "Form | None", at: dt.datetime) -> Subject:
    """The subject that a form's token names, as far as it is still public."""
    if form and form.edition:
        edition = Edition.objects.published(at).filter(pk=form.edition).select_related("therapy").first()
        return Subject(edition, form.section if edition else "")
    if form and form.page:
        return Subject(page=PageVersion.objects.live(at).filter(page=form.page).select_related("page").first())
    return Subject()


# The token


class Form(NamedTuple):
    """What a form's token says."""

    form_id: uuid.UUID
    edition: int | None
    section: str
    page: int | None
    made_at: int


def token_for(subject: Subject, *, now: float | None = None) -> str:
    made_at = int(time.time() if now is None else now)
    edition = subject.edition.pk if subject.edition else None
    page = subject.page.page_id if subject.page else None
    return signing.dumps([uuid.uuid4().hex, edition, subject.section, page, made_at], salt=_SALT)


def form_of(token: str) -> Form | None:
    """What the token says; None where it is not ours or older than `LONGEST`."""
    try:
        form_id, *rest = signing.loads(token, salt=_SALT, max_age=LONGEST)
        return Form(uuid.UUID(form_id), *rest)
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None


def is_too_quick(form: Form, *, now: float | None = None) -> bool:
    return (time.time() if now is None else now) - form.made_at < SHORTEST


# Where a request comes from


def is_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that this site's own page sent it; a browser that says nothing has the token alone."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.get_host()


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


def may_send(request: HttpRequest, at: dt.datetime) -> bool:
    """Count one try; whether it is within what one address may send a day, and all together an hour.

    The address is never written down: its hash, keyed with the secret and the day, counts in the cache and is gone
    within a day.
    """
    recent = Correction.objects.filter(received_at__gt=at - dt.timedelta(hours=1))
    if recent[: settings.CORRECTIONS_AN_HOUR].count() >= settings.CORRECTIONS_AN_HOUR:
        return False
    text = f"{at.date()}|{address_of(request)}"
    key = "corrections:" + hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
    try:
        cache.add(key, 0, A_DAY)
        return cache.incr(key) <= settings.CORRECTIONS_PER_ADDRESS
    except ValueError:  # it ran out between the two
        return True
    except Exception:  # a cache that is away: the hourly limit of all still holds
        log.warning("The cache does not answer: corrections are not counted by address.", exc_info=True)
        return True


# What is done with them


def receive(form: Form, *, text: str, email: str, at: dt.datetime) -> Correction:
    """Keep a correction. The same form sent twice is one correction."""
    if there := Correction.objects.filter(form_id=form.form_id).first():
        return there
    subject = subject_of(form, at)
    values = {
        "form_id": form.form_id,
        "edition": subject.edition,
        "therapy": subject.edition.therapy if subject.edition else None,
        "section": subject.section,
        "page": subject.page.page if subject.page else None,
        "text": text,
        "email": email,
        "received_at": at,
    }
    for _try in range(5):
        try:
            with transaction.atomic():
                return Correction.objects.create(**values)
        except IntegrityError:  # the same form at the same moment, or a reference that is taken
            if there := Correction.objects.filter(form_id=form.form_id).first():
                return there
    raise RuntimeError("no free reference was found")


def forget_addresses(at: dt.datetime | None = None) -> int:
    """Delete the e-mail addresses of corrections that were answered `CORRECTION_EMAIL_DAYS` ago; returns how many."""
    before = (at or timezone.now()) - dt.timedelta(days=settings.CORRECTION_EMAIL_DAYS)
    return Correction.objects.with_address().filter(answered_at__lte=before).update(email="")
