"""Public addresses are read: what else is asked of them is refused in one place, by a page that says so."""

import pytest
from django.test import Client

from tests.access.test_matrix import TAKES_POST
from tests.access.world import make_world, public_values
from tests.addresses import addresses

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NEVER = ("PUT", "PATCH", "DELETE", "TRACE", "BREW")


@pytest.fixture
def paths():
    values = public_values(make_world())
    return {address.name: address.path(values) for address in addresses() if not address.is_staff}


def test_every_public_address_refuses_what_it_does_not_take(paths):
    strict = Client(enforce_csrf_checks=True)
    refused = {
        (name, method): strict.generic(method, path, b"a=b", content_type="text/plain")
        for name, path in paths.items()
        for method in (*NEVER, *([] if name in TAKES_POST else ["POST"]))
    }

    assert {key for key, answer in refused.items() if answer.status_code != 405} == set()
    assert all(answer["Allow"] and not answer.cookies for answer in refused.values())
    assert len(refused) > 300


def test_the_refusal_is_a_page_that_says_so(client):
    response = client.post("/drugs/", {"q": "x"})

    html = response.content.decode()
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert "Nothing can be sent to this page" in html
    assert "site.css" in html


def test_an_address_of_a_button_says_so(client):
    response = client.get(f"/alerts/{'x' * 43}/confirm/")

    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "by a button" in response.content.decode()


def test_what_was_sent_is_read_to_its_end(client):
    """A proxy makes a 502 of an answer that comes before the body was read."""
    request = client.post("/drugs/", b"x" * 200_000, content_type="text/plain").wsgi_request

    assert request.read() == b""


def test_an_address_that_is_not_there_stays_not_found(client):
    assert client.post("/nothing/").status_code == 404
