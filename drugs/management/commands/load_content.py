"""Load the content that ships with the site."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from drugs.content import ContentError, fixture_files, load_file
from drugs.publishing.text import missing_texts


class Command(BaseCommand):
    help = "Loads fixtures/: creates what is missing, changes nothing that exists, and says what it skipped and why."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "files", nargs="*", type=Path, help="Fixtures to load; all of fixtures/ when none is named."
        )

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        for path in files or fixture_files(settings.BASE_DIR / "fixtures"):
            try:
                report = load_file(path)
            except FileNotFoundError as error:
                raise CommandError(f"{path}: there is no such file.") from error
            except ContentError as error:
                raise CommandError(f"{error} Nothing of this file was loaded.") from error
            created = sum(report.created.values())
            self.stdout.write(f"{path.name}: {created} created, {sum(report.skipped.values())} skipped")
            if options["verbosity"] > 1 or created:
                for (label, why), count in sorted(report.skipped.items()):
                    self.stdout.write(f"  skipped {count} {label}: {why}")
        if stored := missing_texts():
            self.stdout.write(f"made {stored} editions that were published before findable")
