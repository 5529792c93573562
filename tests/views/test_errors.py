"""Errors are styled pages with their true status; no input, however strange, is an error of ours."""

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.urls import path

from alliance.urls import urlpatterns as site_patterns
from drugs.views import errors
from tests import factories

LONG = "x" * 60_000
#: What a database could take amiss, and what is any other text to it.
FOR_A_DATABASE = ["\x00", "9" * 26, LONG, "%", "🜚", "-1", "NaN"]
STRANGE = ["'\"<script>", "0", "1e9", "../..", "=1+1", "a OR 1=1", "null"]
DRAWN = {LONG, "'\"<script>", "🜚"}


def broken(request):
    raise RuntimeError("planted")


urlpatterns = [path("broken/", broken), *site_patterns]
handler404, handler500 = errors.not_found, errors.server_error


@pytest.mark.django_db
def test_not_found_is_styled_and_leads_on(client):
    response = client.get("/drugs/nothing-here/")

    html = response.content.decode()
    assert response.status_code == 404
    assert "site.css" in html
    assert 'href="/drugs/"' in html


@override_settings(ROOT_URLCONF="tests.views.test_errors")
def test_a_server_error_is_styled_has_a_reference_and_needs_no_database():
    client = Client(raise_request_exception=False)

    response = client.get("/broken/")

    html = response.content.decode()
    assert response.status_code == 500
    assert "planted" not in html
    assert "reference" in html


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value",
    [*FOR_A_DATABASE, *(pytest.param(value, marks=pytest.mark.any_database) for value in STRANGE)],
    ids=lambda value: repr(value[:12]),
)
def test_no_value_of_any_parameter_is_an_error_of_ours(client, value, request):
    """Pages show it; what only asks for something else is not drawn too, nor anything on PostgreSQL, unless with --all."""
    if (value not in DRAWN or connection.vendor == "postgresql") and not request.config.getoption("--all"):
        request.getfixturevalue("unrendered")
    edition = factories.live_edition("abc")
    trial = factories.TrialFactory()
    lists = {
        "/drugs/": ["q", "stage", "phase", "modality", "route", "sponsor", "country", "sort", "page"],
        "/trials/": [
            "q",
            "status",
            "phase",
            "study_type",
            "country",
            "sponsor",
            "therapy",
            "registry",
            "year",
            "sort",
            "page",
        ],
        "/trials/feed/": ["q", "status", "year"],
        "/search/": ["q"],
        "/updates/": ["page"],
        "/api/v1/trials/": ["q", "page", "page_size", "fields", "therapy"],
        "/api/v1/updates/": ["since"],
    }

    for address, parameters in lists.items():
        for query in [*({parameter: value} for parameter in parameters), {name: [value, value] for name in parameters}]:
            assert client.get(address, query).status_code < 500, (address, list(query))
    for address in (
        "/drugs/{}/",
        "/trials/{}/",
        "/drugs/abc/editions/{}/",
        "/drugs/abc/editions/1/{}/",
        "/data/{}.csv",
        "/api/v1/trials/{}/",
    ):
        if len(value) < 1000:
            assert client.get(address.format(value.replace("/", "%2F"))).status_code < 500, address
    assert edition
    assert trial


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["abc", "0", "-1", "999999999999", "1.5", ""])
def test_a_page_that_is_none_shows_one_that_is(client, value):
    factories.live_edition("abc")

    assert len(client.get("/drugs/", {"page": value}).context["rows"]) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/", "/drugs/", "/drugs/abc/", "/trials/", "/glossary/", "/search/", "/data/", "/updates/"]
)
def test_head_is_answered_like_get(client, path):
    factories.live_edition("abc")

    assert client.head(path).status_code == 200


@pytest.mark.django_db
def test_no_public_page_reads_who_signed_in(client):
    """The same bytes for staff and strangers: nothing public may depend on the session."""
    factories.live_edition("abc")
    pages = ["/", "/drugs/", "/drugs/abc/", "/trials/", "/glossary/", "/search/?q=abc", "/data/", "/updates/"]
    strange = {path: client.get(path).content for path in pages}

    client.force_login(factories.UserFactory(is_superuser=True))

    assert {path: client.get(path).content for path in pages} == strange


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_in_our_words():
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x", "password": "y"})

    assert response.status_code == 403
    assert "Nothing was saved" in response.content.decode()


def test_the_mark_that_browsers_ask_for_by_themselves_is_there(client):
    response = client.get("/favicon.ico")

    assert (response.status_code, response["Location"]) == (302, "/static/img/mark.svg")
