"""What changed between the rows of two editions: matched by `uid`, so that a corrected name is one change."""

from collections import defaultdict
from dataclasses import dataclass, field
from html import escape
from typing import Any
from uuid import UUID

from django.db.models import CharField, Field, ForeignKey, Model, TextChoices, TextField
from django.utils.translation import gettext_lazy as _

from drugs.models import Edition, ReportedResult, Row, SeeAlso, row_models
from drugs.partial_dates import PartialDateField
from drugs.publishing.compare.text import text_difference
from drugs.publishing.compare.values import Reader
from drugs.publishing.digest import content_fields

#: Columns that say which row it is and where it stands, not what it says.
_NOT_SAID = {"uid", "position"}
#: From so many characters on a text shows which of its words changed, not before and after as a whole.
_LONG = 60


class Kind(TextChoices):
    ADDED = "added", _("added")
    REMOVED = "removed", _("removed")
    CHANGED = "changed", _("changed")


@dataclass(frozen=True)
class FieldChange:
    """One field: its label, before and now in words. `marked`: both in one, as HTML of `text_difference`."""

    label: str
    old: str
    new: str
    marked: str = ""


@dataclass(frozen=True)
class RowChange:
    """One row that was added, removed or changed, and the fields that say so."""

    kind: Kind
    title: str
    fields: list[FieldChange]
    is_verified: bool = True


@dataclass
class RowsDifference:
    """The changed rows of one model, in the order of the newer edition, those that went at the end."""

    model: type[Row]
    changes: list[RowChange] = field(default_factory=list)

    @property
    def heading(self) -> str:
        return str(self.model._meta.verbose_name_plural)

    def count(self, kind: Kind) -> int:
        return sum(change.kind == kind for change in self.changes)


def compared_fields(model: type[Model]) -> list[Field]:
    """The fields of a row model, or of Edition, whose values are compared."""
    return [column for column in content_fields(model) if column.name not in _NOT_SAID]


def rows_differences(old: Edition, new: Edition, reader: Reader) -> list[RowsDifference]:
    """Each row model with changed rows. Readers who are not staff see verified rows only."""
    found = (_rows_difference(model, old, new, reader) for model in row_models())
    return [difference for difference in found if difference.changes]


def _rows_difference(model: type[Row], old: Edition, new: Edition, reader: Reader) -> RowsDifference:
    fields = compared_fields(model)
    rows = model.objects.all() if reader.is_staff else model.objects.public()
    references = [column.name for column in fields if isinstance(column, ForeignKey)]
    rows = rows.filter(edition__in=[old.pk, new.pk]).order_by("position", "pk").select_related(*references or [None])  # type: ignore[list-item]
    sides: dict[int, dict[UUID, Row]] = defaultdict(dict)
    for row in rows:
        if reader.is_staff or not (isinstance(row, SeeAlso) and row.therapy_id not in reader.names):
            sides[row.edition_id][row.uid] = row
    before, after = sides[old.pk], sides[new.pk]
    difference = RowsDifference(model)
    for uid, row in after.items():
        if uid not in before:
            difference.changes.append(_whole_row(Kind.ADDED, row, fields, reader))
        elif changes := field_changes(before[uid], row, fields, reader):
            difference.changes.append(RowChange(Kind.CHANGED, _title(row, reader), changes, row.is_verified))
    gone = [row for uid, row in before.items() if uid not in after]
    difference.changes += [_whole_row(Kind.REMOVED, row, fields, reader) for row in gone]
    return difference


def field_changes(old: Model, new: Model, fields: list[Field], reader: Reader) -> list[FieldChange]:
    """The fields whose words differ. A reference to the same row is the same, whatever that row is called now."""
    changes = []
    for column in fields:
        if _is_same_row(getattr(old, column.name), getattr(new, column.name)):
            continue
        before, now = reader.value(old, column), reader.value(new, column)
        if before != now:
            changes.append(FieldChange(_label(column), before, now, _marked(column, before, now)))
    return changes


def _is_same_row(old: Any, new: Any) -> bool:
    return isinstance(old, Row) and isinstance(new, Row) and old.uid == new.uid


def _whole_row(kind: Kind, row: Row, fields: list[Field], reader: Reader) -> RowChange:
    """A row that came or went, with all that it says."""
    said = ((_label(column), reader.value(row, column)) for column in fields if column.name != "is_verified")
    changes = [
        FieldChange(label, "", value) if kind == Kind.ADDED else FieldChange(label, value, "")
        for label, value in said
        if value
    ]
    return RowChange(kind, _title(row, reader), changes, row.is_verified)


def _label(column: Field) -> str:
    label = str(column.verbose_name)
    return label[:1].upper() + label[1:]


def _marked(column: Field, old: str, new: str) -> str:
    is_prose = (
        isinstance(column, CharField | TextField) and not column.choices and not isinstance(column, PartialDateField)
    )
    if not is_prose or not old or not new or max(len(old), len(new)) < _LONG:
        return ""
    return text_difference(escape(old), escape(new)).html


def _title(row: Any, reader: Reader) -> str:
    """What a row is called where it is listed."""
    if isinstance(row, SeeAlso):
        return reader.names.get(row.therapy_id, row.therapy.slug)
    if isinstance(row, ReportedResult):
        study = reader.value(row, row._meta.get_field("trial")) or row.study_name
        return ", ".join(filter(None, [str(row.outcome), row.time_point, study]))
    return str(row)
