"""Filters by therapy: the live ones, under the names that readers know."""

import datetime as dt
from functools import cached_property
from typing import Any, NamedTuple

import django_filters
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from drugs.filters.base import RecordFilterSet
from drugs.models import Edition


class NamedTherapy(NamedTuple):
    """A live therapy as lists name it; `address` is its page's."""

    pk: int
    slug: str
    name: str
    address: str


def named_therapies(at: dt.datetime) -> list[NamedTherapy]:
    """Those with a live edition, each with its name there: the only way to a therapy's name."""
    live = Edition.objects.live(at).order_by("display_name", "pk")
    return [
        NamedTherapy(pk, slug, name, reverse("therapy-detail", args=[slug]))
        for pk, slug, name in live.values_list("therapy", "therapy__slug", "display_name")
    ]


class TherapyFilter(django_filters.MultipleChoiceFilter):
    """By slug. The FilterSet gives the choices: see `NamesTherapies`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, choices=tuple, method="filter_therapy", label=_("Therapy"), **kwargs)


class NamesTherapies(RecordFilterSet):
    """A RecordFilterSet whose `therapy` offers the live therapies. They are read when asked for, once; or set beforehand."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["therapy"].extra["choices"] = lambda: [(one.slug, one.name) for one in self.therapies]

    @cached_property
    def therapies(self) -> list[NamedTherapy]:
        return named_therapies(timezone.now())
