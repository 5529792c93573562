"""Dates as sources give them: a year, a month or a day, and no day that nobody stated.

Stored as ISO 8601 text of reduced precision ('2025', '2025-05', '2025-05-03'), so that
text order is date order and a year is a range: `>= "2025", < "2026"`.
"""

import calendar
import datetime as dt
import re
from functools import lru_cache
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import formats
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

ISO_PATTERN = r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"


class PartialDate(str):
    """A date of year, month or day precision. Compares and sorts as its ISO 8601 text."""

    __slots__ = ()

    @classmethod
    def parse(cls, value: object) -> Self:
        """Take '2025', '2025-5', '2025-05-03', a year as int or a `datetime.date`; else raise ValueError."""
        if isinstance(value, dt.date):
            return cls(value.isoformat()[:10])
        match = re.fullmatch(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", str(value).strip(), re.ASCII)
        if not match:
            raise ValueError(gettext("Write a date as 2020, 2020-05 or 2020-05-13."))
        year, month, day = (int(part) if part else None for part in match.groups())
        try:
            dt.date(year or 0, month or 1, day or 1)
        except ValueError:
            raise ValueError(gettext("%(value)s is not a day of the calendar.") % {"value": value}) from None
        return cls("-".join([f"{year:04}", *(f"{part:02}" for part in (month, day) if part is not None)]))

    @property
    def precision(self) -> str:
        """'year', 'month' or 'day'."""
        return {4: "year", 7: "month", 10: "day"}[len(self)]

    @property
    def year(self) -> int:
        return int(self[:4])

    @property
    def earliest(self) -> dt.date:
        """The first day that this date may mean."""
        year, month, day = ([int(part) for part in self.split("-")] + [1, 1])[:3]
        return dt.date(year, month, day)

    @property
    def latest(self) -> dt.date:
        """The last day that this date may mean."""
        year, month, day = ([int(part) for part in self.split("-")] + [0, 0])[:3]
        month = month or 12
        return dt.date(year, month, day or calendar.monthrange(year, month)[1])

    @property
    def display(self) -> str:
        """The date in words of the active language, no more precise than it is: '3 May 2025', 'May 2025', '2025'."""
        return _in_words(self, get_language())


@lru_cache(maxsize=10_000)
def _in_words(date: PartialDate, _language: str | None) -> str:
    form = {"year": "Y", "month": "YEAR_MONTH_FORMAT", "day": "DATE_FORMAT"}[date.precision]
    return formats.date_format(date.earliest, form)


class PartialDateFormField(forms.CharField):
    widget = forms.TextInput(
        attrs={"placeholder": _("2025, 2025-05 or 2025-05-03"), "size": 12, "class": "vPartialDate"}
    )

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if text in self.empty_values:
            return ""
        try:
            return PartialDate.parse(text)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error


class PartialDateField(models.CharField):
    """A `PartialDate`, or an empty text where there is none."""

    description = _("A year, a month or a day")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 10
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs

    def to_python(self, value: Any) -> Any:
        if value in (None, "") or isinstance(value, PartialDate):
            return value
        try:
            return PartialDate.parse(value)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return PartialDate(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        value = self.to_python(value)
        return str(value) if value is not None else None

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": PartialDateFormField, **kwargs})


def partial_date_check(*fields: str, name: str) -> models.CheckConstraint:
    """A constraint that each of `fields` is empty or an ISO 8601 date of reduced precision."""
    condition = Q()
    for field in fields:
        condition &= Q(**{field: ""}) | Q(**{f"{field}__regex": ISO_PATTERN})
    return models.CheckConstraint(
        condition=condition, name=name, violation_error_message=_("Write a date as 2020, 2020-05 or 2020-05-13.")
    )
