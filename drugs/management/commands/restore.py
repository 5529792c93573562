"""Put a backup back."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from drugs.backups import BackupError, restore_backup
from drugs.backups.record import AWAY
from drugs.backups.restore import describe


class Command(BaseCommand):
    help = (
        "Restores a file that `manage.py backup` wrote, on SQLite or PostgreSQL whichever it came from. Everything is "
        "verified before anything is written; every table is read back and compared. Stop the site first."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--check", action="store_true", help="Verify the file, restore nothing.")
        parser.add_argument(
            "--replace-everything",
            action="store_true",
            help="Replace the rows and files that are there; without this a database or storage in use is refused.",
        )

    def handle(self, *args: Any, file: Path, check: bool, replace_everything: bool, **options: Any) -> None:
        try:
            if check:
                manifest = describe(file)
                rows = sum(table["rows"] for table in manifest["tables"])
                self.stdout.write(
                    f"{file} is whole: {rows} rows from {manifest['database']}, made {manifest['made_at']}"
                )
                return
            done = restore_backup(file, timezone.now(), replace_everything=replace_everything)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except AWAY as error:
            raise CommandError(f"The stored files could not be read: {error}. Nothing was changed.") from error
        except DatabaseError as error:
            raise CommandError(f"The database did not answer. {error}") from error
        kept = f" {done.kept_files} other files were left where they are." if done.kept_files else ""
        self.stdout.write(
            f"Restored the backup of {done.made_at}: {done.rows} rows in {done.tables} tables and {done.files} files, "
            f"every table equal to the backup, in {done.seconds} s.{kept} Now start the site again; empty the proxy's cache."
        )
