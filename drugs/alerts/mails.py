"""The mails of alerts: plain text, the site's own address, nothing that tells us whether they were read.

Each carries the headers of one-click unsubscribing (RFC 8058), which mail programs show as a button of their own.
"""

import logging
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils import timezone
from django_tasks import task

from drugs.models import Alert, Edition, Publication

log = logging.getLogger("site.alerts")


@task()
def send_answer(number: int) -> None:
    """Answer who asked: how to confirm, or that the address is on the list already. The queue holds no address."""
    alert = Alert.objects.select_related("therapy").filter(pk=number).first()
    if alert is None:
        return
    try:
        _mail(alert, "mail/alert_known" if alert.confirmed_at else "mail/alert_confirm", {"of": name_of(alert)}).send()
    except (OSError, SMTPException) as error:
        log.error("A mail to confirm an alert was not sent: %s", type(error).__name__)


def edition_mail(alert: Alert, publication: Publication, connection: BaseEmailBackend) -> EmailMessage:
    """The edition's own sentence and its address. The publication comes with its edition and therapy."""
    edition: Edition = publication.edition
    context = {
        "edition": edition,
        "note": publication.note,
        "address": settings.SITE_URL + edition.get_absolute_url(),
        "of_all": alert.therapy_id is None,
    }
    mail = _mail(alert, "mail/alert_edition", context)
    mail.connection = connection
    return mail


def name_of(alert: Alert) -> str:
    """The therapy as its newest public page names it; empty for all therapies."""
    live = Edition.objects.live(timezone.now()).filter(therapy=alert.therapy_id).only("display_name").first()
    return live.display_name if live else str(alert.therapy or "")


def _mail(alert: Alert, template: str, context: dict[str, Any]) -> EmailMessage:
    link = settings.SITE_URL + alert.get_absolute_url()
    context |= {"link": link, "days": settings.ALERT_CONFIRM_DAYS}
    context |= {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
    subject, _newline, body = render_to_string(f"{template}.txt", context).partition("\n")
    headers = {
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "List-Unsubscribe": f"<{link}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return EmailMessage(" ".join(subject.split()), body.strip() + "\n", to=[alert.email], headers=headers)
