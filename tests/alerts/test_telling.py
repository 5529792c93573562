"""An edition that goes live is told of: in time, once, to whoever confirmed before; never one that was withdrawn."""

import datetime as dt
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from drugs.alerts.telling import tell, tell_due
from drugs.models import Alert, AlertRound
from drugs.publishing.publish import publish, take_back, withdraw
from tests import factories

pytestmark = pytest.mark.django_db


def now():
    return timezone.now()


def published(slug="abc", *, minutes_ago=1, note="The dose is mended.", **fields):
    edition = factories.EditionFactory(therapy__slug=slug, display_name=f"{slug}-drug", **fields)
    return factories.publish(edition, at=now() - dt.timedelta(minutes=minutes_ago), note=note)


def told():
    return sorted(address for message in mail.outbox for address in message.to)


class BrokenBackend(EmailBackend):
    """Fails as told for some addresses: {address: error}."""

    failing: dict = {}

    def send_messages(self, messages):
        for message in messages:
            if error := self.failing.get(message.to[0]):
                raise error
        return super().send_messages(messages)


@pytest.fixture
def broken(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.BrokenBackend"
    failing = {}
    monkeypatch.setattr(BrokenBackend, "failing", failing)
    return failing


def test_a_mail_has_the_editions_sentence_its_address_and_a_way_out():
    alert = factories.AlertFactory(email="reader@example.org", confirmed=True)
    published("abc", note="It is no longer in development, & why.")

    assert tell(now()) == 1

    (message,) = mail.outbox
    way_out = f"https://therapies.example.org{alert.get_absolute_url()}"
    assert message.subject == "abc-drug: edition 1"
    assert "It is no longer in development, & why.\n" in message.body
    assert "https://therapies.example.org/drugs/abc/editions/1/\n" in message.body
    assert way_out in message.body
    assert message.extra_headers["List-Unsubscribe"] == f"<{way_out}>"
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message.message().get_content_type() == "text/plain"
    assert set(__import__("re").findall(r"https?://[^/\s]+", message.body)) == {"https://therapies.example.org"}


def test_whoever_confirmed_before_for_this_therapy_or_all_is_told_once():
    publication = published("abc")
    abc, other = publication.therapy, factories.TherapyFactory()
    factories.AlertFactory(email="one@example.org", therapy=abc, confirmed=True)
    factories.AlertFactory(email="all@example.org", confirmed=True)
    factories.AlertFactory(email="both@example.org", therapy=abc, confirmed=True)
    factories.AlertFactory(email="Both@example.org", confirmed=True)
    factories.AlertFactory(email="other@example.org", therapy=other, confirmed=True)
    factories.AlertFactory(email="waiting@example.org")
    factories.AlertFactory(email="later@example.org", confirmed_at=now())

    tell(now())
    tell(now())

    assert told() == ["Both@example.org", "all@example.org", "one@example.org"]


def test_a_scheduled_edition_is_told_of_when_it_goes_live_by_the_worker():
    factories.AlertFactory(confirmed=True)
    edition, moment = factories.EditionFactory(therapy__slug="abc"), now() + dt.timedelta(hours=2)

    publish(edition, note="Soon.", goes_live_at=moment)

    (task,) = DBTaskResult.objects.all()
    assert (task.backend_name, task.run_after) == ("worker", moment)
    tell_due.call()
    assert not mail.outbox
    assert tell(moment + dt.timedelta(seconds=1)) == 1


@pytest.mark.django_db(transaction=True)  # the worker has transactions of its own
def test_the_worker_tells_of_what_is_published_now():
    factories.AlertFactory(confirmed=True)

    publish(factories.EditionFactory(), note="Now.")
    call_command("db_worker", "--batch", "--backend", "worker", "--no-startup-delay", verbosity=0)

    assert len(mail.outbox) == 1


def test_one_taken_back_or_withdrawn_is_not_told_of():
    factories.AlertFactory(confirmed=True)
    taken = publish(factories.EditionFactory(), note="Soon.", goes_live_at=now() + dt.timedelta(hours=2))
    take_back(taken)
    withdraw(published("gone"), reason="A number was wrong.")

    assert tell(now() + dt.timedelta(hours=3)) == 0


def test_a_withdrawal_stops_a_round_at_once(monkeypatch):
    factories.AlertFactory.create_batch(3, confirmed=True)
    publication = published()
    send = EmailBackend.send_messages

    def withdrawn_meanwhile(backend, messages):
        withdraw(publication, reason="A number was wrong.")
        return send(backend, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", withdrawn_meanwhile)

    assert tell(now()) == 1
    assert len(mail.outbox) == 1


def test_of_two_editions_the_newest_alone_is_told_of():
    factories.AlertFactory(confirmed=True)
    first = published("abc", minutes_ago=10)
    factories.publish(factories.EditionFactory(therapy=first.therapy, number=2), at=now(), note="Newer.")

    tell(now())

    assert ["Newer." in message.body for message in mail.outbox] == [True]


def test_old_news_is_not_begun(settings):
    factories.AlertFactory(confirmed=True)
    published(minutes_ago=8 * 24 * 60)

    assert tell(now()) == 0


def test_a_worker_that_is_killed_tells_nobody_twice_and_the_rest_later(broken):
    """Killed after an alert was passed, with its mail on the way or not: that one is lost at most, the others are told."""
    for name in ("a", "b", "c"):
        factories.AlertFactory(email=f"{name}@example.org", confirmed=True)
    published()
    broken["b@example.org"] = SystemExit(137)  # as a kill: nothing after it runs
    with pytest.raises(SystemExit):
        tell(now())
    broken.clear()

    assert tell(now()) == 1

    assert told() == ["a@example.org", "c@example.org"]
    assert AlertRound.objects.get().finished_at is not None


def test_two_workers_at_once_tell_nobody_twice(monkeypatch):
    factories.AlertFactory.create_batch(4, confirmed=True)
    published()
    send, began, at_once = EmailBackend.send_messages, [], []

    def with_another(backend, messages):
        if not began:
            began.append(True)
            at_once.append(tell(now()))
        return send(backend, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", with_another)

    tell(now())

    assert at_once == [3]
    assert len(told()) == len(set(told())) == 4


def test_a_mail_server_that_is_away_costs_no_mail(broken):
    for name in ("a", "b"):
        factories.AlertFactory(email=f"{name}@example.org", confirmed=True)
    published()
    broken["b@example.org"] = SMTPServerDisconnected("away")

    tell_due.call()

    assert told() == ["a@example.org"]
    again = DBTaskResult.objects.latest("run_after")
    assert dt.timedelta(minutes=9) < again.run_after - now() < dt.timedelta(minutes=11)
    with pytest.raises(SystemExit):
        call_command("send_alerts")
    broken.clear()
    call_command("send_alerts")
    assert told() == ["a@example.org", "b@example.org"]


def test_an_address_that_is_refused_holds_up_nobody(broken, caplog):
    for name in ("a", "b"):
        factories.AlertFactory(email=f"{name}@example.org", confirmed=True)
    published()
    broken["a@example.org"] = SMTPRecipientsRefused({})

    assert tell(now()) == 1

    assert told() == ["b@example.org"]
    assert "example.org" not in caplog.text


def test_whoever_leaves_during_a_round_is_not_told(monkeypatch):
    _first, second = factories.AlertFactory.create_batch(2, confirmed=True)
    published()
    send = EmailBackend.send_messages

    def left_meanwhile(backend, messages):
        Alert.objects.filter(pk=second.pk).delete()
        return send(backend, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", left_meanwhile)

    assert tell(now()) == 1


def test_without_mail_nothing_is_queued_and_nothing_sent(settings, capsys):
    settings.ALERTS_BY_MAIL = False
    factories.AlertFactory(confirmed=True)

    publish(factories.EditionFactory(), note="Now.")
    call_command("send_alerts")

    assert not DBTaskResult.objects.exists()
    assert not mail.outbox
    assert "off" in capsys.readouterr().out


def test_operations_count_alerts_and_name_nobody(admin_client):
    factories.AlertFactory(email="planted@example.org", confirmed=True)
    factories.AlertFactory(email="planted2@example.org")

    html = admin_client.get("/admin/operations/").content.decode()

    assert "1 confirmed, 1 not yet" in html
    assert "planted" not in html
