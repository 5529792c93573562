"""Readers' corrections: what a form is about, how many may come, receiving, answering, forgetting."""

import datetime as dt
import uuid
from typing import NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from drugs.models import SECTIONS, Correction, Edition, PageVersion
from drugs.reader_forms import address_of, is_within, signed, told_by

_FORM = "corrections"

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


# The form


class Form(NamedTuple):
    """What a form's token says."""

    form_id: uuid.UUID
    edition: int | None
    section: str
    page: int | None
    made_at: int


def token_for(subject: Subject, *, now: float | None = None) -> str:
    edition = subject.edition.pk if subject.edition else None
    page = subject.page.page_id if subject.page else None
    return signed(_FORM, edition, subject.section, page, now=now)


def form_of(token: str) -> Form | None:
    """What the token says; None where it is not ours or too old."""
    told = told_by(_FORM, token)
    if told is None or len(told.said) != 3:
        return None
    edition, section, page = told.said
    return Form(told.form_id, edition, section, page, told.made_at)


def may_send(request: HttpRequest, at: dt.datetime) -> bool:
    """Count one try; whether it is within what one address may send a day, and all together an hour."""
    recent = Correction.objects.filter(received_at__gt=at - dt.timedelta(hours=1))
    if recent[: settings.CORRECTIONS_AN_HOUR].count() >= settings.CORRECTIONS_AN_HOUR:
        return False
    return is_within(_FORM, address_of(request), settings.CORRECTIONS_PER_ADDRESS, at)


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
