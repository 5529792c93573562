"""Finish fixtures that were written or changed by hand."""

import datetime as dt
import uuid
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from drugs import content
from drugs.models import Edition, row_models
from drugs.publishing.digest import edition_digest
from drugs.rich_text import RichTextField, clean_html

_ROWS = {model._meta.label_lower for model in row_models()}
_RICH_TEXT = [field.name for field in Edition._meta.concrete_fields if isinstance(field, RichTextField)]

#: `loaddata` saves raw: it needs the columns that saving fills in. `load_content` puts the moment of loading there.
_SHIPPED_AT = "2026-11-01T09:00:00+00:00"
_FILLED_IN = {
    "drugs.trial": ("created_at", "changed_at"),
    "drugs.registryrecord": ("recorded_at",),
    "drugs.publication": ("published_at",),
    "drugs.findinganswer": ("answered_at",),
}


class _Dumper(yaml.SafeDumper):
    """Long text in blocks, so that a diff shows the sentence that changed."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


class Command(BaseCommand):
    help = (
        "Gives each row of fixtures/ its uid and its place, cleans rich text, and gives each publication the digest of its "
        "edition. Checks everything against an empty database in one transaction that is rolled back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "files", nargs="*", type=Path, help="Fixtures to seal; all of fixtures/ when none is named."
        )

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        everything = content.fixture_files(settings.BASE_DIR / "fixtures")
        wanted = sorted({path.resolve() for path in files or everything}, key=lambda path: path.name)
        for path in wanted:
            if not path.is_file():
                raise CommandError(f"{path}: there is no such file.")
        try:
            self._seal(wanted, shared=[path.resolve() for path in everything if path.name[:1].isdigit()])
        except content.ContentError as error:
            raise CommandError(f"{error} This file is as it was.") from error

    @transaction.atomic
    def _seal(self, wanted: list[Path], *, shared: list[Path]) -> None:
        for path in [*shared, *(path for path in wanted if path not in shared)]:
            entries = content.read_entries(path)
            if path in wanted:
                _finish(path.stem, entries)
            if path in shared:
                content.load_entries(path, entries)
            else:
                _digest(path, entries)
            if path in wanted:
                write(path, entries)
                self.stdout.write(f"{path.name}: sealed")
        transaction.set_rollback(True)


def _finish(stem: str, entries: list[dict[str, Any]]) -> None:
    """Fill in what nobody writes by hand. What stands there already stays, but for the order, which is the file's."""
    uids = {entry["fields"]["uid"] for entry in entries if "uid" in entry["fields"]}
    positions: dict[str, int] = {}
    for entry in entries:
        model, fields = entry["model"], entry["fields"]
        for name, value in fields.items():
            if isinstance(value, dt.date):
                fields[name] = value.isoformat()
        if model in _ROWS:
            fields["position"] = positions[model] = positions.get(model, 0) + 1
            if "uid" not in fields:
                fields["uid"] = _new_uid(f"{stem}/{fields['edition'][1]}/{model}/{fields['position']}", uids)
        if model == "drugs.edition":
            fields.update({name: clean_html(fields[name]) for name in _RICH_TEXT if name in fields})
        if model == "drugs.pageversion":
            fields["body"] = clean_html(fields["body"])
        if model == "drugs.trialidentifier":
            fields["address"] = fields["number"].replace("/", "-")
        for name in _FILLED_IN.get(model, ()):
            fields.setdefault(name, _SHIPPED_AT)


def _new_uid(seed: str, taken: set[str]) -> str:
    """The same file gives the same uid, also where a row was put between two that have theirs."""
    uid = str(uuid.uuid5(uuid.NAMESPACE_URL, seed))
    while uid in taken:
        uid = str(uuid.uuid5(uuid.NAMESPACE_URL, uid))
    taken.add(uid)
    return uid


def _digest(path: Path, entries: list[dict[str, Any]]) -> None:
    """Load the file without its publications, take the digest of each edition, roll back."""
    publications = [entry for entry in entries if entry["model"] == "drugs.publication"]
    with transaction.atomic():
        for publication in publications:
            slug, number = publication["fields"]["edition"]
            if Edition.objects.filter(therapy__slug=slug, number=number).exists():
                raise CommandError("Run this on a database without content: make seal starts one.")
        content.load_entries(path, [entry for entry in entries if entry["model"] != "drugs.publication"])
        for publication in publications:
            slug, number = publication["fields"]["edition"]
            publication["fields"]["digest"] = edition_digest(Edition.objects.get(therapy__slug=slug, number=number))
        transaction.set_rollback(True)


def layout(entries: list[dict[str, Any]]) -> str:
    """Entries as the text of a fixture, an empty line between two objects."""
    text = yaml.dump(entries, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    return text.replace("\n- model:", "\n\n- model:")


def write(path: Path, entries: list[dict[str, Any]]) -> None:
    path.write_text(layout(entries), encoding="utf-8")
