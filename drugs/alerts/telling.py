"""Telling of editions that went live: by the background task at that moment, and once a day for what was left.

The rule for a worker that is killed: an alert is passed, for good, before its mail is handed to the mail server. Then a
kill between the two costs one mail; no address is ever told twice of an edition. A mail server that is away is no kill:
the alert is put back and the round goes on later from there.
"""

import datetime as dt
import logging
from collections.abc import Iterable
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django_tasks import task

from drugs.alerts import are_on
from drugs.alerts.mails import edition_mail
from drugs.models import Alert, AlertRound, Edition, Publication
from drugs.worker import queue_of_worker

log = logging.getLogger("site.alerts")

#: What went live longer ago is no news any more: it is not begun after a long silence.
NEWS = dt.timedelta(days=7)
TRY_AGAIN_AFTER = dt.timedelta(minutes=10)


@task()
def tell_due() -> None:
    """Tell of every edition that is due; come back later when the mail server is away."""
    try:
        tell(timezone.now())
    except (OSError, SMTPException) as error:
        log.error("The mail server takes no alerts: %s. They wait.", type(error).__name__)
        queue(timezone.now() + TRY_AGAIN_AFTER)


def queue(moment: dt.datetime) -> None:
    """Have the worker tell at `moment`, when an edition goes live. Part of the transaction that publishes it."""
    if are_on():
        tell_due.using(backend=queue_of_worker(), run_after=moment).enqueue()


def tell(at: dt.datetime) -> int:
    """Send what is due; returns how many mails. Raises OSError or SMTPException when the mail server is away."""
    return sum(_tell(publication, at) for publication in _due(at)) if are_on() else 0


def _due(at: dt.datetime) -> Iterable[Publication]:
    """Publications of live editions that went live lately and whose round has not ended. Replaced and withdrawn ones do
    not count: whoever looks sees the newest."""
    done = AlertRound.objects.exclude(finished_at=None).values("publication")
    found = Publication.objects.filter(edition__in=Edition.objects.live(at), goes_live_at__gt=at - NEWS)
    return found.exclude(pk__in=done).select_related("edition__therapy").order_by("goes_live_at", "pk")


def _tell(publication: Publication, at: dt.datetime) -> int:
    its_round, _is_new = AlertRound.objects.get_or_create(publication=publication, defaults={"begun_at": at})
    recipients = Alert.objects.to_be_told_of(publication)
    sent, reached = 0, its_round.reached
    connection: BaseEmailBackend = get_connection()
    try:
        while alert := recipients.filter(pk__gt=reached).first():
            if not AlertRound.objects.take(its_round.pk, before=reached, alert=alert.pk):
                return sent  # another worker goes on with it, or the edition was withdrawn
            sent += _send(alert, publication, connection, its_round, reached)
            reached = alert.pk
    finally:
        connection.close()
    AlertRound.objects.filter(pk=its_round.pk, finished_at=None).update(
        finished_at=max(timezone.now(), its_round.begun_at)
    )
    return sent


def _send(
    alert: Alert, publication: Publication, connection: BaseEmailBackend, its_round: AlertRound, before: int
) -> int:
    try:
        connection.open()  # once: later mails go by the same connection
        return edition_mail(alert, publication, connection).send()
    except (SMTPRecipientsRefused, SMTPDataError):  # this address, or this one mail: the others still get theirs
        log.warning("A mail server refused the address of alert %s.", alert.pk)
        return 0
    except (OSError, SMTPException):
        AlertRound.objects.filter(pk=its_round.pk, reached=alert.pk).update(reached=before)
        raise
