"""Keep today's open data as a dated release."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from drugs.open_data.files import release_files, write_release


class Command(BaseCommand):
    help = "Stores today's release of the open data as data/<date>/: tables, ZIP, SQLite, data package, checksums."

    def handle(self, *args: Any, **options: Any) -> None:
        date = write_release(timezone.now())
        self.stdout.write(f"Release of {date}: {len(release_files(date))} files")
