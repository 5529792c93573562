"""The way of an information page: start a draft, send it to review, return it, publish, withdraw, discard.

The rules are those of editions (`drugs.publishing.workflow`), without rows, schedule and fact checker. Each function
does one step in one transaction, under a lock on the version, and keeps who took it and what was said.
"""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, Exists, OuterRef, QuerySet, Subquery, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from drugs.models import ContentVersion, Page, PageStep, PageVersion
from drugs.models.page import HELP_SLUG
from drugs.publishing.states import State
from drugs.rich_text import clean_html
from drugs.vocabulary import StepKind

#: Steps that say whose turn it is.
_TURNS = (StepKind.STARTED, StepKind.SENT, StepKind.RETURNED)


def with_state(versions: QuerySet[PageVersion]) -> QuerySet[PageVersion]:
    """Each version with `state`: draft, in review, live, superseded or withdrawn."""
    newer = PageVersion.objects.filter(
        page=OuterRef("page"), number__gt=OuterRef("number"), published_at__isnull=False, withdrawn_at=None
    )
    turn = PageStep.objects.filter(version=OuterRef("pk"), kind__in=_TURNS).order_by("-at", "-pk")
    return versions.annotate(turn=Subquery(turn.values("kind")[:1])).annotate(
        state=Case(
            When(withdrawn_at__isnull=False, then=Value(State.WITHDRAWN)),
            When(Exists(newer), published_at__isnull=False, then=Value(State.SUPERSEDED)),
            When(published_at__isnull=False, then=Value(State.LIVE)),
            When(turn=StepKind.SENT, then=Value(State.IN_REVIEW)),
            default=Value(State.DRAFT),
        )
    )


def state_of(version: PageVersion) -> State:
    found = with_state(PageVersion.objects.filter(pk=version.pk)).values_list("state", flat=True)  # type: ignore[misc]
    return State(found.get())


def record(version: PageVersion, kind: StepKind, *, by: User | None, comment: str = "") -> PageStep:
    """Keep one step. Call it in the transaction that does what it says."""
    return PageStep.objects.create(
        page_id=version.page_id,
        version=version,
        number=version.number,
        kind=kind,
        by=by,
        at=timezone.now(),
        comment=comment.strip(),
    )


def authors(version: PageVersion) -> QuerySet[User]:
    """Whoever saved a change of this version: none of them publishes it."""
    saved = PageStep.objects.filter(version=version, kind=StepKind.SAVED)
    return get_user_model().objects.filter(pk__in=saved.values("by"))


def may_not_publish(version: PageVersion, person: User) -> str:
    """Why this person may not publish this version: somebody else has to. Empty where they may."""
    if settings.REQUIRE_SECOND_PERSON and authors(version).filter(pk=person.pk).exists():
        return _("You saved a change of this page, so another person publishes it.")
    return ""


def missing(version: PageVersion) -> list[str]:
    """What a half-finished draft lacks before anybody can review it."""
    lacks = []
    if not version.summary.strip():
        lacks.append(_("Say in a sentence or two what the page is about."))
    if not clean_html(version.body):
        lacks.append(_("Write the text."))
    return lacks


def last_save(version: PageVersion) -> PageStep | None:
    return version.steps.filter(kind=StepKind.SAVED).select_related("by").first()


def comment_of_return(version: PageVersion) -> PageStep | None:
    """The comment that the draft was last returned with, as long as it was not sent again."""
    turn = version.steps.filter(kind__in=(StepKind.SENT, StepKind.RETURNED)).select_related("by").first()
    return turn if turn and turn.kind == StepKind.RETURNED else None


def _locked(version: PageVersion, *states: State, opened_at: int | None = None) -> PageVersion:
    """The version as it is now, locked; refused where it moved on since the page was opened."""
    locked = PageVersion.objects.select_for_update(of=("self",)).select_related("page").filter(pk=version.pk).first()
    if locked is None:
        raise ValidationError(_("This draft was discarded meanwhile."))
    state = state_of(locked)
    if state not in states:
        raise ValidationError(
            _("Nothing was done: this version is '%(state)s' by now. Load the page again.") % {"state": state.label}
        )
    if opened_at is not None and locked.version != opened_at:
        raise ValidationError(
            _("Nothing was done: somebody saved this draft after you opened the page. Look at what changed first.")
        )
    return locked


@transaction.atomic
def start(old: PageVersion, *, by: User) -> tuple[PageVersion, bool]:
    """A draft with the text of `old`, and whether it is new: a page has one draft at a time.

    A copy of another version than the live one changes what readers would see: it counts as this person's change.
    """
    page = Page.objects.select_for_update().get(pk=old.page_id)
    if there := page.versions.drafts().first():
        return there, False
    draft = PageVersion.objects.create(
        page=page, number=page.next_number(), title=old.title, summary=old.summary, body=old.body
    )
    record(draft, StepKind.STARTED, by=by, comment=_("from version %(number)s") % {"number": old.number})
    if state_of(old) != State.LIVE:
        record(draft, StepKind.SAVED, by=by, comment=_("the text of version %(number)s") % {"number": old.number})
    return draft, True


@transaction.atomic
def send_to_review(version: PageVersion, *, by: User, comment: str = "", opened_at: int | None = None) -> PageStep:
    """Ask another person to review. Refused with what is missing."""
    version = _locked(version, State.DRAFT, opened_at=opened_at)
    if lacks := missing(version):
        raise ValidationError(lacks)
    return record(version, StepKind.SENT, by=by, comment=comment)


@transaction.atomic
def return_with_comment(version: PageVersion, *, by: User, comment: str) -> PageStep:
    """Give a draft back to its editors, saying what to mend."""
    version = _locked(version, State.IN_REVIEW)
    if not comment.strip():
        raise ValidationError(_("Say what should be mended: the editors see your comment."))
    return record(version, StepKind.RETURNED, by=by, comment=comment)


@transaction.atomic
def approve(version: PageVersion, *, by: User, note: str, opened_at: int | None = None) -> PageVersion:
    """Publish now. `note` is the sentence on what changed, which readers see below the page."""
    states = (State.IN_REVIEW,) if settings.REQUIRE_SECOND_PERSON else (State.IN_REVIEW, State.DRAFT)
    version = _locked(version, *states, opened_at=opened_at)
    if why := may_not_publish(version, by):
        raise ValidationError(why)
    if not note.strip():
        raise ValidationError({"comment": _("Say in a sentence what changed: readers see it.")})
    if lacks := missing(version):
        raise ValidationError(lacks)
    version.published_at, version.published_by, version.note = timezone.now(), by, note.strip()
    version.save()
    record(version, StepKind.PUBLISHED, by=by, comment=note)
    ContentVersion.bump()
    return version


@transaction.atomic
def withdraw(version: PageVersion, *, by: User | None, reason: str) -> PageStep:
    """Take a published version away; readers see the version before it, or the reason."""
    version = _locked(version, State.LIVE, State.SUPERSEDED)
    if not reason.strip():
        raise ValidationError(_("Say why the page is withdrawn: readers see it."))
    if version.page.slug == HELP_SLUG and not _others_live(version).exists():
        raise ValidationError(_("Every page of the site leads here: publish a corrected version instead."))
    version.withdrawn_at, version.withdrawn_by, version.withdrawn_reason = timezone.now(), by, reason.strip()
    version.save()
    step = record(version, StepKind.WITHDRAWN, by=by, comment=reason)
    ContentVersion.bump()
    return step


def _others_live(version: PageVersion) -> QuerySet[PageVersion]:
    return PageVersion.objects.published(timezone.now()).filter(page=version.page_id).exclude(pk=version.pk)


@transaction.atomic
def discard(version: PageVersion, *, by: User, comment: str = "", opened_at: int | None = None) -> None:
    """Delete a draft. That it was there, and who threw it away, stays."""
    version = _locked(version, State.DRAFT, State.IN_REVIEW, opened_at=opened_at)
    record(version, StepKind.DISCARDED, by=by, comment=comment)
    version.delete()
