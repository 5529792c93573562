"""Finish fixtures that were written or changed by hand."""

import uuid
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from drugs import content
from drugs.models import Edition, Publication, row_models
from drugs.publishing.digest import edition_digest

_ROWS = {model._meta.label_lower for model in row_models()}


class _Dumper(yaml.SafeDumper):
    """Long text in blocks, so that a diff shows the sentence that changed."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


class Command(BaseCommand):
    help = (
        "Gives each row of fixtures/ its uid and position where they are missing, and each publication the digest of its "
        "edition. Checks everything against an empty database in one transaction that is rolled back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "files", nargs="*", type=Path, help="Fixtures to seal; all of fixtures/ when none is named."
        )

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        everything = content.fixture_files(settings.BASE_DIR / "fixtures")
        wanted = {path.resolve() for path in files or everything}
        shared = [path for path in everything if path.name[:1].isdigit()]
        for path in (path for path in everything if path.resolve() in wanted):
            entries = content.read_entries(path)
            self._number(path.stem, entries)
            self._write(path, entries)
            if path not in shared:
                self._digest(path, shared, entries)
            self.stdout.write(f"{path.name}: sealed")

    def _number(self, stem: str, entries: list[dict[str, Any]]) -> None:
        positions: dict[str, int] = {}
        for entry in entries:
            if entry.get("model") in _ROWS:
                positions[entry["model"]] = positions.get(entry["model"], 0) + 1
                position = positions[entry["model"]]
                entry["fields"].setdefault("position", position)
                seed = f"{stem}/{entry['fields']['edition'][1]}/{entry['model']}/{position}"
                entry["fields"].setdefault("uid", str(uuid.uuid5(uuid.NAMESPACE_URL, seed)))

    def _write(self, path: Path, entries: list[dict[str, Any]]) -> None:
        text = yaml.dump(entries, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
        path.write_text(text.replace("\n- model:", "\n\n- model:"), encoding="utf-8")

    def _digest(self, path: Path, shared: list[Path], entries: list[dict[str, Any]]) -> None:
        """Load the file's edition without its publication, take the digest, roll back, write it."""
        for entry in entries:
            if entry["model"] == "drugs.publication":
                slug, number = entry["fields"]["edition"]
                entry["fields"]["digest"] = self._digest_of(path, shared, slug, number)
        self._write(path, entries)

    def _digest_of(self, path: Path, shared: list[Path], slug: str, number: int) -> str:
        with transaction.atomic():
            if Edition.objects.filter(therapy__slug=slug, number=number).exists():
                raise CommandError("Run this on a database without content: make seal starts one.")
            try:
                for file in shared:
                    content.load_file(file)
                content.load_entries(
                    path, [entry for entry in content.read_entries(path) if entry["model"] != "drugs.publication"]
                )
            except content.ContentError as error:
                raise CommandError(str(error)) from error
            digest = edition_digest(Edition.objects.get(therapy__slug=slug, number=number))
            transaction.set_rollback(True)
        assert not Publication.objects.filter(edition__therapy__slug=slug, edition__number=number).exists()  # noqa: S101
        return digest
