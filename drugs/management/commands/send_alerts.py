"""Tell of editions that went live and that the worker did not tell of. Runs once a day."""

from smtplib import SMTPException
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from drugs.alerts import are_on
from drugs.alerts.telling import tell


class Command(BaseCommand):
    help = (
        "Mails the alerts about editions that went live in the last seven days and that were not sent: a safety net for "
        "the worker. Nobody is told twice. Exit status 1: the mail server is away."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not are_on():
            self.stdout.write("Alerts are off: set EMAIL_URL.")
            return
        try:
            self.stdout.write(f"{tell(timezone.now())} alerts were sent.")
        except (OSError, SMTPException) as error:
            self.stderr.write(f"The mail server takes no alerts: {type(error).__name__}.")
            raise SystemExit(1) from error
