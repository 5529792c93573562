"""What a therapy's page tells its readers while its text is being checked."""

import datetime as dt
from typing import NamedTuple

from django.db.models import QuerySet

from drugs.models import ReviewFlag, Therapy, Trial
from drugs.prepared import prepared


class Notice(NamedTuple):
    """One trial that changed: the sentence that readers are told, and the names of the texts that name the trial."""

    trial: Trial
    sentence: str
    sections: set[str]


def open_flags(therapy: Therapy | int, at: dt.datetime) -> list[Notice]:
    """One notice for each changed trial of the live page, the newest change first; one query."""
    flags: dict[int, list[ReviewFlag]] = {}
    for flag in _shown(therapy if isinstance(therapy, int) else therapy.pk, at):
        flags.setdefault(flag.trial_id, []).append(flag)  # type: ignore[arg-type]
    return [
        Notice(its[0].trial, its[0].notice(), {passage["section"] for flag in its for passage in flag.sentences})  # type: ignore[arg-type]
        for its in flags.values()
    ]


@prepared
def _shown(therapy: int, at: dt.datetime) -> QuerySet[ReviewFlag]:
    shown = ReviewFlag.objects.shown(at).filter(edition__therapy=therapy).select_related("trial")
    return shown.order_by("-changed_on", "pk")
