"""Who did what to which record, kept by django-auditlog: read in the admin, kept whatever is imported later.

A trial's facts are written in bulk, which auditlog does not see: TrialChange, written beside them in the same
transaction, is their log. Everything else is saved one by one; `history_of` puts both in one order.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from drugs.rich_text import RichTextField

#: Columns whose change says nothing that a person asks for.
_LEFT_OUT = {"password", "last_login", "changed_at", "version", "words"}


def register() -> None:
    from allauth.mfa.models import Authenticator

    from drugs import models

    for model in (
        models.Organisation,
        models.OutcomeMeasure,
        models.GlossaryTerm,
        models.Therapy,
        models.FormerSlug,
        models.TherapyTrial,
        models.Edition,
        *models.row_models(),
        models.Publication,
        models.FindingAnswer,
        models.ReviewFlag,
        models.StaffOverride,
        models.TrialIdentifier,
        models.TrialCutoff,
        models.Page,
        models.PageVersion,
        models.MenuEntry,
        models.Announcement,
        models.Disclaimer,
    ):
        keep(model)  # type: ignore[arg-type]
    # A portrait that was taken down, and what a reader wrote, must not live on in the log.
    keep(models.Portrait, without={"picture", "alt_text", "caption"})
    keep(models.Correction, without={"text", "email", "form_id"})
    keep(Group, m2m_fields={"permissions"})
    # What a second step is made of, and when it was used, is nobody's business.
    keep(Authenticator, without={"data", "last_used_at"})
    keep(get_user_model(), m2m_fields={"groups", "user_permissions"})


def keep(model: type[Model], *, without: Iterable[str] = (), **options: Any) -> None:
    """Log a model's own columns. Left to itself auditlog also reads each reverse relation of a new record."""
    columns = [field.name for field in model._meta.concrete_fields if field.name not in {*_LEFT_OUT, *without}]
    auditlog.register(model, include_fields=columns, **options)


class FieldChange(NamedTuple):
    field: str
    old: str
    new: str


class Act(NamedTuple):
    """One thing that somebody did: `by` is None for an import, a command and the clock."""

    at: dt.datetime
    by: User | None
    what: str
    record: str
    changes: list[FieldChange]


def entries_of(obj: Model) -> QuerySet[LogEntry]:
    """The log entries of a record and of what belongs to it (an edition's rows, a trial's overrides), newest first."""
    own = Q(content_type=ContentType.objects.get_for_model(obj), object_pk=str(obj.pk))
    key = obj.pk if isinstance(obj.pk, int) else str(obj.pk)  # the worker's tasks have UUIDs
    parts = Q(**{f"additional_data__{obj._meta.model_name}": key})
    return LogEntry.objects.filter(own | parts).select_related("actor", "content_type").order_by("-timestamp", "-pk")


def history_of(obj: Model, most: int = 200) -> list[Act]:
    """Who did what to a record, newest first, at most `most` acts."""
    acts = [_act_of_entry(entry) for entry in entries_of(obj)[:most]]
    if obj._meta.label == "drugs.Trial":
        acts += _acts_of_trial(obj, most)
    return sorted(acts, key=lambda act: act.at, reverse=True)[:most]


def _act_of_entry(entry: LogEntry) -> Act:
    record = f"{entry.content_type.name}: {entry.object_repr}"
    action = LogEntry.Action
    what = {action.CREATE: _("added"), action.UPDATE: _("changed"), action.DELETE: _("deleted")}.get(entry.action, "")
    return Act(entry.timestamp, entry.actor, what, record, list(_field_changes(entry)))


def _field_changes(entry: LogEntry) -> Iterator[FieldChange]:
    model = entry.content_type.model_class()
    for name, values in (entry.changes_dict or {}).items():
        if isinstance(values, dict):  # a many-to-many relation: what was added or taken away
            objects = ", ".join(map(str, values.get("objects", [])))
            added = values.get("operation") == "add"
            yield FieldChange(_label(model, name), "" if added else objects, objects if added else "")
            continue
        old, new = ("" if value == "None" else str(value) for value in values)
        yield FieldChange(_label(model, name), _in_words(model, name, old), _in_words(model, name, new))


def _acts_of_trial(trial: Model, most: int) -> list[Act]:
    from drugs.models import TrialChange

    acts: dict[tuple[Any, ...], Act] = {}
    changes = TrialChange.objects.filter(trial=trial.pk).select_related("changed_by", "run")
    for change in changes.order_by("-changed_at", "-pk")[:most]:
        what = _("import %(run)s") % {"run": change.run} if change.run else _("edited")
        act = acts.setdefault(
            (change.changed_at, change.run_id, change.changed_by_id),
            Act(change.changed_at, change.changed_by, what, str(trial), []),
        )
        if change.field:
            label, words = _label(type(trial), change.field), type(trial)
            old, new = (_in_words(words, change.field, text) for text in (change.old, change.new))
            act.changes.append(FieldChange(label, old, new))
    return list(acts.values())


def _field(model: type[Model] | None, name: str) -> Any:
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:  # a column that is gone since
        return None


def _label(model: type[Model] | None, name: str) -> str:
    field = _field(model, name)
    return str(getattr(field, "verbose_name", name))


def _in_words(model: type[Model] | None, name: str, text: str) -> str:
    """A stored value as people read it: choices by their label, references by name, rich text without its tags."""
    field = _field(model, name)
    if isinstance(field, RichTextField):
        from drugs.publishing.checker.prose import blocks

        return " ".join(block.text for block in blocks(text))
    if field is not None and field.many_to_one and text.isdigit():
        found = field.related_model._base_manager.filter(pk=int(text)).first()
        return str(found) if found else f"{field.related_model._meta.verbose_name} {text}"
    return str(dict(getattr(field, "flatchoices", None) or {}).get(text, text))
