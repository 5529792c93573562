"""What an editor answers to flags: start a draft, the text is still true, or later."""

import datetime as dt
from collections.abc import Sequence

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from drugs.models import ContentVersion, Edition, ReviewFlag, TrialSnapshot
from drugs.publishing.copying import DraftExistsError, start_draft
from drugs.vocabulary import FlagAnswer, FlagKind


@transaction.atomic
def answer_with_draft(flags: Sequence[ReviewFlag], *, by: User) -> Edition:
    """The draft in which the text is put right: a new one, or the one that the therapy has. The flags stay open till it is live."""
    flags = _open(flags)
    try:
        draft = start_draft(flags[0].edition)
    except DraftExistsError as error:
        draft = error.draft
    _answer(flags, FlagAnswer.DRAFT, by=by)
    return draft


@transaction.atomic
def answer_still_true(flags: Sequence[ReviewFlag], *, by: User) -> None:
    """The text holds for what changed: these flags close, and the next change is compared with today's facts.

    The new snapshot keeps what other open flags of the trial ask about: about those nobody has said anything.
    """
    flags = _open(flags)
    _answer(flags, FlagAnswer.STILL_TRUE, by=by)
    now = timezone.now()
    changed = {(flag.edition_id, flag.trial_id): flag for flag in flags if flag.kind == FlagKind.TRIAL_CHANGED}
    for (edition_id, trial_id), flag in changed.items():
        facts = flag.trial.facts()  # type: ignore[union-attr]
        snapshots = TrialSnapshot.objects.filter(edition=edition_id, trial=trial_id)
        if before := snapshots.order_by("-taken_at", "-pk").first():
            unanswered = ReviewFlag.objects.open().filter(
                edition=edition_id, trial=trial_id, kind=FlagKind.TRIAL_CHANGED
            )
            facts |= {name: before.facts[name] for name in unanswered.values_list("field", flat=True)}
        TrialSnapshot.objects.create(  # type: ignore[misc]
            edition_id=edition_id, trial_id=trial_id, facts=facts, taken_at=now, taken_by=by, is_still_true=True
        )
    ContentVersion.bump()


@transaction.atomic
def answer_later(flags: Sequence[ReviewFlag], *, until: dt.date, reason: str, by: User) -> None:
    """The flags leave the desk until that day; readers are told all the same."""
    if until <= timezone.localdate():
        raise ValidationError({"until": _("Choose a day to come.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it can wait.")})
    _answer(_open(flags), FlagAnswer.LATER, by=by, reason=reason.strip(), until=until)


def _open(flags: Sequence[ReviewFlag]) -> list[ReviewFlag]:
    """The flags as they are now, locked. Raises ValidationError where somebody closed one meanwhile."""
    locked = ReviewFlag.objects.select_for_update(of=("self",)).filter(pk__in=[flag.pk for flag in flags])
    found = list(locked.select_related("edition__therapy", "trial").order_by("pk"))
    if not found:
        raise ValidationError(_("Choose at least one flag."))
    closed = [flag for flag in found if not flag.is_open]
    if closed:
        raise ValidationError(
            _("%(flag)s was answered meanwhile: %(answer)s.")
            % {"flag": closed[0], "answer": closed[0].get_answer_display()}
        )
    return found


def _answer(
    flags: Sequence[ReviewFlag], answer: FlagAnswer, *, by: User, reason: str = "", until: dt.date | None = None
) -> None:
    now = timezone.now()
    for flag in flags:
        flag.answer, flag.answered_at, flag.answered_by = answer, now, by
        flag.reason, flag.later_until = reason, until
        flag.save()
