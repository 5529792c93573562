"""Piles of the desk: imports, links of trials to therapies, limits on who may join."""

import datetime as dt

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from drugs.models import ImportRun, TherapyTrial, Trial, TrialCutoff
from drugs.publishing.desk.pile import SHOWN, Pile, Task, address_of, counted, list_of, may
from drugs.vocabulary import LinkDecision, OverallStatus, RunState


def imports(user: User | None, at: dt.datetime) -> Pile | None:
    """Files that were compared and wait for a decision, or that stopped: the person's own, or everybody's."""
    if not may(user, "confirm_importrun"):
        return None
    found = ImportRun.objects.filter(state__in=(RunState.UPLOADED, RunState.COMPARED, RunState.CONFIRMED)).order_by(
        "pk"
    )
    tasks = [
        Task(run.original_name, str(run.get_state_display()), timezone.localdate(run.created_at), address_of(run))
        for run in found[:SHOWN]
    ]
    return Pile("imports", _("Imports"), _("No import waits."), counted(found), tasks, list_of(ImportRun))


def suggested(user: User | None, at: dt.datetime) -> Pile | None:
    """Trials that may belong to a therapy: somebody says yes or no."""
    if not may(user, "change_therapytrial"):
        return None
    found = (
        TherapyTrial.objects.filter(decision=LinkDecision.SUGGESTED).select_related("therapy", "trial").order_by("pk")
    )
    tasks = [Task(f"{link.trial} – {link.therapy}", link.why, None, address_of(link)) for link in found[:SHOWN]]
    return Pile(
        "suggested",
        _("Suggested links"),
        _("No suggestion waits."),
        counted(found),
        tasks,
        list_of(TherapyTrial, decision__exact=LinkDecision.SUGGESTED.value),
    )


def unlinked(user: User | None, at: dt.datetime) -> Pile | None:
    """Trials that nobody has linked to a therapy or kept from one, the newest in the registry first."""
    if not may(user, "change_therapytrial"):
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
        counted(found),
        tasks,
        list_of(Trial),
        is_work=False,
    )


def cutoffs(user: User | None, at: dt.datetime) -> Pile | None:
    """Limits of trials that look for people: overtaken by the registry for editors, unconfirmed for who may confirm them."""
    edits, confirms = may(user, "change_trialcutoff"), may(user, "confirm_trialcutoff")
    if not (edits or confirms):
        return None
    unconfirmed = Q(confirmed_at=None) if confirms else Q(pk__in=())
    if user is not None:
        unconfirmed &= ~Q(saved_by=user)
    overtaken = Q(confirmed_at__isnull=False, is_overtaken=True) if edits else Q(pk__in=())
    found = TrialCutoff.objects.with_overtaken().filter(
        unconfirmed | overtaken, trial__is_verified=True, trial__overall_status=OverallStatus.RECRUITING
    )
    tasks = [
        Task(
            f"{cutoff.trial}: {capfirst(cutoff.in_words())}",
            _("not public: the registry changed its text since; read it again and save")
            if cutoff.confirmed_at
            else _("waits for a second person"),
            timezone.localdate(cutoff.confirmed_at or cutoff.saved_at),
            address_of(cutoff),
        )
        for cutoff in found.select_related("trial").order_by("-confirmed_at", "saved_at", "pk")[:SHOWN]
    ]
    return Pile(
        "cutoffs",
        _("Limits on who may join"),
        _("No limit waits."),
        counted(found),
        tasks,
        list_of(TrialCutoff),
    )
