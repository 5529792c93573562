"""The editor's desk: what waits for one person, in piles, each pile counted and each task one click from its work.

Everything here is computed at the moment of asking: nothing is stored, so nothing is ever out of date. A pile is a
function of (user, at) that gives None where the person may not do that work; `PILES` is their order on the desk.
"""

import datetime as dt
from collections.abc import Callable

from django.contrib.auth.models import User

from drugs.publishing.desk.around import corrections, information_pages
from drugs.publishing.desk.editions import drafts, due, flags, others_drafts, reviews, scheduled, worked_on_by
from drugs.publishing.desk.pile import Pile, Task
from drugs.publishing.desk.trials import cutoffs, imports, suggested, unlinked

__all__ = ["PILES", "Pile", "Task", "desk", "worked_on_by"]


def desk(user: User | None, at: dt.datetime) -> list[Pile]:
    """The piles that wait for `user`, empty ones included; None stands for all staff together, as in a shared mailbox."""
    return [pile for make in PILES if (pile := make(user, at)) is not None]


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
    cutoffs,
    unlinked,
)
