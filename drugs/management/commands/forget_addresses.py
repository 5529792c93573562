"""Delete the e-mail addresses of readers whose corrections were answered long enough ago. Runs once a day."""

from typing import Any

from django.core.management.base import BaseCommand

from drugs.corrections import forget_addresses


class Command(BaseCommand):
    help = "Delete the e-mail addresses of corrections answered CORRECTION_EMAIL_DAYS ago."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{forget_addresses()} addresses were deleted.")
