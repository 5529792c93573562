"""Load the content that ships with the site."""

from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from drugs.content import ContentError, Report, fixture_files, load_file, restore_derived
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
            self._say(path, report, in_full=options["verbosity"] > 1)
        restore_derived()
        if stored := missing_texts():
            self.stdout.write(f"made {stored} editions that were published before findable")

    def _say(self, path: Path, report: Report, *, in_full: bool) -> None:
        """How much was created, and what was skipped and why: by reason, with `in_full` by kind of object too."""
        reasons: Counter[str] = Counter()
        for (_label, why), count in report.skipped.items():
            reasons[why] += count
        skipped = ", ".join(f"{count} skipped ({why})" for why, count in sorted(reasons.items())) or "0 skipped"
        self.stdout.write(f"{path.name}: {sum(report.created.values())} created, {skipped}")
        if in_full:
            for (label, why), count in sorted(report.skipped.items()):
                self.stdout.write(f"  skipped {count} {label}: {why}")
