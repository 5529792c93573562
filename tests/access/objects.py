"""One object in a state, as the site itself brings it there; and what of it a step changes."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from drugs import models
from drugs.imports import runs
from drugs.imports.apply import apply
from drugs.imports.compare import compare
from drugs.imports.undo import undo
from drugs.publishing import pages, workflow
from drugs.publishing.portraits import take_down
from drugs.publishing.publish import publish, withdraw
from tests import factories
from tests.imports.conftest import csv_file
from tests.publishing.test_workflow import ready_draft

ROW = {
    "NCT_Number": "NCT01363401",
    "Study_Title": "A",
    "Study_Status": "RECRUITING",
    "Last_Update_Posted": "2012-01-01",
}


def edition(state: str) -> models.Edition:
    made = ready_draft("of-state")
    past = timezone.now() - dt.timedelta(days=1)
    if state == "in_review":
        workflow.send_to_review(made, by=factories.UserFactory())
    elif state == "scheduled":
        publish(made, note="N.", goes_live_at=timezone.now() + dt.timedelta(days=1))
    elif state != "draft":
        publish(made, note="N.", goes_live_at=past)
    if state == "superseded":
        factories.publish(factories.EditionFactory(therapy=made.therapy))
    elif state == "withdrawn":
        withdraw(made.publication, reason="R.")
    return models.Edition.objects.get(pk=made.pk)


def pageversion(state: str) -> models.PageVersion:
    if state in ("draft", "in_review"):
        version = factories.PageVersionFactory(page__slug="of-state")
        if state == "in_review":
            pages.send_to_review(version, by=factories.UserFactory())
        return version
    version = factories.live_page("of-state")
    if state == "superseded":
        factories.live_page("of-state", published_at=timezone.now())
    elif state == "withdrawn":
        pages.withdraw(version, by=factories.UserFactory(), reason="R.")
    return version


def importrun(state: str) -> models.ImportRun:
    content = b"nothing" if state == "failed" else csv_file(ROW)
    run = runs.store([content], "file.csv", owner=factories.UserFactory())
    if state == "uploaded":
        return run
    run = compare(run)
    if state in ("confirmed", "applied", "undone"):
        runs.confirm(run)
    if state in ("applied", "undone"):
        run = apply(run)
    return undo(run) if state == "undone" else run


def trialcutoff(state: str) -> models.TrialCutoff:
    return factories.TrialCutoffFactory(confirmed=state == "confirmed")


def portrait(state: str) -> models.Portrait:
    made = factories.PortraitFactory()
    if state == "taken_down":
        take_down(made.pk, by=factories.UserFactory())
    return made


def trial(state: str) -> models.Trial:
    return factories.TrialFactory(is_verified=state == "verified")


def correction(state: str) -> models.Correction:
    said = {
        "outcome": "corrected",
        "outcome_text": "M.",
        "answered_at": timezone.now(),
        "answered_by": factories.UserFactory(),
    }
    return factories.CorrectionFactory(**said if state == "answered" else {})


def alert(state: str) -> models.Alert:
    made = factories.AlertFactory(confirmed=state == "confirmed")
    if state == "gone":
        models.Alert.objects.filter(pk=made.pk).delete()
    return made


MAKE: dict[str, Callable[[str], Any]] = {
    made.__name__: made for made in (edition, pageversion, importrun, trialcutoff, portrait, trial, correction, alert)
}
STATES = {
    "edition": "draft in_review scheduled live superseded withdrawn",
    "pageversion": "draft in_review live superseded withdrawn",
    "importrun": "uploaded compared confirmed applied undone failed",
    "trialcutoff": "saved confirmed",
    "portrait": "shown taken_down",
    "trial": "verified unverified",
    "correction": "new answered",
    "alert": "asked confirmed gone",
}


def print_of(kind: str, pk: int) -> Any:
    """All of the object that a step can change, what stands beside it counted."""
    model = models.__dict__[{"edition": "Edition", "pageversion": "PageVersion", "importrun": "ImportRun", "trialcutoff": "TrialCutoff",
                             "portrait": "Portrait"}[kind]]  # fmt: skip
    beside = (models.Edition, models.EditionStep, models.Publication, models.PageVersion, models.PageStep, models.Trial)
    return [*model._base_manager.filter(pk=pk).values_list(), *(one._base_manager.count() for one in beside)]
