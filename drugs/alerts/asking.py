"""To ask for alerts, to confirm that one asked, and to leave. Who asks never learns whether an address is known."""

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from drugs.alerts.mails import send_answer
from drugs.models import Alert, Therapy
from drugs.reader_forms import address_of, is_within


def may_ask(request: HttpRequest, at: dt.datetime) -> bool:
    """Count one try; whether it is within what one network address may ask a day, and all together an hour."""
    recent = Alert.objects.filter(asked_at__gt=at - dt.timedelta(hours=1)).order_by()
    if recent[: settings.ALERTS_AN_HOUR].count() >= settings.ALERTS_AN_HOUR:
        return False
    return is_within("alerts", address_of(request), settings.ALERTS_PER_ADDRESS, at)


def ask(email: str, therapy: Therapy | None, at: dt.datetime) -> None:
    """Keep what was asked for until it is confirmed, and let a mail say how to go on.

    An address that was written to `ALERT_MAILS_A_DAY` times today gets no further mail, and nobody is told so: the form
    is no way to flood a person.
    """
    if not is_within("alert-mails", email.lower(), settings.ALERT_MAILS_A_DAY, at):
        return
    known = Alert.objects.of(email)
    alert = known.confirmed().filter(therapy=None).first() or known.filter(therapy=therapy).first()
    if alert is None:
        try:
            with transaction.atomic():
                alert = Alert.objects.create(email=email, therapy=therapy, asked_at=at)
        except IntegrityError:  # asked for twice at the same moment: the other one writes the mail
            return
    else:
        Alert.objects.filter(pk=alert.pk).update(asked_at=at)
    send_answer.enqueue(alert.pk)


def find(key: str, at: dt.datetime) -> Alert | None:
    """The alert that a mail's address leads to, while it is confirmed or may still be."""
    alert = Alert.objects.filter(key=key).select_related("therapy").first()
    return None if alert and alert.confirmed_at is None and alert.asked_at <= oldest(at) else alert


@transaction.atomic
def confirm(key: str, at: dt.datetime) -> Alert | None:
    """Confirm an alert; of an address that is told of all therapies that one alone is kept."""
    alert = Alert.objects.select_for_update().filter(key=key).first()
    if alert is None or find(key, at) is None:
        return None
    if alert.confirmed_at is None:
        alert.confirmed_at = at
        alert.save(update_fields=["confirmed_at"])
    if alert.therapy_id is None:
        Alert.objects.of(alert.email).exclude(pk=alert.pk).delete()
    return alert


def leave(key: str) -> bool:
    """Delete an alert, with its address. False where there is none (any more)."""
    return bool(Alert.objects.filter(key=key).delete()[0])


def oldest(at: dt.datetime) -> dt.datetime:
    """What was asked for before this and never confirmed is forgotten."""
    return at - dt.timedelta(days=settings.ALERT_CONFIRM_DAYS)


def forget_unconfirmed(at: dt.datetime | None = None) -> int:
    """Delete the addresses that nobody confirmed within `ALERT_CONFIRM_DAYS`; returns how many."""
    return Alert.objects.waiting().filter(asked_at__lte=oldest(at or timezone.now())).delete()[0]
