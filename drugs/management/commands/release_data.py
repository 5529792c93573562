"""Keep today's open data as a dated release."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from drugs.open_data.files import write_release


class Command(BaseCommand):
    help = "Writes today's release of the open data under MEDIA_ROOT/data/<date>/: tables, ZIP, SQLite, data package, checksums."

    def handle(self, *args: Any, **options: Any) -> None:
        folder = write_release(timezone.now())
        self.stdout.write(f"Release of {folder.name}: {len(list(folder.iterdir()))} files")
