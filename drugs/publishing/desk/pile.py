"""A pile of the desk: tasks of one kind, each with the address in the admin where it is done."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

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


def may(user: User | None, permission: str) -> bool:
    return user is None or user.has_perm(f"drugs.{permission}")


def counted(records: QuerySet) -> int:
    return records.order_by()[: MOST_COUNTED + 1].count()
