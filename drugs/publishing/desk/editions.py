"""Piles of the desk: drafts, reviews, what is due or scheduled, pages to look at again."""

import datetime as dt
from collections import defaultdict
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from drugs.models import Edition, EditionStep, ReviewFlag
from drugs.publishing.desk.pile import MOST_COUNTED, SHOWN, Pile, Task, address_of, counted, list_of, may
from drugs.publishing.states import State, with_state
from drugs.vocabulary import FlagKind, StepKind


def drafts(user: User | None, at: dt.datetime) -> Pile | None:
    """The drafts that the person started or saved; for all staff together every one."""
    if not may(user, "change_edition"):
        return None
    found = Edition.objects.drafts() if user is None else worked_on_by(user, Edition.objects.drafts())
    heading = _("Drafts") if user is None else _("Your drafts")
    mine = {} if user is None else {"mine": "yes"}
    return _drafts_pile("drafts", heading, _("No draft of yours is under way."), found, at, mine)


def others_drafts(user: User | None, at: dt.datetime) -> Pile | None:
    """Drafts that somebody else works on: good to know, since a therapy has one draft at a time."""
    if user is None or not may(user, "change_edition"):
        return None
    found = Edition.objects.drafts().exclude(pk__in=worked_on_by(user, Edition.objects.drafts()).values("pk"))
    empty = _("Nobody else has a draft under way.")
    return _drafts_pile("others_drafts", _("Drafts of others"), empty, found, at, {"mine": "no"}, is_work=False)


def worked_on_by(user: User, editions: QuerySet[Edition]) -> QuerySet[Edition]:
    """Editions that the person started or saved."""
    own = EditionStep.objects.filter(edition=OuterRef("pk"), kind__in=(StepKind.STARTED, StepKind.SAVED), by=user)
    return editions.filter(Exists(own))


def _drafts_pile(
    key: str,
    heading: str,
    when_empty: str,
    editions: QuerySet[Edition],
    at: dt.datetime,
    filters: dict[str, str],
    is_work: bool = True,
) -> Pile:
    found = with_state(editions, at).filter(state=State.DRAFT)  # type: ignore[misc]
    found = found.select_related("therapy").order_by("therapy__slug", "number")
    tasks = [
        Task(edition.display_name, _("edition %(number)s") % {"number": edition.number}, None, address_of(edition))
        for edition in found[:SHOWN]
    ]
    address = list_of(Edition, state=State.DRAFT.value, **filters)
    return Pile(key, heading, when_empty, counted(found), tasks, address, is_work)


def flags(user: User | None, at: dt.datetime) -> Pile | None:
    """Pages on which something moved, the longest open first: one task a page and trial, however much of it changed."""
    if not may(user, "change_edition"):
        return None
    waiting = ReviewFlag.objects.waiting(at, timezone.localdate(at))
    count = counted(waiting.values("edition", "kind", "trial", "detail").distinct())
    grouped: dict[tuple[Any, ...], list[ReviewFlag]] = defaultdict(list)
    for flag in waiting.select_related("edition__therapy", "trial").order_by("opened_at", "pk")[:MOST_COUNTED]:
        grouped[flag.edition_id, flag.kind, flag.trial_id, flag.detail].append(flag)
    tasks = [_flag_task(its) for its in list(grouped.values())[:SHOWN]]
    return Pile("flags", _("Pages to look at again"), _("No page is flagged."), count, tasks, list_of(ReviewFlag))


def _flag_task(its: list[ReviewFlag]) -> Task:
    first = its[0]
    if first.kind == FlagKind.TRIAL_CHANGED:
        changes = "; ".join(f"{flag.field_label()}: {flag.old_shown()} → {flag.new_shown()}" for flag in its)
        why = f"{first.trial}: {changes}"
    elif first.kind == FlagKind.DEAD_LINK:
        why = _("A link does not answer: %(link)s") % {"link": first.detail}
    else:
        why = _("An import held back what it says of %(trial)s") % {"trial": first.trial}
    since = timezone.localdate(first.opened_at)
    return Task(first.edition.display_name, Truncator(why).chars(300), since, address_of(first))


def due(user: User | None, at: dt.datetime) -> Pile | None:
    """Pages past their review date, the longest overdue first."""
    if not may(user, "change_edition"):
        return None
    found = Edition.objects.due_for_review(timezone.localdate(at)).select_related("therapy", "publication")
    oldest = sorted(found, key=lambda edition: (edition.review_due_on, edition.pk))
    tasks = [
        Task(
            edition.display_name,
            ngettext(
                "reviewed every %(months)s month",
                "reviewed every %(months)s months",
                edition.therapy.review_every_months,
            )
            % {"months": edition.therapy.review_every_months},
            edition.review_due_on,
            address_of(edition.therapy),
        )
        for edition in oldest[:SHOWN]
    ]
    return Pile(
        "due",
        _("Pages due for review"),
        _("Every page is within its time."),
        len(oldest),
        tasks,
        list_of(Edition, due="yes"),
    )


def reviews(user: User | None, at: dt.datetime) -> Pile | None:
    """Drafts that wait for a reviewer, the longest waiting first; not those in which the person saved a change."""
    if not may(user, "review_edition"):
        return None
    found = with_state(Edition.objects.drafts(), at).filter(state=State.IN_REVIEW)  # type: ignore[misc]
    if user is not None and settings.REQUIRE_SECOND_PERSON:
        mine = EditionStep.objects.filter(edition=OuterRef("pk"), kind=StepKind.SAVED, by=user)
        found = found.filter(~Exists(mine))
    sent = EditionStep.objects.filter(edition=OuterRef("pk"), kind=StepKind.SENT).order_by("-at", "-pk")
    found = found.annotate(sent_at=Subquery(sent.values("at")[:1]), said=Subquery(sent.values("comment")[:1]))
    tasks = [
        Task(
            edition.display_name,
            Truncator(edition.said).chars(160) or _("edition %(number)s") % {"number": edition.number},
            timezone.localdate(edition.sent_at),
            reverse("admin:drugs_edition_review", args=[edition.pk]),
        )
        for edition in found.select_related("therapy").order_by("sent_at", "pk")[:SHOWN]
    ]
    return Pile(
        "reviews",
        _("Waiting for your review"),
        _("No draft waits for a review."),
        counted(found),
        tasks,
        list_of(Edition, state=State.IN_REVIEW.value),
    )


def scheduled(user: User | None, at: dt.datetime) -> Pile | None:
    """Editions that go live by the clock, the next first."""
    if not may(user, "view_edition"):
        return None
    found = Edition.objects.scheduled(at).select_related("publication").order_by("publication__goes_live_at", "pk")
    tasks = [
        Task(
            edition.display_name,
            _("goes live on %(moment)s") % {"moment": _moment(edition.publication.goes_live_at)},
            timezone.localdate(edition.publication.goes_live_at),
            address_of(edition),
        )
        for edition in found[:SHOWN]
    ]
    return Pile(
        "scheduled",
        _("Scheduled"),
        _("Nothing is scheduled."),
        counted(found),
        tasks,
        list_of(Edition, state=State.SCHEDULED.value),
        is_work=False,
    )


def _moment(at: dt.datetime) -> str:
    return formats.date_format(timezone.localtime(at), "DATETIME_FORMAT")
