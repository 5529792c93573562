"""Mail each editor what waits on the desk, once a day."""

import smtplib
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from drugs.publishing.digest_mail import digest_mail, nothing_configured, recipients


class Command(BaseCommand):
    help = (
        "Mails what waits on the desk to those whom DIGEST_RECIPIENTS names; sends nothing where it names nobody or "
        "nothing waits. Run it once a day. Exit status 1: a mail did not go out."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--print", action="store_true", dest="is_printed", help="Print the mails, send none.")

    def handle(self, *args: Any, is_printed: bool, **options: Any) -> None:
        if not settings.DIGEST_RECIPIENTS:
            self.stdout.write(nothing_configured())
            return
        if settings.EMAIL_BACKEND.endswith("dummy.EmailBackend") and not is_printed:
            self.stderr.write("EMAIL_URL is not set: this site sends no mail at all.")
            raise SystemExit(1)
        at = timezone.now()
        sent = failed = idle = 0
        for address, user in recipients():
            mail = digest_mail(address, user, at)
            if mail is None:
                idle += 1
            elif is_printed:
                self.stdout.write(f"To: {address}\nSubject: {mail.subject}\n\n{mail.body}")
            else:
                try:
                    mail.send()
                    sent += 1
                except (OSError, smtplib.SMTPException) as error:  # the others still get theirs
                    failed += 1
                    self.stderr.write(f"{address}: {error}")
        self.stdout.write(f"{sent} sent, {idle} with nothing to tell, {failed} failed")
        if failed:
            raise SystemExit(1)
