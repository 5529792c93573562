"""The steps of an edition, as they are taken: who, when, and what was said."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from drugs.models import Edition, EditionStep
from drugs.vocabulary import StepKind


def record(edition: Edition, kind: StepKind, *, by: User | None, comment: str = "") -> EditionStep:
    """Keep one step of `edition`. Call it in the transaction that does what it says."""
    return EditionStep.objects.create(
        therapy_id=edition.therapy_id,
        edition=edition,
        number=edition.number,
        kind=kind,
        by=by,
        at=timezone.now(),
        comment=comment.strip(),
    )


def steps_of(edition: Edition) -> QuerySet[EditionStep]:
    """All steps, newest first, with their people."""
    return edition.steps.select_related("by")


def authors(edition: Edition) -> QuerySet[User]:
    """Whoever saved a change of this edition: none of them publishes it."""
    saved = EditionStep.objects.filter(edition=edition, kind=StepKind.SAVED)
    return get_user_model().objects.filter(pk__in=saved.values("by"))


def may_not_publish(edition: Edition, person: User) -> str:
    """Why this person may not publish this edition: somebody else has to. Empty where they may."""
    if settings.REQUIRE_SECOND_PERSON and authors(edition).filter(pk=person.pk).exists():
        return _("You saved a change of this edition, so another person publishes it.")
    return ""


def last_save(edition: Edition) -> EditionStep | None:
    return steps_of(edition).filter(kind=StepKind.SAVED).first()


def comment_of_return(edition: Edition) -> EditionStep | None:
    """The reviewer's comment that the draft was last returned with, as long as it was not sent again."""
    turn = steps_of(edition).filter(kind__in=(StepKind.SENT, StepKind.RETURNED)).first()
    return turn if turn and turn.kind == StepKind.RETURNED else None
