"""Mark the sources that a list of retractions names."""

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from drugs.models import Edition, Source
from drugs.partial_dates import PartialDate


class Command(BaseCommand):
    help = (
        "Reads a CSV of retracted papers with the columns DOI (or PMID) and Retracted on, and names every live edition that cites one. "
        "Drafts are marked; a published edition never changes: start a draft of those that are named."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        retracted = self._read(file)
        named = 0
        for source in Source.objects.filter(retracted_on="").select_related("edition__therapy"):
            date = retracted.get(source.doi.lower()) or retracted.get(source.pmid)
            if not date:
                continue
            if source.edition.is_draft:
                source.retracted_on = date
                source.save()
                self.stdout.write(f"{source.edition}: {source.label} is marked as retracted on {date}")
                named += 1
            elif Edition.objects.live(timezone.now()).filter(pk=source.edition_id).exists():
                self.stdout.write(
                    f"{source.edition} is live and cites {source.label}, retracted on {date}: start a draft"
                )
                named += 1
        self.stdout.write(f"{len(retracted)} retractions read, {named} citations found")

    def _read(self, file: Path) -> dict[str, str]:
        """Date of retraction by DOI in small letters or PubMed number."""
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                rows = list(csv.DictReader(lines, strict=True))
        except FileNotFoundError as error:
            raise CommandError(f"{file}: there is no such file.") from error
        except (UnicodeDecodeError, csv.Error) as error:
            raise CommandError(f"{file}: not a CSV in UTF-8: {error}") from error
        columns = {name.strip().lower(): name for name in (rows[0] if rows else {}) if name}
        if "retracted on" not in columns or not {"doi", "pmid"} & columns.keys():
            raise CommandError(f"{file}: it needs the columns 'DOI' or 'PMID' and 'Retracted on'. Nothing was changed.")
        retracted: dict[str, str] = {}
        for number, row in enumerate(rows, start=2):
            written = row[columns["retracted on"]] or ""
            try:
                date = PartialDate.parse(written)
            except ValueError as error:
                raise CommandError(
                    f"{file}, row {number}, column 'Retracted on', value {written!r}: {error}"
                ) from error
            for name in ("doi", "pmid"):
                if name in columns and (value := (row[columns[name]] or "").strip().lower()):
                    retracted[value.removeprefix("https://doi.org/")] = date
        return retracted
