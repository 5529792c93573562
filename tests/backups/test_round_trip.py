"""A backup restored into an empty database, from either kind to either kind, has equal rows in every table."""

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage
from django.db import connection, connections, transaction

from drugs.backups import make_backup, restore_backup
from drugs.backups.make import file_names
from drugs.backups.rows import digest_of, tables
from drugs.models import Edition, Organisation, Trial
from tests.backups.conftest import empty_database

KINDS = ["sqlite", "postgresql"]


def rows_of(using):
    """Every row of every table, read by the ORM: not by what is under test."""
    return {
        model._meta.db_table: [
            {key: bytes(value) if isinstance(value, memoryview) else value for key, value in row.items()}
            for row in model._base_manager.using(using).order_by("pk").values()
        ]
        for model in tables(apps)
    }


def stored_files():
    found = {}
    for name in file_names(default_storage):
        with default_storage.open(name) as file:
            found[name] = file.read()
    return found


@pytest.fixture
def moved(full_site, tmp_path, settings, now):
    """Back the site up and restore it into an empty database and an empty folder; again from there."""

    def move(using, folder):
        record = make_backup(tmp_path / folder, now)
        files = stored_files()
        settings.MEDIA_ROOT = tmp_path / f"media-{folder}"
        restore_backup(tmp_path / folder / record.name, now, using=using)
        assert stored_files() == files
        return record

    return move


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_and_file_is_the_same(moved, migrated, tmp_path, kind):
    """In a database of the other kind the tables are there already: to make them is the same as here."""
    before = rows_of("default")
    digests = {model: digest_of(model, "default") for model in tables(apps)}

    with empty_database(kind, tmp_path) if kind == connection.vendor else migrated(kind) as alias:
        moved(alias, "one")

        assert rows_of(alias) == before
        assert len(before["drugs_source"]) and len(before["drugs_portrait"])
        assert {model: digest_of(model, alias) for model in tables(apps)} == digests


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_way_gives_the_same_archive(moved, migrated, tmp_path, now, kind):
    """There and on: what is backed up from the other database equals the first backup."""
    with migrated(kind) as alias, migrated(connection.vendor) as home:
        before = rows_of("default")
        moved(alias, "one")
        record = make_backup(tmp_path / "two", now, using=alias)
        restore_backup(tmp_path / "two" / record.name, now, using=home, replace_everything=True)

        assert rows_of(home) == before


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_restored_is_a_site_that_goes_on(moved, migrated, kind):
    """New rows are numbered from where they stood; the search finds what was restored and what is written later."""
    with migrated(kind) as alias:
        moved(alias, "one")
        here = Organisation.objects.create(slug="new", name="New")
        there = Organisation(slug="new", name="New")
        there.save(using=alias)

        assert there.pk == here.pk  # the number of the deleted organisation is not given out again
        rows = {
            "sqlite": "SELECT count(*) FROM drugs_trial_fts WHERE drugs_trial_fts MATCH '\"mexiletine\"'",
            "postgresql": "SELECT count(*) FROM drugs_trial WHERE search @@ to_tsquery('therapies', 'mexiletine')",
        }[kind]

        def found():
            with connections[alias].cursor() as cursor:
                cursor.execute(rows)
                return cursor.fetchone()[0]

        assert found() == 1
        Trial.objects.using(alias).filter(brief_title="Mexiletine in ALS").update(brief_title="Another")
        assert found() == 0


def test_the_archive_is_of_one_moment(full_site, tmp_path, now):
    """A row that is written while the backup reads is not in it, nor does the backup hold the writer up."""
    from drugs.backups.snapshot import snapshot

    before = Organisation.objects.count()
    with snapshot(folder=tmp_path) as alias:
        list(Organisation.objects.using(alias).all())
        written = Organisation.objects.create(slug="meanwhile", name="Meanwhile")

        assert written.pk
        assert Organisation.objects.using(alias).count() == before


@pytest.mark.long_walk  # some eighty migrations
def test_an_older_backup_is_brought_to_this_version(full_site, tmp_path, now, settings):
    """A backup made before an upgrade: its tables as they were then, then every migration since."""
    from django.core.management import call_command

    with empty_database("sqlite", tmp_path) as old, empty_database(connection.vendor, tmp_path) as new:
        call_command("migrate", "drugs", "0014", database=old, verbosity=0)
        call_command("migrate", "auth", database=old, verbosity=0)
        get_user_model().objects.using(old).create(username="editor")
        record = make_backup(tmp_path / "old", now, using=old)
        settings.MEDIA_ROOT = tmp_path / "empty"

        restore_backup(tmp_path / "old" / record.name, now, using=new)

        assert get_user_model().objects.using(new).get().username == "editor"
        assert Edition.objects.using(new).count() == 0
        with transaction.atomic(using=new):
            call_command("migrate", database=new, check=True, verbosity=0)
