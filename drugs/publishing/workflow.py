"""The way of an edition: start, send to review, return, publish, take back, withdraw, discard.

Each function does one step in one transaction, under a lock on the edition, and keeps who took it and what was said.
What is in the way is a ValidationError whose messages an editor can act on.
"""

import datetime as dt

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from drugs.models import SECTIONS, Edition, EditionStep, Publication, StatusEvent, Therapy, UnfinishedPart, row_models
from drugs.publishing import publish as publications
from drugs.publishing.checker import unanswered
from drugs.publishing.copying import start_draft
from drugs.publishing.states import State, state_of
from drugs.publishing.steps import may_not_publish, record
from drugs.rich_text import clean_html
from drugs.vocabulary import StepKind


@transaction.atomic
def start(old: Edition, *, by: User) -> Edition:
    """A draft with the content of `old`, any edition of the therapy. Raises DraftExistsError where there is one.

    A copy of another edition than the live one changes what readers would see: it counts as this person's change.
    """
    draft = start_draft(old)
    record(draft, StepKind.STARTED, by=by, comment=_("from edition %(number)s") % {"number": old.number})
    if not Edition.objects.live(timezone.now()).filter(pk=old.pk).exists():
        record(draft, StepKind.SAVED, by=by, comment=_("the text of edition %(number)s") % {"number": old.number})
    return draft


def missing(edition: Edition) -> list[str]:
    """What a half-finished draft lacks before anybody can review it, each as a sentence."""
    lacks = []
    if not edition.as_of_on:
        lacks.append(_("Say as of when the facts were gathered."))
    if not edition.summary:
        lacks.append(_("Write the plain-language summary."))
    lacks += [
        _("Write the section '%(heading)s'.") % {"heading": heading}
        for name, heading in SECTIONS
        if not clean_html(getattr(edition, name))
    ]
    if not StatusEvent.objects.filter(edition=edition, is_current=True, is_verified=True).exists():
        lacks.append(_("Give the current stage of at least one region, verified."))
    lacks += [
        _("Finish it or take it off: %(what)s. %(why)s") % {"what": part.name, "why": " ".join(part.sentences)}
        for part in UnfinishedPart.objects.filter(edition=edition)
    ]
    return lacks


def _refuse_unready(edition: Edition) -> None:
    lacks = missing(edition)
    if count := len(unanswered(edition)):
        lacks.append(
            ngettext(
                "%(count)s finding of the fact checker needs a fix or a reason.",
                "%(count)s findings of the fact checker need a fix or a reason.",
                count,
            )
            % {"count": count}
        )
    if lacks:
        raise ValidationError(lacks)


def _locked(edition: Edition, *states: State, version: int | None = None) -> Edition:
    """The edition as it is now, locked; refused where it moved on since the page was opened."""
    locked = Edition.objects.select_for_update().select_related("therapy").filter(pk=edition.pk).first()
    if locked is None:
        raise ValidationError(_("This draft was discarded meanwhile."))
    state = state_of(locked, timezone.now())
    if state not in states:
        raise ValidationError(
            _("Nothing was done: this edition is '%(state)s' by now. Load the page again.") % {"state": state.label}
        )
    if version is not None and locked.version != version:
        raise ValidationError(
            _("Nothing was done: somebody saved this draft after you opened the page. Look at what changed first.")
        )
    return locked


@transaction.atomic
def send_to_review(edition: Edition, *, by: User, comment: str = "", version: int | None = None) -> EditionStep:
    """Ask another person to review. Refused with everything that is missing or unanswered."""
    edition = _locked(edition, State.DRAFT, version=version)
    _refuse_unready(edition)
    return record(edition, StepKind.SENT, by=by, comment=comment)


@transaction.atomic
def return_with_comment(edition: Edition, *, by: User, comment: str) -> EditionStep:
    """Give a draft back to its editors, saying what to mend."""
    edition = _locked(edition, State.IN_REVIEW)
    if not comment.strip():
        raise ValidationError(_("Say what should be mended: the editors see your comment."))
    return record(edition, StepKind.RETURNED, by=by, comment=comment)


@transaction.atomic
def approve(
    edition: Edition, *, by: User, note: str, goes_live_at: dt.datetime | None = None, version: int | None = None
) -> Publication:
    """Publish now, or from a moment to come on by the clock alone. `note` is the sentence that readers see."""
    states = (State.IN_REVIEW,) if settings.REQUIRE_SECOND_PERSON else (State.IN_REVIEW, State.DRAFT)
    edition = _locked(edition, *states, version=version)
    if why := may_not_publish(edition, by):
        raise ValidationError(why)
    if not note.strip():
        raise ValidationError({"note": _("Say in a sentence what changed and what it means: readers see it.")})
    if goes_live_at is not None and goes_live_at <= timezone.now():
        raise ValidationError({"goes_live_at": _("Choose a moment to come, or publish now.")})
    _refuse_unready(edition)
    publication = publications.publish(edition, note=note, by=by, goes_live_at=goes_live_at)
    moment = formats.date_format(timezone.localtime(publication.goes_live_at), "DATETIME_FORMAT")
    said = note.strip()
    if goes_live_at is not None:
        said = _("%(note)s (goes live on %(moment)s)") % {"note": said, "moment": moment}
    record(edition, StepKind.PUBLISHED, by=by, comment=said)
    return publication


@transaction.atomic
def take_back(edition: Edition, *, by: User, comment: str = "") -> EditionStep:
    """Make a scheduled edition a draft again, as long as its moment has not come."""
    Therapy.objects.select_for_update().get(pk=edition.therapy_id)
    edition = _locked(edition, State.SCHEDULED)
    if other := edition.therapy.editions.drafts().first():
        raise ValidationError(
            _("Edition %(number)s is a draft of this therapy already: publish or discard it first.")
            % {"number": other.number}
        )
    publications.take_back(edition.publication)
    return record(edition, StepKind.TAKEN_BACK, by=by, comment=comment)


@transaction.atomic
def withdraw(edition: Edition, *, by: User, reason: str) -> EditionStep:
    """Take a public edition away; readers see the reason, and the edition before it."""
    edition = _locked(edition, State.LIVE, State.SUPERSEDED, State.SCHEDULED)
    publications.withdraw(edition.publication, reason=reason, by=by)
    return record(edition, StepKind.WITHDRAWN, by=by, comment=reason)


@transaction.atomic
def discard(edition: Edition, *, by: User, comment: str = "", version: int | None = None) -> None:
    """Delete a draft with all its rows. That it was there, and who threw it away, stays."""
    edition = _locked(edition, State.DRAFT, State.IN_REVIEW, version=version)
    record(edition, StepKind.DISCARDED, by=by, comment=comment)
    for model in reversed(row_models()):
        model.objects.filter(edition=edition).delete()
    edition.delete()
