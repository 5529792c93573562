"""The content that ships: fixtures read one object at a time, each validated, nothing that exists changed."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from auditlog.context import disable_auditlog
from django.apps import apps
from django.core import serializers
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist, ValidationError
from django.core.serializers.base import DeserializationError
from django.db import IntegrityError, transaction
from django.db.models import ForeignKey, Model

from drugs.models import (
    ContentVersion,
    Disclaimer,
    MenuEntry,
    PageVersion,
    Publication,
    RegistryRecord,
    Row,
    TherapyTrial,
    Trial,
    TrialIdentifier,
)
from drugs.publishing.digest import edition_digest
from drugs.publishing.publish import take_snapshots
from drugs.publishing.text import keep_text
from drugs.resolution import changed_facts, resolve, store_countries, store_registries

_UNREADABLE = (
    DeserializationError,
    FieldDoesNotExist,
    ObjectDoesNotExist,
    ValidationError,
    KeyError,
    TypeError,
    ValueError,
)


#: What is created or skipped with the object that a field of it names.
OWNED_BY = {
    "edition": (Row, Publication),
    "trial": (TrialIdentifier, RegistryRecord),
    "page": (PageVersion,),
}
#: Lists that a file fills only where they are empty: what staff took off a menu does not come back.
LISTS = (MenuEntry, Disclaimer)


class ContentError(Exception):
    """A fixture that cannot be loaded: file, object, reason."""


@dataclass
class Report:
    """What loading did with each object of a file."""

    created: Counter[str] = field(default_factory=Counter)
    skipped: Counter[tuple[str, str]] = field(default_factory=Counter)


def fixture_files(folder: Path) -> list[Path]:
    """The fixtures in the order in which they build on each other: their names' order."""
    return sorted(folder.glob("*.yaml"))


def load_file(path: Path) -> Report:
    """Load one fixture. Raises `ContentError`, which names file, object and reason; then nothing is written.

    What ships with the site is nobody's doing: the log of who did what begins with the first person's change.
    """
    with disable_auditlog():
        return load_entries(path, read_entries(path))


@transaction.atomic
def load_entries(path: Path, entries: list[dict[str, Any]]) -> Report:
    """Create what is missing. An edition, a trial, a page or a list that exists stays as it is, with all that belongs to it.

    `path` is named in errors.
    """
    report = Report()
    created: set[Model] = set()
    owners: dict[tuple[Any, ...], Model] = {}
    standing = {model for model in LISTS if model.objects.exists()}
    for entry in entries:
        owned_by, owner = _owner(entry, owners)
        if owner and owner not in created:
            report.skipped[apps.get_model(entry["model"])._meta.label, f"its {owned_by} exists"] += 1
            continue
        obj = _object(path, entry)
        label = obj._meta.label
        if owner:
            setattr(obj, owned_by, owner)  # else each check of the object would ask for it again
        if type(obj) in standing:
            report.skipped[label, "its list exists"] += 1
            continue
        if _exists(obj):
            report.skipped[label, "exists"] += 1
            continue
        _create(path, entry, obj)
        created.add(obj)
        report.created[label] += 1
    _check_trials(path, {obj.pk for obj in created if isinstance(obj, Trial)})
    if report.created:
        ContentVersion.bump()
    return report


def read_entries(path: Path) -> list[dict[str, Any]]:
    """The entries of a fixture as plain data."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        entries = yaml.load(path.read_text(encoding="utf-8"), Loader=loader) or []  # noqa: S506 (a safe loader)
    except yaml.YAMLError as error:
        raise ContentError(f"{path.name}: not readable as YAML: {error}") from error
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and isinstance(entry.get("model"), str) and isinstance(entry.get("fields"), dict)
        for entry in entries
    ):
        raise ContentError(f"{path.name}: a fixture is a list of objects, each with its model and its fields.")
    return entries


def _owner(entry: dict[str, Any], known: dict[tuple[Any, ...], Model]) -> tuple[str, Model | None]:
    """The field that names what the entry belongs to, and that object; without one where it stands alone or names none."""
    try:
        model = apps.get_model(entry["model"])
        name = next((name for name, owned in OWNED_BY.items() if issubclass(model, owned)), "")
        if not name:
            return "", None
        owners, key = model._meta.get_field(name).related_model, tuple(entry["fields"][name])
        if (owners, *key) not in known:
            known[owners, *key] = owners._default_manager.get_by_natural_key(*key)
        return name, known[owners, *key]
    except (LookupError, *_UNREADABLE):
        return "", None  # reading the object says what is wrong


def _object(path: Path, entry: dict[str, Any]) -> Model:
    try:
        return next(iter(serializers.deserialize("python", [entry]))).object
    except _UNREADABLE as error:
        raise ContentError(f"{path.name}: {_name(entry)}: {error}") from error


def _name(entry: dict[str, Any]) -> str:
    fields = entry.get("fields") or {}
    shown = next(
        (
            fields[key]
            for key in ("slug", "title", "label", "lead", "text", "term", "home_number", "number", "uid")
            if key in fields
        ),
        "",
    )
    return f"{entry.get('model')} {shown}".strip()


def _exists(obj: Model) -> bool:
    """Fixtures give no primary keys: an object has one when Django found it by its natural key."""
    if isinstance(obj, RegistryRecord | MenuEntry | Disclaimer):
        return False
    if isinstance(obj, TherapyTrial):
        return TherapyTrial.objects.filter(therapy=obj.therapy_id, trial=obj.trial_id).exists()
    return obj.pk is not None


def _create(path: Path, entry: dict[str, Any], obj: Model) -> None:
    try:
        obj.full_clean(exclude=_just_found(obj), validate_unique=False, validate_constraints=False)
        _save(obj)
    except ValidationError as error:
        reasons = "; ".join(f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items())
        raise ContentError(f"{path.name}: {_name(entry)}: {reasons}") from error
    except IntegrityError as error:
        raise ContentError(f"{path.name}: {_name(entry)}: {error}") from error
    if isinstance(obj, Trial):
        store_countries([(obj.pk, obj.countries)])
    if isinstance(obj, TrialIdentifier) and not obj.is_home:
        store_registries([obj.trial_id])
    if isinstance(obj, Publication):
        if obj.digest != edition_digest(obj.edition):
            raise ContentError(
                f"{path.name}: {obj.edition}: the digest is not that of its content. Run manage.py seal_content."
            )
        take_snapshots(obj.edition, by=None, at=obj.goes_live_at)
        keep_text(obj.edition)


def _just_found(obj: Model) -> set[str]:
    """The references whose objects were found by their natural keys a moment ago: each would be asked for again."""
    references = (field for field in obj._meta.concrete_fields if isinstance(field, ForeignKey))
    return {
        field.name
        for field in references
        if getattr(obj, field.attname) is not None and not field.get_limit_choices_to()
    }


def _save(obj: Model) -> None:
    """The database checks the constraints, which is quicker; what it refuses is checked again here for a reason in words."""
    try:
        with transaction.atomic():
            if isinstance(obj, Publication):
                obj.save_base(raw=True)  # keeps `published_at`: the moment of the decision, not of loading
            else:
                obj.save()
    except IntegrityError:
        obj.full_clean()
        raise


def _check_trials(path: Path, created: set[int]) -> None:
    """The columns of a shipped trial are what its record says."""
    for trial in Trial.objects.filter(pk__in=created).prefetch_related("records"):
        differing = changed_facts(trial.facts(), resolve(trial.home_registry, trial.records.all()))
        if differing:
            name, stored, said = differing[0]
            raise ContentError(f"{path.name}: {trial}: {name} is {stored!r}, but its records say {said!r}.")


def restore_derived() -> None:
    """Make what filters and counts read of trials that plain `loaddata` brought: their countries, their other registries."""
    store_countries(list(Trial.objects.exclude(countries="").filter(country_set=None).values_list("pk", "countries")))
    others = TrialIdentifier.objects.filter(is_home=False, trial__other_registries="")
    store_registries(set(others.values_list("trial", flat=True)))
