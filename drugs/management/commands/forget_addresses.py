"""Delete the e-mail addresses of readers whose time has come: of corrections, and alerts never confirmed. Runs once a day."""

from typing import Any

from django.core.management.base import BaseCommand

from drugs.alerts.asking import forget_unconfirmed
from drugs.corrections import forget_addresses


class Command(BaseCommand):
    help = (
        "Delete the e-mail addresses of corrections answered CORRECTION_EMAIL_DAYS ago, and of alerts that nobody confirmed "
        "within ALERT_CONFIRM_DAYS."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{forget_addresses() + forget_unconfirmed()} addresses were deleted.")
