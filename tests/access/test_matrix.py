"""Every address x everybody x every method, against the table of who comes in: matrix.txt. What is not in it fails.

A line is an address of staff, who gets it by GET, and who by POST: N staff without a group, E Editor, R Reviewer, I Importer,
A Administrator, S superuser, O somebody from outside; `-` nobody. Everybody else is refused, by those and by every other
method: by these a stranger asks, and with --all everybody. A superuser, whom no line refuses, is asked with --all; without it
test_headers.py gets every address as one.
"""

from contextlib import nullcontext
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from tests import factories
from tests.access.world import make_world, public_values, values_for
from tests.addresses import addresses
from tests.admin.people import staff
from tests.savepoints import taken_back

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

TABLE = Path(__file__).with_name("matrix.txt")
INITIALS = {
    "N": "nobody", "E": "Editor", "R": "Reviewer", "I": "Importer", "A": "Administrator", "S": "superuser",
    "O": "outside", "D": "deactivated",
}  # fmt: skip
#: Public addresses that take a form: a reader's correction, a reader's alerts by e-mail.
TAKES_POST = {"correction-new", "alert-form", "alert-detail", "alert-confirm"}


def declared():
    rows = (line.split() for line in TABLE.read_text().splitlines() if line and not line.startswith("#"))
    return {name: (set(get) - {"-"}, set(post) - {"-"}) for name, get, post in rows}


def client_of(initial):
    client = Client()
    role = INITIALS[initial]
    if role == "outside":
        return client
    person = staff("Editor" if role == "deactivated" else role)
    client.force_login(person)
    if role == "deactivated":
        person.is_active = False
        person.save()
    return client


def outcome(response):
    """in, or how it was refused. Leading to the sign-in is a refusal (and where signing out leads); so is a method that is not there."""
    assert response.status_code < 500
    to_sign_in = response.status_code == 302 and ("/admin/login/" in response.url or "/account/login/" in response.url)
    only_methods = response.request["REQUEST_METHOD"] == "OPTIONS" and not response.getvalue()
    return "out" if to_sign_in or only_methods or response.status_code in (403, 404, 405) else "in"


def ask(client, method, path):
    """As it would be answered, and then not done; whoever was signed out by it is signed in again."""
    before = {name: cookie.value for name, cookie in client.cookies.items()}
    with taken_back():
        response = client.generic(method, path, content_type="application/x-www-form-urlencoded")
    client.cookies.clear()
    client.cookies.load(before)
    return response


def measured(initial):
    make_world()
    person = factories.UserFactory(username="somebody-else")
    for address in addresses():
        if address.is_staff:
            client_path = address.path(values_for(address, person))
            yield address, client_path


def further_methods(initial, every):
    """Who comes in is decided before the method is looked at: by what is neither GET nor POST a stranger asks; with --all, everybody."""
    return ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS") if every or initial == "O" else ()


@pytest.mark.parametrize(
    "initial", [pytest.param(initial, marks=pytest.mark.long_walk if initial == "S" else []) for initial in INITIALS]
)
def test_everybody_comes_in_only_where_the_table_says(initial, unrendered, request):
    table, client, wrong = declared(), client_of(initial), []
    every = request.config.getoption("--all")
    client.raise_request_exception = True
    for address, path in measured(initial):
        gets, posts = table.get(address.name, (set(), set()))
        further = further_methods(initial, every)
        for method, allowed in (("GET", gets), ("POST", posts), *((other, gets | posts) for other in further)):
            came = outcome(ask(client, method, path)) == "in"
            exact = method in ("GET", "POST")
            if came != (initial in allowed) and (exact or came):
                wrong.append(f"{method} {address.name}: {INITIALS[initial]} {'came in' if came else 'was refused'}")

    assert not wrong, "\n".join(wrong)


def test_every_address_of_staff_is_declared_once():
    names = {address.name for address in addresses() if address.is_staff}

    assert set(declared()) == names
    assert {address.name for address in addresses()} >= TAKES_POST


def no_writes(execute, sql, params, many, context):
    """What a public address is asked to do by a method that it does not have, it does not do."""
    assert not sql.startswith(("INSERT", "UPDATE", "DELETE")), sql
    return execute(sql, params, many, context)


def test_public_addresses_are_the_same_for_everybody(unrendered, request):
    """No role, no session makes a difference; every method but a reader's form is refused and writes nothing; no cookie."""
    everybody = INITIALS if request.config.getoption("--all") else "OEDS"
    edition = make_world()
    live = factories.live_edition("edaravone")
    clients = {initial: client_of(initial) for initial in everybody}
    wrong = []
    for address in addresses():
        if address.is_staff:
            continue
        path = address.path(public_values(live) | {"token": public_values(edition)["token"]})
        answers = {initial: ask(client, "GET", path) for initial, client in clients.items()}
        statuses = {answer.status_code for answer in answers.values()}
        if len(statuses) > 1:
            wrong.append(f"{path} differs by person: { {k: v.status_code for k, v in answers.items()} }")
        for method in ("HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            takes = method == "POST" and address.name in TAKES_POST
            with nullcontext() if takes else connection.execute_wrapper(no_writes):
                answer = ask(clients["O"], method, path)
            if answer.cookies:
                wrong.append(f"{method} {path} sets a cookie")
            tells_of_api = method == "OPTIONS" and address.route.startswith("api/")
            refused = answer.status_code == 405 and answer["Allow"] and method not in answer["Allow"]
            if not (takes or tells_of_api or refused or method == "HEAD"):
                wrong.append(f"{method} {path}: {answer.status_code}")
            if answer.status_code >= 500:
                wrong.append(f"{method} {path}: {answer.status_code}")

    assert not wrong, "\n".join(wrong)
