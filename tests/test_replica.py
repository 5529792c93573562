"""Who reads from the replica, and when it is left. With a real one: tests/faults/machines.py."""

import ast
import logging
import os
import subprocess
import sys

import pytest
from django.core.checks import run_checks
from django.db import OperationalError, connections, router
from django.test import Client
from django.utils import timezone

from drugs import replica as reading
from drugs.models import ContentVersion
from drugs.replica import ALIAS, PublicReads, State
from drugs.views import caching
from drugs.watching.state import state, warnings
from tests.admin.people import staff
from tests.factories import live_edition

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def page(settings, monkeypatch):
    """A site with a replica that holds what the primary holds: one connection under both names."""
    monkeypatch.setitem(settings.DATABASES, ALIAS, settings.DATABASES["default"])
    monkeypatch.setitem(connections.databases, ALIAS, connections.databases["default"])
    connections[ALIAS] = connections["default"]
    monkeypatch.setattr(router, "routers", [PublicReads()])
    monkeypatch.setattr(reading, "state", State())
    yield live_edition("edaravone").therapy.get_absolute_url()
    del connections[ALIAS]


@pytest.fixture
def versions(monkeypatch):
    """What each of the two says of its content version; None: it does not answer."""
    told = {ALIAS: 5, "default": 5}
    monkeypatch.setattr(reading, "version", told.get)
    monkeypatch.setattr(reading, "_ASK_EVERY", 0.0)
    return told


def read_from(response):
    return response.context["page"].edition._state.db


def test_a_reader_reads_from_the_replica_and_whoever_is_signed_in_does_not(client, page):
    signed_in = Client()
    signed_in.force_login(staff("Editor"))

    assert read_from(client.get(page)) == ALIAS
    assert read_from(signed_in.get(page)) == "default"


@pytest.mark.parametrize(
    "address", ["/", "/drugs/", "/trials/", "/search/?q=edaravone", "/api/v1/therapies/", "/updates/feed/"]
)
def test_every_question_of_a_public_page_goes_to_one_database(client, address, monkeypatch):
    asked = []
    monkeypatch.setattr(
        PublicReads, "db_for_read", lambda self, model, **hints: asked.append(reading._reads.get()) or None
    )

    assert client.get(address).status_code == 200
    assert len(asked) > 2
    assert all(asked)


@pytest.mark.parametrize(
    ("there", "here", "expected"),
    [(5, 5, ALIAS), (6, 5, ALIAS), (4, 5, "default"), (None, 5, "default"), (5, None, ALIAS)],
)
def test_it_is_read_while_it_answers_and_is_not_behind(client, page, versions, there, here, expected):
    versions.update({ALIAS: there, "default": here})

    assert read_from(client.get(page)) == expected


def test_it_is_read_again_when_it_has_caught_up(client, page, versions, caplog):
    caplog.set_level(logging.WARNING, "site.replica")
    found = []
    for there in (5, 4, 4, 5):
        versions[ALIAS] = there
        found.append(read_from(client.get(page)))

    assert found == [ALIAS, "default", "default", ALIAS]
    assert [record.getMessage().split()[-1] for record in caplog.records] == ["replica", "database", "replica"]


def test_it_is_looked_at_once_a_second(page, monkeypatch):
    asked = []
    monkeypatch.setattr(reading, "version", lambda alias: asked.append(alias) or 5)
    one = State()

    assert [one.may_be_read() for _time in range(50)] == [True] * 50
    assert asked == [ALIAS, "default"]


def test_while_one_looks_the_others_go_on(page, monkeypatch):
    one, inner = State(), []
    monkeypatch.setattr(reading, "_ASK_EVERY", 0.0)
    monkeypatch.setattr(reading, "version", lambda alias: inner.append(one.may_be_read()) or 5)

    assert one.may_be_read()
    assert inner == [False, False]


@pytest.mark.parametrize(("silent", "expected"), [(ALIAS, False), ("default", True)])
def test_one_that_falls_silent_is_left_by_those_who_come_meanwhile(page, monkeypatch, silent, expected):
    one, meanwhile = State(), []
    monkeypatch.setattr(reading, "version", lambda alias: 5)
    assert one.may_be_read()
    monkeypatch.setattr(reading, "_ASK_EVERY", 0.0)
    monkeypatch.setattr(reading, "_ANSWERS_WITHIN", 0.0)
    monkeypatch.setattr(
        reading, "version", lambda alias: (alias == silent and meanwhile.append(one.may_be_read())) or 5
    )

    assert one.may_be_read()
    assert meanwhile == [expected]


def test_one_that_falls_silent_is_noticed_by_the_connection():
    """What a host that is gone owes is ended by the kernel: settings reach libpq."""
    code = "from django.conf import settings; print(settings.DATABASES['replica']['OPTIONS'])"
    url = "postgres://nobody@127.0.0.1:1/none"
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"DATABASE_URL": url, "DATABASE_REPLICA_URL": url, "DJANGO_SETTINGS_MODULE": "alliance.settings"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert {"connect_timeout", "keepalives_idle", "tcp_user_timeout", "options"} <= ast.literal_eval(
        answer.stdout
    ).keys()


def test_one_that_fails_under_a_page_is_left_and_the_page_is_whole(client, page, versions, monkeypatch):
    monkeypatch.setattr(reading, "_ASK_EVERY", 60.0)
    content_state = caching.content_state

    def failing(at):
        if reading._reads.get():
            raise OperationalError("server closed the connection unexpectedly")
        return content_state(at)

    monkeypatch.setattr(caching, "content_state", failing)

    assert read_from(client.get(page)) == "default"
    assert not reading.state.is_good


def test_what_is_written_goes_to_the_primary(page):
    with reading._from_replica():
        assert router.db_for_write(ContentVersion) == "default"
        assert router.db_for_read(ContentVersion) == ALIAS
    assert not router.allow_migrate(ALIAS, "drugs")
    assert router.allow_migrate("default", "drugs")


def test_without_one_nothing_is_asked_of_it(client, page, settings, monkeypatch):
    del settings.DATABASES[ALIAS]
    monkeypatch.setattr(reading, "state", None)

    assert read_from(client.get(page)) == "default"


@pytest.mark.parametrize(
    ("there", "said"), [(5, "has every public change"), (3, "2 public changes behind"), (None, "does not answer")]
)
def test_operations_tells_how_it_stands(versions, there, said):
    versions[ALIAS] = there
    at = timezone.now()

    (fact,) = [fact for fact in state(at) if fact.name == "Replica"]
    assert fact.value == said
    assert (fact in warnings(at)) == bool(fact.warning) == (there != 5)


def test_it_has_to_be_postgresql(settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES, ALIAS, {"ENGINE": "django.db.backends.sqlite3", "NAME": "x"})

    assert "drugs.E003" in {message.id for message in run_checks()}
