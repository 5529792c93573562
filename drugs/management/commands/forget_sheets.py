"""Delete sheets of small lists that were uploaded and never confirmed. Runs once a day."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from drugs.admin.sheets import forget_sheets


class Command(BaseCommand):
    help = "Delete the uploaded sheets of small lists whose preview nobody confirmed within a day."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{forget_sheets(timezone.now())} sheets were deleted.")
