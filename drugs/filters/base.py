"""What both FilterSets share: an invalid value shows nothing and says so; the state in links and words."""

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django_filters.fields import IsoDateTimeField

MAX_LENGTH = 100


class ActiveFilter(NamedTuple):
    """One value that narrows the list: its words, and the address without it."""

    parameter: str
    value: str
    words: str
    without: str


def refuse_controls(value: str) -> None:
    """No NUL (PostgreSQL refuses it), no other control characters, no half of a surrogate pair."""
    if any(ord(character) < 32 or 0xD800 <= ord(character) <= 0xDFFF for character in value):
        raise ValidationError(_("This text has characters that cannot be searched for."))


class TextField(forms.CharField):
    default_validators = [MaxLengthValidator(MAX_LENGTH), refuse_controls]

    def to_python(self, value: Any) -> str:
        """Refuse NUL with our own words, before Django's validator of it."""
        return str(super().to_python(value))


class TextFilter(django_filters.CharFilter):
    field_class = TextField


class MomentField(IsoDateTimeField):
    """A moment in UTC: databases take fewer offsets than ISO 8601 allows (PostgreSQL up to 15:59)."""

    def clean(self, value: Any) -> dt.datetime | None:
        moment = super().clean(value)
        try:
            return moment and moment.astimezone(dt.UTC)
        except OverflowError as error:  # in UTC it would lie before the year 1 or after 9999
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class MomentFilter(django_filters.IsoDateTimeFilter):
    field_class = MomentField


class RecordFilterSet(django_filters.FilterSet):
    """A FilterSet whose `rows` are none when a value is invalid, instead of all."""

    #: Parameters that order rather than narrow.
    not_narrowing = ("sort",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Questions that mean the same are the same: what is kept of one may then be given for another.
        self.data = self._in_one_order()

    @property
    def rows(self) -> QuerySet[Any]:
        if not self._chosen:  # nothing is asked for: no form has to be made to see that
            return self.queryset.all()
        return self.qs if self.is_valid() else self.queryset.none()

    def is_valid(self) -> bool:
        return not self._chosen or super().is_valid()

    def value_of(self, name: str) -> Any:
        """What the parameter asks for, cleaned; nothing where it, or another one, asks for nothing that can be."""
        return self.form.cleaned_data.get(name) if self._chosen and self.is_valid() else None

    def rows_without(self, *names: str) -> QuerySet[Any]:
        """The rows under every filter but `names`, from the values that are validated already."""
        rows = self.queryset.all()
        for name, narrowing in self.filters.items() if self._chosen else ():
            if name not in names and name not in self.not_narrowing:
                rows = narrowing.filter(rows, self.form.cleaned_data[name])
        return rows

    def problems(self) -> list[str]:
        """A sentence for each invalid parameter: which one, which value, why."""
        if self.is_valid():
            return []
        return [
            _("%(parameter)s: “%(value)s” cannot be used. %(reason)s")
            % {
                "parameter": self.label_of(name),
                "value": ", ".join(self.data.getlist(name))[:MAX_LENGTH],
                "reason": " ".join(map(str, errors)),
            }
            for name, errors in self.form.errors.items()
        ]

    def label_of(self, name: str) -> str:
        return str(self.filters[name].label or name)

    def accepted(self) -> QueryDict:
        """The parameters that the list knows, with their values, in one order: what a link carries on."""
        return self.data.copy()

    def _in_one_order(self) -> QueryDict:
        query = QueryDict(mutable=True)
        for name in self.filters:
            values = [value for value in _given(self.data, name) if value.strip()]
            if values:
                query.setlist(name, sorted(set(values)))
        return query

    def active(self) -> Iterator[ActiveFilter]:
        query = self.accepted()
        for name, values in query.lists():
            if name in self.not_narrowing:
                continue
            for value in values:
                rest = query.copy()
                rest.setlist(name, [other for other in values if other != value])
                yield ActiveFilter(
                    name, value, self.words_of(name, value), "?" + rest.urlencode() if rest.urlencode() else "?"
                )

    @cached_property
    def _chosen(self) -> dict[str, list[str]]:
        return dict(self.data.lists())

    def toggled(self, name: str, value: str) -> str:
        """The address with this value chosen, or without it where it is; the other values stay."""
        own = _encoded(name, {*self._chosen.get(name, [])} ^ {value})
        return "?" + "&".join(filter(None, (own if known == name else self._parts[known] for known in self.filters)))

    @cached_property
    def _parts(self) -> dict[str, str]:
        """Each parameter as it stands in the address."""
        return {name: _encoded(name, self._chosen.get(name, ())) for name in self.filters}

    def words_of(self, name: str, value: str) -> str:
        """How a value reads: the label of its choice, else as it was typed."""
        choices = dict(getattr(self.form.fields[name], "choices", ()))
        label = choices.get(value)
        return str(label) if label else f"“{value}”" if name in ("q", "sponsor") else value

    def in_words(self) -> str:
        """'Phase 3, Recruiting, Japan'; empty when nothing narrows the list."""
        return ", ".join(active.words for active in self.active())


def _given(data: Any, name: str) -> list[str]:
    if isinstance(data, QueryDict):
        return data.getlist(name)
    value = data.get(name, "")
    return [str(part) for part in value] if isinstance(value, list) else [str(value)]


def _encoded(name: str, values: Iterable[str]) -> str:
    return urlencode([(name, value) for value in sorted(values)])
