"""Piles of the desk: information pages and readers' corrections."""

import datetime as dt

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from drugs.models import Correction, PageStep, PageVersion
from drugs.publishing import pages
from drugs.publishing.desk.pile import SHOWN, Pile, Task, address_of, counted, list_of, may
from drugs.publishing.states import State
from drugs.vocabulary import StepKind


def information_pages(user: User | None, at: dt.datetime) -> Pile | None:
    """Drafts of information pages: for editors those under way, for reviewers those that wait and are not their own."""
    writes, reviews_them = may(user, "change_pageversion"), may(user, "review_pageversion")
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
        counted(found),
        tasks,
        list_of(PageVersion),
    )


def corrections(user: User | None, at: dt.datetime) -> Pile | None:
    """What readers say is wrong and nobody answered yet, the oldest first."""
    if not may(user, "change_correction"):
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
        counted(found),
        tasks,
        list_of(Correction, is_open="yes"),
    )
