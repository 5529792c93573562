"""A SQLite database stays open between requests: what that must not change."""

import sqlite3

import pytest
from django.core.signals import request_started
from django.db import connections

from tests.backups.conftest import empty_database

pytestmark = pytest.mark.any_database


def write(path, word):
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE said (word)")
        file.execute("INSERT INTO said VALUES (?)", [word])
    file.close()


def said(alias):
    with connections[alias].cursor() as cursor:
        return cursor.execute("SELECT word FROM said").fetchone()[0]


@pytest.fixture
def alias(tmp_path):
    with empty_database("sqlite", tmp_path) as alias:
        write(connections[alias].settings_dict["NAME"], "old")
        connections[alias].settings_dict["CONN_MAX_AGE"] = 600
        yield alias


def test_the_connection_stays_while_the_file_is_the_same(alias):
    assert said(alias) == "old"
    opened = connections[alias].connection

    request_started.send(sender=None)

    assert connections[alias].connection is opened
    assert said(alias) == "old"


def test_another_file_of_that_name_is_opened(alias, tmp_path):
    assert said(alias) == "old"
    write(tmp_path / "new.sqlite3", "new")
    (tmp_path / "new.sqlite3").rename(connections[alias].settings_dict["NAME"])

    request_started.send(sender=None)

    assert said(alias) == "new"


def test_a_file_that_was_taken_away_is_not_read_on(alias, tmp_path):
    assert said(alias) == "old"
    (tmp_path / "gone").mkdir()
    for file in tmp_path.glob("*.sqlite3*"):
        file.rename(tmp_path / "gone" / file.name)

    request_started.send(sender=None)

    assert connections[alias].connection is None


def test_nobody_writes_to_find_out_what_the_database_can(alias):
    """Django's own way takes the lock for writing, and waits for whoever has it."""
    assert said(alias) == "old"
    with sqlite3.connect(connections[alias].settings_dict["NAME"]) as writer:
        writer.execute("BEGIN IMMEDIATE")

        assert connections[alias].features.has_json_object_function
    writer.close()
