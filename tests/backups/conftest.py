"""A site with something in every kind of column, and empty databases of either kind to restore into."""

import datetime as dt
import os
import shutil
import uuid
from contextlib import ExitStack, contextmanager

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from drugs.models import ImportRun, Organisation, ReviewFlag, StaffOverride
from tests import migrated_databases
from tests.factories import OrganisationFactory, PortraitFactory, TrialFactory, UserFactory, publish, whole_edition

AT = dt.datetime(2026, 11, 24, 6, 0, 0, 123456, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _other_databases(transactional_db, django_db_blocker, monkeypatch):
    """Django lets a test reach the databases of the settings only; a backup opens one of its own."""
    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", django_db_blocker._real_ensure_connection)


@pytest.fixture
def full_site(transactional_db, settings, tmp_path):
    """Every kind of value: JSON, decimals, bytes, UUIDs, times, other scripts, quotes, a key that was deleted."""
    edition = whole_edition("whole", summary='<p>Zażółć "quoted", 日本語,\u2028 back\\slash, tab\tend</p>')
    publish(edition, at=AT)
    trial = TrialFactory(brief_title="Mexiletine in ALS")
    StaffOverride.objects.create(trial=trial, field="acronym", value={"b": [1, 2.5, None, "é"], "a": True}, reason="'")
    PortraitFactory(picture=bytes(range(256)))
    user = UserFactory()
    run = ImportRun(owner=user, original_name="ä.csv", counts={"rows": 3}, numbers=b"\x00\x01\xff")
    run.file.save("one.csv", ContentFile(b"NCT Number\nNCT00000001\n"))
    default_storage.save("data/2026-11-24/all.zip", ContentFile(os.urandom(3_000_000)))
    Organisation.objects.filter(pk=OrganisationFactory(slug="gone").pk).delete()
    assert not ReviewFlag.objects.exists()  # an empty table is a case too
    return edition


@contextmanager
def _registered(alias, **changes):
    connections.databases[alias] = {**connections["default"].settings_dict, **changes}
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.databases[alias]


@pytest.fixture(scope="session")
def migrated(django_db_setup, django_db_blocker, tmp_path_factory):
    """A database of a kind with its tables and without rows of the site: migrated once, then copied."""
    folder, kept = tmp_path_factory.mktemp("migrated"), migrated_databases.kept()
    with ExitStack() as stack:

        @contextmanager
        def copy(vendor):
            if vendor not in kept:
                with django_db_blocker.unblock():
                    alias = stack.enter_context(empty_database(vendor, folder))
                    call_command("migrate", database=alias, verbosity=0)
                connections[alias].close()
                kept[vendor] = connections.databases[alias]["NAME"]
            with empty_database(vendor, folder, like=kept[vendor]) as alias:
                yield alias

        yield copy
        with django_db_blocker.unblock():
            stack.close()


@contextmanager
def empty_database(vendor, folder, like=None):
    """The alias of a database without tables; `like`: a copy of the database of this name."""
    name = f"elsewhere_{uuid.uuid4().hex[:8]}"
    if vendor == "sqlite":
        options = {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;",
        }
        file = str(folder / f"{name}.sqlite3")
        if like:
            shutil.copy(like, file)
        with _registered(name, ENGINE="django.db.backends.sqlite3", NAME=file, OPTIONS=options) as alias:
            yield alias
        return
    if connection.vendor != "postgresql":
        pytest.skip("no PostgreSQL server: scripts/with-postgres")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {like or 'template1'}")
    options = {**connection.settings_dict["OPTIONS"], "pool": False}
    try:
        with _registered(name, NAME=name, OPTIONS=options) as alias:
            yield alias
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def now():
    return timezone.now()
