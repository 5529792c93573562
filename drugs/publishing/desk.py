"""The editor's desk: what waits for one person, in piles, each pile counted and each task one click from its work.

Everything here is computed at the moment of asking: nothing is stored, so nothing is ever out of date. A pile is a
function of (user, at) that gives None where the person may not do that work; `PILES` is their order on the desk.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Exists, Model, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from drugs.models import (
    Correction,
    Edition,
    EditionStep,
    ImportRun,
    PageStep,
    PageVersion,
    ReviewFlag,
    TherapyTrial,
    Trial,
)
from drugs.publishing import pages
from drugs.publishing.states import State, with_state
from drugs.vocabulary import FlagKind, LinkDecision, RunState, StepKind

#: So many tasks stand on the desk itself; the rest is behind the pile's link.
SHOWN = 10
#: No pile is counted further: 'more than 1,000' says enough.
MOST_COUNTED = 1000


@dataclass(frozen=True)
class Task:
    """One thing to do: what, why now, since or until when, and the address in the admin where it is done."""

    title: str
    why: str
    day: dt.date | None
    address: str


@dataclass(frozen=True)
class Pile:
    """Tasks of one kind. `count` counts all of them, `tasks` are the first; `address` lists them all.

    What is not `is_work` is good to know and waits for nobody: on its own it is no reason for a mail.
    """

    key: str
    heading: str
    when_empty: str
    count: int
    tasks: list[Task]
    address: str
    is_work: bool = True

    @property
    def count_shown(self) -> str:
        return _("more than 1,000") if self.count > MOST_COUNTED else str(self.count)

    @property
    def left(self) -> int:
        return self.count - len(self.tasks)


def desk(user: User | None, at: dt.datetime) -> list[Pile]:
    """The piles that wait for `user`, empty ones included; None stands for all staff together, as in a shared mailbox."""
    return [pile for make in PILES if (pile := make(user, at)) is not None]


def address_of(obj: Model) -> str:
    """Where staff open a record; the front page of the admin where its model has no pages."""
    if not admin.site.is_registered(type(obj)):
        return reverse("admin:index")
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])


def list_of(model: type[Model], **filters: Any) -> str:
    """The admin's list of a model, filtered."""
    if not admin.site.is_registered(model):
        return reverse("admin:index")
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{address}?{urlencode(filters)}" if filters else address


def _may(user: User | None, permission: str) -> bool:
    return user is None or user.has_perm(f"drugs.{permission}")


def _counted(records: QuerySet) -> int:
    return records.order_by()[: MOST_COUNTED + 1].count()


# The piles


def drafts(user: User | None, at: dt.datetime) -> Pile | None:
    """The drafts that the person started or saved; for all staff together every one."""
    if not _may(user, "change_edition"):
        return None
    found = Edition.objects.drafts() if user is None else worked_on_by(user, Edition.objects.drafts())
    heading = _("Drafts") if user is None else _("Your drafts")
    mine = {} if user is None else {"mine": "yes"}
    return _drafts_pile("drafts", heading, _("No draft of yours is under way."), found, at, mine)


def others_drafts(user: User | None, at: dt.datetime) -> Pile | None:
    """Drafts that somebody else works on: good to know, since a therapy has one draft at a time."""
    if user is None or not _may(user, "change_edition"):
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
    return Pile(key, heading, when_empty, _counted(found), tasks, address, is_work)


def flags(user: User | None, at: dt.datetime) -> Pile | None:
    """Pages on which something moved, the longest open first: one task a page and trial, however much of it changed."""
    if not _may(user, "change_edition"):
        return None
    waiting = ReviewFlag.objects.waiting(at, timezone.localdate(at))
    count = _counted(waiting.values("edition", "kind", "trial", "detail").distinct())
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
    if not _may(user, "change_edition"):
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
    if not _may(user, "review_edition"):
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
        _counted(found),
        tasks,
        list_of(Edition, state=State.IN_REVIEW.value),
    )


def information_pages(user: User | None, at: dt.datetime) -> Pile | None:
    """Drafts of information pages: for editors those under way, for reviewers those that wait and are not their own."""
    writes, reviews_them = _may(user, "change_pageversion"), _may(user, "review_pageversion")
    if not (writes or reviews_them):
        return None
    states = [*([State.DRAFT] if writes else []), *([State.IN_REVIEW] if reviews_them else [])]
    found = pages.with_state(PageVersion.objects.drafts()).filter(state__in=states)  # type: ignore[misc]
    if user is not None and settings.REQUIRE_SECOND_PERSON:
        own = PageStep.objects.filter(kind=StepKind.SAVED, by=user).values("version")
        found = found.exclude(state=State.IN_REVIEW, pk__in=own.exclude(version=None))  # type: ignore[misc]
    tasks = [
        Task(
            version.title,
            str(State(version.state).label),  # type: ignore[attr-defined]
            None,
            reverse("admin:drugs_pageversion_review", args=[version.pk]),
        )
        for version in found.order_by("page__slug")[:SHOWN]
    ]
    return Pile(
        "pages",
        _("Information pages"),
        _("No information page waits."),
        _counted(found),
        tasks,
        list_of(PageVersion),
    )


def corrections(user: User | None, at: dt.datetime) -> Pile | None:
    """What readers say is wrong and nobody answered yet, the oldest first."""
    if not _may(user, "change_correction"):
        return None
    found = Correction.objects.open().select_related("therapy").order_by("received_at", "pk")
    tasks = [
        Task(
            f"{correction.reference} – {correction.therapy or _('the site')}",
            Truncator(correction.text).chars(160) if user is not None else "",  # a mail does not carry it
            timezone.localdate(correction.received_at),
            address_of(correction),
        )
        for correction in found[:SHOWN]
    ]
    return Pile(
        "corrections",
        _("Corrections from readers"),
        _("No correction waits."),
        _counted(found),
        tasks,
        list_of(Correction, is_open="yes"),
    )


def imports(user: User | None, at: dt.datetime) -> Pile | None:
    """Files that were compared and wait for a decision, or that stopped: the person's own, or everybody's."""
    if not _may(user, "confirm_importrun"):
        return None
    found = ImportRun.objects.filter(state__in=(RunState.UPLOADED, RunState.COMPARED, RunState.CONFIRMED)).order_by(
        "pk"
    )
    tasks = [
        Task(run.original_name, str(run.get_state_display()), timezone.localdate(run.created_at), address_of(run))
        for run in found[:SHOWN]
    ]
    return Pile("imports", _("Imports"), _("No import waits."), _counted(found), tasks, list_of(ImportRun))


def scheduled(user: User | None, at: dt.datetime) -> Pile | None:
    """Editions that go live by the clock, the next first."""
    if not _may(user, "view_edition"):
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
        _counted(found),
        tasks,
        list_of(Edition, state=State.SCHEDULED.value),
        is_work=False,
    )


def suggested(user: User | None, at: dt.datetime) -> Pile | None:
    """Trials that may belong to a therapy: somebody says yes or no."""
    if not _may(user, "change_therapytrial"):
        return None
    found = (
        TherapyTrial.objects.filter(decision=LinkDecision.SUGGESTED).select_related("therapy", "trial").order_by("pk")
    )
    tasks = [Task(f"{link.trial} – {link.therapy}", link.why, None, address_of(link)) for link in found[:SHOWN]]
    return Pile(
        "suggested",
        _("Suggested links"),
        _("No suggestion waits."),
        _counted(found),
        tasks,
        list_of(TherapyTrial, decision__exact=LinkDecision.SUGGESTED.value),
    )


def unlinked(user: User | None, at: dt.datetime) -> Pile | None:
    """Trials that nobody has linked to a therapy or kept from one, the newest in the registry first."""
    if not _may(user, "change_therapytrial"):
        return None
    found = Trial.objects.filter(~Exists(TherapyTrial.objects.filter(trial=OuterRef("pk")))).order_by(
        "-last_update_posted", "home_number"
    )
    tasks = [
        Task(str(trial), Truncator(trial.brief_title).chars(160), None, address_of(trial)) for trial in found[:SHOWN]
    ]
    return Pile(
        "unlinked",
        _("Trials linked to no therapy"),
        _("Every trial is linked."),
        _counted(found),
        tasks,
        list_of(Trial),
        is_work=False,
    )


def _moment(at: dt.datetime) -> str:
    return formats.date_format(timezone.localtime(at), "DATETIME_FORMAT")


PILES: tuple[Callable[[User | None, dt.datetime], Pile | None], ...] = (
    reviews,
    flags,
    corrections,
    drafts,
    information_pages,
    due,
    imports,
    others_drafts,
    scheduled,
    suggested,
    unlinked,
)
