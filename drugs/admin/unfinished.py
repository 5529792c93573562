"""A draft is saved whatever is half done: what cannot be stored is set aside and comes back with the page.

A row with a fault is not stored, and what was stored of it stays as it was; a faulty cell of the page keeps its stored
value. What was typed instead is kept as an UnfinishedPart, and the page shows it again with what is in the way.
"""

import uuid
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from django import forms
from django.db import DEFAULT_DB_ALIAS
from django.db.models import ProtectedError, Q, UniqueConstraint
from django.db.models.deletion import Collector
from django.forms.formsets import DELETION_FIELD_NAME
from django.forms.models import BaseInlineFormSet, ModelChoiceField
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _

from drugs.models import Edition, Row, UnfinishedPart

Problems = dict[str, list[str]]


def typed(form: "SetAside", names: Iterable[str]) -> dict[str, Any]:
    """What was typed into cells of a bound form, fit to be kept and shown: a reference to no record is left out."""
    cells = {}
    for name in names:
        is_reference = isinstance(form.fields[name], ModelChoiceField)
        value = "" if is_reference and name in form.problems else form[name].data
        cells[name] = value.replace("\x00", "") if isinstance(value, str) else value
    return cells


def problems_of(form: forms.ModelForm) -> Problems:
    return {name: [str(message) for message in messages] for name, messages in form.errors.items()}


class SetAside(forms.ModelForm):
    """A form of a draft's page, of which a part may be set aside."""

    problems: Problems

    def show(self, part: UnfinishedPart) -> None:
        """Show what was kept in place of what is stored, with what is in the way."""
        self.initial.update({name: value for name, value in part.cells.items() if name in self.fields})
        self._errors = ErrorDict({name: self.error_class(messages) for name, messages in part.problems.items()})


class DraftForm(SetAside):
    """The cells of the page itself: a faulty one keeps its stored value, and what was typed is set aside."""

    def full_clean(self) -> None:
        super().full_clean()
        self.problems = {}
        if not (self.is_bound and self.instance.pk):
            return
        cells = {field.name for field in self.instance._meta.concrete_fields}
        self.problems = {name: said for name, said in problems_of(self).items() if name in cells}
        for name in self.problems:
            del self.errors[name]
            setattr(self.instance, name, self.initial[name])


class RowForm(SetAside):
    """One row of a draft. A new one that was kept unfinished carries its key."""

    unfinished = forms.Field(widget=forms.HiddenInput, required=False)  # checked where it is kept

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.problems = {}

    @cached_property
    def changed_data(self) -> list[str]:
        return [name for name in super().changed_data if name != "unfinished"]

    def has_changed(self) -> bool:
        """A row that is set aside is not to be saved."""
        return not self.problems and super().has_changed()

    def set_aside(self, problems: Problems) -> None:
        """Neither store nor delete it."""
        self.problems = problems
        self.errors.clear()
        self.cleaned_data.pop(DELETION_FIELD_NAME, None)

    def to_store(self) -> dict[str, Any]:
        """What the database holds of this row once the page was saved."""
        return self.cleaned_data if self.has_changed() else self.initial


class DraftRows(BaseInlineFormSet):
    """The rows of one kind: those that can be stored are, the others are set aside.

    `parts` are the unfinished rows of this kind that the draft keeps; an unbound set shows them.
    """

    def __init__(self, *args: Any, parts: Iterable[UnfinishedPart] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts_of_rows: dict[int, UnfinishedPart] = {}
        self.new_parts: list[UnfinishedPart] = []
        if not self.is_bound:
            stored = {row.pk for row in self.get_queryset()}
            self.parts_of_rows = {part.row: part for part in parts if part.row in stored}
            self.new_parts = [part for part in parts if part.row not in stored]
            self.extra += len(self.new_parts)

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)
        place = i - self.initial_form_count()
        if place < 0 and (part := self.parts_of_rows.get(form.instance.pk)):
            form.show(part)
        elif 0 <= place < len(self.new_parts):
            part = self.new_parts[place]
            form.show(part)
            form.initial["unfinished"] = part.key.hex
        return form

    def kept_forms(self) -> list[RowForm]:
        """The forms of unfinished new rows, as an unbound set shows them."""
        return [form for form in self.extra_forms if form.initial.get("unfinished")]

    def validate_unique(self) -> None:
        """Set aside every row that cannot be stored, alone or beside the others."""
        for form in self._to_judge():
            if form.errors:
                form.set_aside(problems_of(form))
        self._set_doubles_aside()

    def keep_needed(self) -> None:
        """What rows still rest on is not deleted. To be called when the rows of all kinds before this were saved."""
        for form in self.deleted_forms:
            if rows := _resting_on(form.instance):
                words = {"row": form.instance, "rows": "; ".join(rows)}
                form.set_aside({"__all__": [_("'%(row)s' stays: %(rows)s rests on it. Change that first.") % words]})
        del self._deleted_form_indexes
        self._set_doubles_aside()

    def _set_doubles_aside(self) -> None:
        while found := self._first_double():
            form, message = found
            form.set_aside({"__all__": [message]})

    def _to_judge(self) -> list[RowForm]:
        return [form for form in self.forms if not self._should_delete_form(form)]

    def _first_double(self) -> tuple[RowForm, str] | None:
        """A row that would take the place of another that stays, and what the rule says."""
        for rule in self.model._meta.constraints:
            if not isinstance(rule, UniqueConstraint):
                continue
            names = [name for name in rule.fields if name != self.fk.name]
            taken: dict[tuple[Any, ...], RowForm] = {}
            # Rows that stay as they are stored come first: a changed one gives way.
            for form in sorted(self._to_judge(), key=lambda form: form.has_changed()):
                values = form.to_store()
                if not (form.instance.pk or form.has_changed()) or not all(name in values for name in names):
                    continue
                if rule.condition is not None and not _holds(rule.condition, values):
                    continue
                if taken.setdefault(tuple(values[name] for name in names), form) is not form:
                    return form, str(rule.violation_error_message)
        return None

    def set_aside(self) -> Iterator[RowForm]:
        yield from (form for form in self.forms if form.problems)


def _holds(condition: Q, values: dict[str, Any]) -> bool:
    """Whether a plain condition of a unique rule, such as is_current=True, holds for a row."""
    return all(values.get(name) == value for name, value in condition.children)


def _resting_on(row: Row) -> list[str]:
    """The rows that name this one, in words."""
    if row.pk is None:
        return []
    try:
        Collector(using=DEFAULT_DB_ALIAS, origin=row).collect([row])
    except ProtectedError as error:
        return sorted(f"{other._meta.verbose_name} '{other}'" for other in error.protected_objects)
    return []


def _key(text: str | None, taken: set[uuid.UUID]) -> uuid.UUID:
    """The key that a row came with, or a new one where that is none or another row has it."""
    try:
        key = uuid.UUID(text or "")
    except ValueError:
        return uuid.uuid4()
    return uuid.uuid4() if key in taken else key


def keep(edition: Edition, page: SetAside, formsets: Iterable[DraftRows]) -> list[UnfinishedPart]:
    """Keep what of a saved page could not be stored, in place of what was kept before. Returns the parts."""
    parts = []
    if page.problems:
        parts.append(UnfinishedPart(edition=edition, cells=typed(page, page.problems), problems=page.problems))
    keys: set[uuid.UUID] = set()
    for formset in formsets:
        kind = formset.model._meta.model_name
        for form in formset.set_aside():
            key = _key(form.cleaned_data.get("unfinished"), keys)
            keys.add(key)
            names = [name for name in form._meta.fields or () if name in form.fields and name != "unfinished"]
            parts.append(
                UnfinishedPart(
                    edition=edition,
                    kind=kind,
                    key=key,
                    row=form.instance.pk,
                    cells=typed(form, names),
                    problems=form.problems,
                )
            )
    edition.unfinished_parts.all().delete()
    UnfinishedPart.objects.bulk_create(parts)
    return parts
