"""Asking, confirming and leaving: without a cookie, without a word on whose address is known, and nothing is kept."""

import datetime as dt
import re
import time
from io import StringIO
from urllib.parse import urlencode

import pytest
from auditlog.models import LogEntry
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from drugs.alerts import asking
from drugs.alerts.mails import send_answer
from drugs.models import Alert
from drugs.reader_forms import signed
from tests import factories

pytestmark = pytest.mark.django_db


def sent(**changes):
    token = signed("alerts", now=time.time() - 60)
    return {"email": "reader@example.org", "drug": "", "reply_line": "", "token": token} | changes


def post(client, data, **options):
    return client.post("/alerts/", urlencode(data), content_type="application/x-www-form-urlencoded", **options)


def link(message):
    return re.search(r"https://therapies.example.org(/alerts/\S+)", message.body)[1]


def test_from_the_form_to_confirmed_and_away_without_a_cookie():
    client = Client(enforce_csrf_checks=True)
    edition = factories.live_edition("abc", display_name="Abc-drug")
    page = client.get("/drugs/abc/").content.decode()
    assert '"/alerts/?drug=abc"' in page
    form = client.get("/alerts/?drug=abc").content.decode()
    assert '<option value="abc" selected>Abc-drug</option>' in form

    answer = post(client, sent(drug="abc"))
    alert = Alert.objects.get()
    first = client.get(link(mail.outbox[0])).content.decode()
    assert (answer.status_code, answer.url) == (303, "/alerts/asked/")
    assert (alert.therapy, alert.confirmed_at) == (edition.therapy, None)
    assert "Mails about Abc-drug" in first
    assert "reader@example.org" not in first

    confirmed = client.post(link(mail.outbox[0]) + "confirm/", follow=True)
    alert.refresh_from_db()
    assert alert.confirmed_at is not None
    assert "Stop these mails" in confirmed.content.decode()

    left = client.post(link(mail.outbox[0]))
    assert left.status_code == 200
    assert "No more mails" in left.content.decode()
    assert not Alert.objects.exists()
    assert not client.cookies


def test_opening_a_link_changes_nothing(client):
    waiting, confirmed = factories.AlertFactory(), factories.AlertFactory(confirmed=True)

    for alert in (waiting, confirmed):
        for _time in range(2):
            assert client.get(alert.get_absolute_url()).status_code == 200
            assert client.head(alert.get_absolute_url()).status_code == 200
    assert client.get(f"{waiting.get_absolute_url()}confirm/").status_code == 405

    assert list(Alert.objects.values_list("pk", "confirmed_at")) == [
        (waiting.pk, None),
        (confirmed.pk, confirmed.confirmed_at),
    ]


@pytest.mark.parametrize("multipart", [False, True])
def test_a_mail_program_unsubscribes_by_one_request_from_elsewhere(multipart):
    """RFC 8058: a POST without cookie, token or our origin, as a form of either kind; no redirect; twice is once."""
    client = Client(enforce_csrf_checks=True)
    alert = factories.AlertFactory(confirmed=True)
    body = {"List-Unsubscribe": "One-Click"}
    options = {} if multipart else {"content_type": "application/x-www-form-urlencoded"}
    headers = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}

    answers = [
        client.post(alert.get_absolute_url(), body if multipart else urlencode(body), headers=headers, **options)
        for _time in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert not Alert.objects.exists()


def test_a_key_that_is_guessed_opens_and_deletes_nothing(client):
    factories.AlertFactory(confirmed=True)

    assert client.get(f"/alerts/{'x' * 43}/").status_code == 404
    assert client.post(f"/alerts/{'x' * 43}/confirm/").status_code == 404
    assert client.post(f"/alerts/{'x' * 43}/").status_code == 200
    assert client.post("/alerts/1/").status_code == 404
    assert Alert.objects.count() == 1


def test_a_known_and_an_unknown_address_get_one_answer(client):
    factories.AlertFactory(email="known@example.org", confirmed=True)

    known, unknown = (post(client, sent(email=email)) for email in ("Known@example.org", "new@example.org"))

    assert (known.status_code, known.url, known.content) == (unknown.status_code, unknown.url, unknown.content)
    assert [message.to for message in mail.outbox] == [["known@example.org"], ["new@example.org"]]
    assert "already" in mail.outbox[0].subject
    assert "do you want" in mail.outbox[1].subject


def test_the_queue_holds_no_address(client, settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

    post(client, sent())

    (task,) = DBTaskResult.objects.all()
    assert "example.org" not in str(task.args_kwargs)
    assert not mail.outbox
    send_answer.call(*task.args_kwargs["args"])
    assert mail.outbox[0].to == ["reader@example.org"]


def test_the_same_address_asked_twice_is_one_alert_with_one_link(client):
    for email in ("reader@example.org", "Reader@Example.org"):
        post(client, sent(email=email))

    assert Alert.objects.count() == 1
    assert link(mail.outbox[0]) == link(mail.outbox[1])


def test_all_therapies_take_the_place_of_one():
    abc = factories.live_edition("abc").therapy
    factories.AlertFactory(email="reader@example.org", therapy=abc, confirmed=True)
    everything = factories.AlertFactory(email="Reader@example.org")
    other = factories.AlertFactory(therapy=abc)

    asking.confirm(everything.key, timezone.now())
    asking.ask("reader@example.org", abc, timezone.now())

    assert set(Alert.objects.values_list("pk", flat=True)) == {everything.pk, other.pk}
    assert "already" in mail.outbox[0].subject


def test_nobody_is_flooded_by_the_form(client, settings):
    settings.ALERT_MAILS_A_DAY = 2

    answers = [post(client, sent()) for _time in range(4)]

    assert {answer.url for answer in answers} == {"/alerts/asked/"}
    assert len(mail.outbox) == 2


def test_one_network_address_asks_so_many_times_a_day(client, settings):
    settings.ALERTS_PER_ADDRESS = 2

    answers = [post(client, sent(email=f"reader{n}@example.org")) for n in range(3)]

    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert Alert.objects.count() == 2


def test_a_flood_from_everywhere_stops_at_so_many_an_hour(client, settings):
    settings.ALERTS_AN_HOUR = 2
    factories.AlertFactory.create_batch(2)

    assert post(client, sent()).status_code == 429


REFUSED = {
    "no address": ({"email": ""}, "Write the address"),
    "an address that is none": ({"email": "not an address"}, "valid email"),
    "a header in the address": ({"email": "a@example.org\nBcc: b@example.org"}, "valid email"),
    "a therapy that is none": ({"drug": "nothing"}, "valid choice"),
    "a draft": ({"drug": "draft"}, "valid choice"),
    "the line that people leave empty": ({"reply_line": "x"}, "hidden line"),
    "no token": ({"token": ""}, "more than a day"),
    "a token of another form": ({"token": signed("corrections", None, "", None)}, "more than a day"),
    "too quick": ({"token": ""}, "very quick"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_says_why_and_keeps_nothing(client, name):
    factories.EditionFactory(therapy__slug="draft")
    changes, said = REFUSED[name]
    changes = {"token": signed("alerts")} if name == "too quick" else changes

    response = post(client, sent(**changes))

    assert response.status_code == 200
    assert said in response.content.decode()
    assert not Alert.objects.exists()
    assert not mail.outbox


def test_other_sites_and_other_kinds_of_forms_are_refused(client):
    assert post(client, sent(), headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert post(client, sent(), headers={"Origin": "https://evil.example"}).status_code == 403
    assert post(client, sent(), headers={"Origin": "http://["}).status_code == 403
    assert client.post("/alerts/", sent()).status_code == 415
    assert post(client, sent(email="x" * 5000)).status_code == 413
    assert not Alert.objects.exists()


def test_what_nobody_confirms_is_forgotten(client, settings):
    settings.ALERT_CONFIRM_DAYS = 3
    now = timezone.now()
    old = factories.AlertFactory(asked_at=now - dt.timedelta(days=3, minutes=1))
    new = factories.AlertFactory(asked_at=now - dt.timedelta(days=2))
    confirmed = factories.AlertFactory(asked_at=now - dt.timedelta(days=300), confirmed=True)
    assert client.get(old.get_absolute_url()).status_code == 404
    assert client.post(f"{old.get_absolute_url()}confirm/").status_code == 404
    out = StringIO()

    call_command("forget_addresses", stdout=out)

    assert set(Alert.objects.values_list("pk", flat=True)) == {new.pk, confirmed.pk}
    assert "1 addresses" in out.getvalue()


def test_an_address_stands_in_no_log_of_staff_and_in_no_name():
    asking.ask("planted@example.org", None, timezone.now())
    alert = Alert.objects.get()
    asking.confirm(alert.key, timezone.now())
    assert "planted" not in str(alert)

    asking.leave(alert.key)

    assert not [entry for entry in LogEntry.objects.all() if "planted" in f"{entry.changes} {entry.object_repr}"]


def test_an_alert_keeps_an_address_a_choice_and_when():
    assert {field.name for field in Alert._meta.get_fields()} == {
        "id", "key", "email", "therapy", "asked_at", "confirmed_at",
    }  # fmt: skip


def test_without_mail_there_is_no_form_and_no_link_to_one(client, settings):
    settings.ALERTS_BY_MAIL = False
    factories.live_edition("abc")
    alert = factories.AlertFactory(confirmed=True)

    page = client.get("/alerts/").content.decode()

    assert "sends no mail" in page
    assert 'method="post"' not in page
    assert "/alerts/" not in "".join(
        client.get(path).content.decode() for path in ("/drugs/abc/", "/updates/", "/pages/", "/")
    )
    assert post(client, sent()).status_code == 200
    assert Alert.objects.count() == 1
    assert client.post(alert.get_absolute_url()).status_code == 200  # whoever is on the list still leaves
    assert not Alert.objects.exists()


def test_nothing_of_these_pages_is_kept_and_the_key_goes_nowhere(client):
    alert = factories.AlertFactory()
    for path in ("/alerts/", "/alerts/asked/", alert.get_absolute_url()):
        response = client.get(path)
        assert "no-store" in response["Cache-Control"]
        assert response["X-Robots-Tag"] == "noindex"

    assert client.get(alert.get_absolute_url())["Referrer-Policy"] == "no-referrer"


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("url", "on"), [("", False), ("dummy://", False), ("submission://u:p@mail.example.org:587", True)]
)
def test_alerts_are_on_where_mail_is_configured(url, on):
    from tests.access.doors import in_production

    program = "import django; django.setup(); from drugs.alerts import are_on; print(are_on())"

    assert in_production(program, EMAIL_URL=url).strip() == str(on)
