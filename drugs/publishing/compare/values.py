"""The value of a field in the words that people read: choices by label, dates in words, references by their names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from drugs.models import Organisation, OutcomeMeasure, Source, Therapy, Trial
from drugs.partial_dates import PartialDate, PartialDateField
from drugs.regions import RegionField, region_name


class UnknownFieldError(TypeError):
    """A field whose value comparing cannot put into words: teach `Reader` how."""


@dataclass(frozen=True)
class Reader:
    """For whom values are written. `names`: the live name of each therapy; who reads the page sees no other.

    `is_staff`: unverified sources and therapies without a page are named too.
    """

    names: Mapping[int, str] = field(default_factory=dict)
    is_staff: bool = False

    def value(self, obj: models.Model, column: models.Field) -> str:
        """The value of one field of a row or an edition; empty where it has none."""
        value = getattr(obj, column.name)
        if value is None or value == "":
            return ""
        if isinstance(column, models.ForeignKey):
            return self._reference(value)
        if isinstance(column, RegionField):
            return region_name(value)
        if column.choices:
            return str(dict(column.flatchoices).get(value, value))
        for kind, words in _WORDS:
            if isinstance(column, kind):
                return words(value)
        raise UnknownFieldError(f"{column}: comparing does not know how to write a {type(column).__name__}.")

    def _reference(self, target: models.Model) -> str:
        if isinstance(target, Source):
            return target.label if self.is_staff or target.is_verified else ""
        if isinstance(target, Therapy):
            return self.names.get(target.pk, target.slug if self.is_staff else "")
        if isinstance(target, Trial):
            return str(target) if self.is_staff else target.public_name
        if isinstance(target, Organisation | OutcomeMeasure):
            return str(target)
        raise UnknownFieldError(f"Comparing does not know what to call a {target._meta.verbose_name}.")


def number_in_words(value: Decimal | int) -> str:
    """A number without the zeros that storing added, with a true minus."""
    return format(
        value.normalize() if isinstance(value, Decimal) else value, "f" if isinstance(value, Decimal) else "d"
    ).replace("-", "−")


_WORDS: tuple[tuple[type[models.Field], Callable[[Any], str]], ...] = (
    (PartialDateField, lambda value: PartialDate(value).display),
    (models.BooleanField, lambda value: _("yes") if value else _("no")),
    (models.DecimalField, number_in_words),
    (models.PositiveSmallIntegerField, str),  # years and counts: no separators
    (models.PositiveIntegerField, str),
    (models.CharField, str),
    (models.TextField, str),
)
