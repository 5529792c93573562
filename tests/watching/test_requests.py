"""Requests are numbered and logged without personal data; metrics are for whoever holds the token."""

import io
import json
import logging
import re
import threading

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client, override_settings
from django.urls import path

from alliance.urls import urlpatterns as site_patterns
from drugs.watching.logs import ErrorMail, JsonFormatter, scrubbed
from drugs.watching.reports import without_personal_data
from tests.admin.people import staff

TOKEN = "a-token-of-more-than-thirty-two-characters"
PLANTED = "reader@example.org"


def broken(request, token):
    raise RuntimeError(f"{PLANTED} at 203.0.113.9 asked /preview/{token}/")


urlpatterns = [path("broken/<str:token>/", broken), *site_patterns]
handler500 = "drugs.views.errors.server_error"


@pytest.fixture
def lines():
    """What the site logs as JSON while the test runs."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    loggers = [logging.getLogger(name) for name in ("", "site.requests", "django.request")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.INFO)
    loggers[0].addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    loggers[0].removeHandler(handler)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.mark.django_db
def test_a_request_is_one_line_with_its_number(client, lines):
    response = client.get("/drugs/", headers={"X-Request-ID": "abcdef-0123456789"})

    line = next(line for line in lines() if line["logger"] == "site.requests")
    assert response["X-Request-ID"] == "abcdef-0123456789"
    assert line["request_id"] == "abcdef-0123456789"
    assert (line["method"], line["route"], line["status"]) == ("GET", "drugs/", 200)


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["", "short", "x" * 65, 'a"b{"c":1}xx', "line\tbreak-1234", PLANTED])
def test_a_number_that_is_not_well_formed_is_not_taken(client, header):
    response = client.get("/healthz", headers={"X-Request-ID": header})

    assert re.fullmatch("[0-9a-f]{32}", response["X-Request-ID"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        f"/drugs/?q={PLANTED}",
        f"/{PLANTED}/",
        f"/search/?q={PLANTED}",
        f"/corrections/{PLANTED}/",
        f"/preview/{PLANTED}/",
        f"/admin/auth/user/?q={PLANTED}",
    ],
)
def test_no_line_has_what_was_asked_or_by_whom(lines, address):
    client = Client(REMOTE_ADDR="203.0.113.9")
    client.force_login(staff("superuser", username="jane-doe", email="jane@example.org"))

    client.get(address, headers={"User-Agent": "agent-of-the-reader", "Cookie": "planted=1"})

    assert lines()
    text = json.dumps(lines())
    for personal in (PLANTED, "reader", "203.0.113.9", "jane", "agent-of-the-reader", "planted"):
        assert personal not in text


@override_settings(ROOT_URLCONF="tests.watching.test_requests")
def test_an_error_is_logged_with_its_trace_and_nothing_personal(lines):
    response = Client(raise_request_exception=False).get("/broken/secret-token/")

    line = next(line for line in lines() if line["level"] == "ERROR")
    assert "RuntimeError" in line["exception"]
    assert line["request_id"] == response["X-Request-ID"]
    assert line["request_id"] in response.content.decode()  # the reference that a reader can name
    assert PLANTED not in json.dumps(lines())
    assert "203.0.113.9" not in json.dumps(lines())
    assert "secret-token" not in json.dumps(lines())


def test_what_postgresql_repeats_of_a_row_is_left_out():
    assert "jane" not in scrubbed("duplicate key\nDETAIL:  Key (username)=(jane) already exists.\n")
    assert scrubbed("at 12:30:05 on 2026-11-24") == "at 12:30:05 on 2026-11-24"


@pytest.mark.parametrize(
    "address",
    ["203.0.113.9", "2001:db8:0:1:2:3:4:5", "2001:db8::1", "2001:db8::", "fe80::1ff:fe23:4567:890a", "2001:db8:1:2::5"],
)
def test_a_network_address_is_masked(address):
    assert scrubbed(f"[{address}]:443, {address}: refused") == "[[address]]:443, [address]: refused"


@pytest.mark.parametrize("text", ["at 12:30:45", "12:30:45: late", "rows[::2]", "'2026-11-24'::date", "a::date"])
def test_what_only_looks_like_a_network_address_stays(text):
    assert scrubbed(text) == text


def test_an_error_is_mailed_once_and_without_the_request(settings, mailoutbox):
    settings.ADMINS = [("", "admin@example.org")]
    handler, logger = ErrorMail(), logging.getLogger("tests.mailed")
    logger.addHandler(handler)
    for _time in range(5):
        try:
            raise ValueError(f"of {PLANTED}")
        except ValueError:
            logger.exception("It failed for %s", PLANTED)
    logger.removeHandler(handler)
    handler.flush()

    assert len(mailoutbox) == 1
    assert "ValueError" in mailoutbox[0].subject
    assert "Traceback" in mailoutbox[0].body
    assert PLANTED not in mailoutbox[0].subject + mailoutbox[0].body


class SilentServer(BaseEmailBackend):
    """A mail server that says nothing until the test lets it."""

    answers, taken = threading.Event(), []

    def send_messages(self, mails):
        self.answers.wait(10)
        self.taken.extend(mail.subject for mail in mails)


def test_a_mail_server_that_says_nothing_holds_nobody_up(settings):
    settings.ADMINS = [("", "admin@example.org")]
    settings.EMAIL_BACKEND = "tests.watching.test_requests.SilentServer"
    handler, logger = ErrorMail(), logging.getLogger("tests.mailed")
    logger.addHandler(handler)
    for number in range(9):
        logger.error("The %sth failed", number)
    taken_meanwhile = list(SilentServer.taken)
    SilentServer.answers.set()
    handler.flush()
    logger.error("The %sth failed", 8)  # no mail of it went out yet
    logger.removeHandler(handler)
    handler.flush()

    assert taken_meanwhile == []
    assert len(SilentServer.taken) == 5
    assert "The 8th failed" in SilentServer.taken[-1]


def test_a_report_to_sentry_has_no_person_in_it():
    event = {
        "exception": {"values": [{"value": f"of {PLANTED}", "stacktrace": {"frames": [{"vars": {"q": "jane"}}]}}]},
        "request": {"method": "POST", "url": "https://x/?q=jane", "cookies": {"a": "jane"}, "data": "jane"},
        "user": {"ip_address": "203.0.113.9", "username": "jane"},
        "breadcrumbs": ["jane"],
        "extra": {"a": "jane"},
        "server_name": "jane",
    }

    sent = without_personal_data(event)

    assert sent["request"] == {"method": "POST"}
    assert sent["exception"]["values"][0]["value"] == "of [e-mail]"
    assert "jane" not in json.dumps(sent)


# Metrics


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer wrong", f"Bearer {TOKEN}x", f"Basic {TOKEN}"])
@pytest.mark.parametrize("configured", ["", TOKEN])
def test_metrics_are_not_found_without_the_token(client, settings, token, configured):
    settings.METRICS_TOKEN = configured

    assert client.get("/metrics", headers={"Authorization": token}).status_code == 404


@pytest.mark.django_db
def test_metrics_count_by_route(client, settings):
    settings.METRICS_TOKEN = TOKEN
    client.get("/drugs/no-such-therapy/")

    response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    text = response.content.decode()
    assert 'site_requests_total{method="GET",route="drugs/<slug:slug>/",status="404"}' in text
    assert "no-such-therapy" not in text
    assert "site_database_up 1.0" in text
    assert "site_content_version" in text
    assert "no-store" in response["Cache-Control"]
