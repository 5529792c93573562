"""Keep all of the site in one file."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from drugs.backups import BackupError, make_backup


class Command(BaseCommand):
    help = (
        "Writes rows, uploads and stored files into one checked archive while the site runs, and keeps the newest ones. "
        "It holds names, addresses and password hashes: keep a copy elsewhere, encrypted."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.BACKUP_ROOT, help="The folder (%(default)s).")
        parser.add_argument(
            "--keep", type=int, default=settings.BACKUPS_KEPT, help="How many are kept there (%(default)s); 0 for all."
        )

    def handle(self, *args: Any, to: Path, keep: int, **options: Any) -> None:
        if keep < 0:
            raise CommandError("--keep takes 0 or more.")
        try:
            record = make_backup(to, timezone.now(), keep=keep)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"No backup was made: the database did not answer. {error}") from error
        self.stdout.write(
            f"{to / record.name}: {record.rows} rows, {filesizeformat(record.size)}, read back and whole, "
            f"{record.seconds} s, {record.at:%Y-%m-%d %H:%M} UTC"
        )
        if record.missing_files:
            self.stderr.write(
                f"{len(record.missing_files)} files are named by rows and missing: {record.missing_files[0]}"
            )
