"""A page that was asked for too long ago is refused at once; a form never is."""

import time

import pytest
from django.urls import reverse

from drugs.views import overload
from drugs.views.overload import waited
from tests.factories import live_edition

pytestmark = pytest.mark.django_db
NOW = 1_800_000_000.0


def ago(seconds):
    return {"X-Request-Start": f"t={time.time() - seconds:.3f}"}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("t=1799999997.500", 2.5),
        ("t=1800000000.000", 0),
        ("t=1800000009.000", 0),
        ("t=1799990000.000", 0),
        ("", 0),
        ("t=now", 0),
        ("t=1799999997.500, t=1", 0),
        ("1799999997.500", 0),
    ],
)
def test_a_wait_is_read_or_not_believed(header, seconds):
    assert waited(header, NOW) == seconds


def test_a_page_that_waited_too_long_is_refused_at_once(client, settings, django_assert_num_queries):
    edition = live_edition()
    address = edition.therapy.get_absolute_url()

    assert client.get(address, headers=ago(1)).status_code == 200
    with django_assert_num_queries(0):
        refused = client.get(address, headers=ago(3))

    assert refused.status_code == 503
    assert refused["Retry-After"] == "30"
    assert refused["Cache-Control"] == "no-store"
    assert "load the page again" in refused.content.decode()
    assert "name this reference" not in refused.content.decode()
    assert str(settings.SITE_NAME) in refused.content.decode()
    assert settings.PUBLISHER in refused.content.decode()
    assert 'aria-current="page"' not in refused.content.decode()
    assert client.head(address, headers=ago(3)).status_code == 503


def test_the_api_says_so_as_problem_details(client):
    refused = client.get("/api/v1/therapies/", headers=ago(3))

    assert (refused.status_code, refused["Content-Type"]) == (503, "application/problem+json")
    assert refused["Retry-After"] == "30"


def test_a_form_is_never_refused(client):
    sent = client.post(reverse("correction-new"), {"text": ""}, headers=ago(20))

    assert sent.status_code != 503


def test_what_is_kept_is_answered_however_late(client, settings):
    settings.KEPT_PAGES_MB = 1
    address = live_edition().therapy.get_absolute_url()
    client.handler.load_middleware()
    client.get(address)

    assert client.get(address, headers=ago(3)).status_code == 200


def test_without_a_limit_everybody_waits(client, settings):
    settings.LONGEST_WAIT = 0
    client.handler.load_middleware()

    assert client.get("/healthz", headers=ago(3)).status_code == 200


def test_the_refusal_costs_no_page(client):
    client.get("/", headers=ago(3))
    made = overload._page.cache_info().misses

    client.get("/", headers=ago(3))

    assert overload._page.cache_info().misses == made
