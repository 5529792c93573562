"""What is not whole or not wanted is refused in one sentence, before anything is written."""

import json
import zipfile
import zlib

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from drugs.backups import BackupError, make_backup, restore_backup
from drugs.backups.archive import Writer
from drugs.backups.make import file_names
from drugs.backups.record import last_backup
from drugs.models import ContentVersion, ImportRun, Organisation
from drugs.once import restored
from tests.backups.conftest import empty_database
from tests.backups.test_round_trip import rows_of
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.any_database


@pytest.fixture
def archive(full_site, tmp_path, now):
    return tmp_path / "kept" / make_backup(tmp_path / "kept", now).name


def rewritten(archive, target, change):
    """The archive with its members changed, its manifest left as it says."""
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        members = change({info.filename: old.read(info) for info in old.infolist()})
        for name, content in members.items():
            new.writestr(name, content)
        new.comment = old.comment
    return target


def other_row(members):
    name = "tables/drugs_organisation.jsonl"
    return members | {name: members[name].replace(b"O", b"0", 1) + b"[]\n"}


def without_a_table(members):
    return {name: content for name, content in members.items() if name != "tables/drugs_trial.jsonl"}


def with_a_stranger(members):
    return members | {"media/../../stranger": b"x"}


def with_another_manifest(members):
    return members | {
        "manifest.json": members["manifest.json"].replace(b'"sqlite"', b'"sqlitf"').replace(b'ql"', b'qm"')
    }


def of_another_form(members):
    return members | {"manifest.json": members["manifest.json"].replace(b'"version": 1', b'"version": 9')}


DAMAGED = [other_row, without_a_table, with_a_stranger, with_another_manifest, of_another_form]


def test_a_damaged_archive_is_refused(archive, tmp_path, now):
    before = rows_of("default")
    for change in DAMAGED:
        damaged = rewritten(archive, tmp_path / f"{change.__name__}.zip", change)

        with pytest.raises(BackupError) as refused:
            restore_backup(damaged, now, replace_everything=True)

        assert str(refused.value).count("\n") == 0, change.__name__
        assert rows_of("default") == before, change.__name__


def test_a_truncated_archive_is_refused(archive, tmp_path, now):
    whole = archive.read_bytes()
    cut = tmp_path / "cut.zip"
    for end in (0, 1, 100, len(whole) // 2, len(whole) * 999 // 1000):
        cut.write_bytes(whole[:end])

        with pytest.raises(BackupError, match="end is missing"):
            restore_backup(cut, now, replace_everything=True)


def members(path):
    """What an archive holds; nothing where it cannot be read. The times of its files are no part of it."""
    try:
        with zipfile.ZipFile(path) as opened:
            return {name: opened.read(name) for name in opened.namelist()} | {"": opened.comment}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        return {}


def test_flipped_bits_are_refused(archive, tmp_path, now):
    whole, tried = archive.read_bytes(), 0
    for place in range(200, len(whole), len(whole) // 25):
        flipped = bytearray(whole)
        flipped[place] ^= 0x10
        (tmp_path / "flipped.zip").write_bytes(flipped)
        if members(tmp_path / "flipped.zip") == members(archive):
            continue
        tried += 1
        with pytest.raises(BackupError):
            restore_backup(tmp_path / "flipped.zip", now, replace_everything=True)

    assert tried > 15


def test_another_zip_is_no_backup(transactional_db, tmp_path, now):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("manifest.json", json.dumps({"format": "other"}))

    with pytest.raises(BackupError, match="not a backup of this site"):
        restore_backup(tmp_path / "other.zip", now)


def test_a_backup_of_a_newer_version_names_what_is_missing(archive, tmp_path, now):
    with Writer(tmp_path / "newer.zip") as writer:
        writer.finish({"migrations": [["drugs", "0999_later"]], "tables": [], "sequences": {}, "made_at": "now"})

    with pytest.raises(BackupError, match=r"drugs\.0999_later"):
        restore_backup(tmp_path / "newer.zip", now)


def test_a_database_in_use_is_refused_unless_asked(archive, now):
    OrganisationFactory(slug="later")

    with pytest.raises(BackupError, match="--replace-everything"):
        restore_backup(archive, now)
    assert Organisation.objects.filter(slug="later").exists()

    restore_backup(archive, now, replace_everything=True)
    assert not Organisation.objects.filter(slug="later").exists()


def test_files_in_use_are_refused_unless_asked(archive, tmp_path, now):
    with empty_database(connection.vendor, tmp_path) as alias, pytest.raises(BackupError, match="stored files already"):
        restore_backup(archive, now, using=alias)


def stored(name):
    with default_storage.open(name) as file:
        return file.read()


def test_a_disk_that_is_full_restores_no_row_and_cuts_no_file(archive, now, monkeypatch):
    OrganisationFactory(slug="later")
    uploaded = ImportRun.objects.get().file.name
    for name in (uploaded, "data/2026-11-24/all.zip"):
        default_storage.delete(name)
        default_storage.save(name, ContentFile(b"later"))
    before, save = rows_of("default"), default_storage.save

    def full(name, content, **kwargs):
        if name.startswith("imports"):
            save(name, ContentFile(b"cut"), **kwargs)
            raise OSError(28, "No space left on device")
        return save(name, content, **kwargs)

    monkeypatch.setattr(default_storage._wrapped, "save", full)

    with pytest.raises(CommandError, match=r"No space left.* no longer as they were: data/2026-11-24/all\.zip\.$"):
        call_command("restore", archive, replace_everything=True)
    assert rows_of("default") == before
    assert stored(uploaded) == b"later"
    assert len(stored("data/2026-11-24/all.zip")) == 3_000_000
    assert not [name for name in file_names(default_storage) if name.endswith(".part")]


def test_a_file_that_is_as_in_the_backup_is_left_alone(archive, now, monkeypatch):
    monkeypatch.setattr(
        default_storage._wrapped, "save", lambda *args, **kwargs: pytest.fail("nothing is to be stored")
    )
    monkeypatch.setattr("drugs.backups.restore.note_restore", lambda at: None)

    assert restore_backup(archive, now, replace_everything=True).files == 2


def test_a_file_that_may_not_be_read_is_called_so(archive, now, monkeypatch):
    def forbidden(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(zipfile, "ZipFile", forbidden)  # the tests may be run by root, who may read everything

    with pytest.raises(CommandError, match="may not be read by the user of this command"):
        call_command("restore", archive)


def test_a_disk_that_is_full_leaves_the_earlier_backups(archive, now, monkeypatch):
    def full(self, name, chunks):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Writer, "add", full)
    noted = last_backup()

    with pytest.raises(CommandError, match=r"No space left on device.*Earlier backups are still there"):
        call_command("backup", to=archive.parent, keep=1)
    assert [path.name for path in archive.parent.iterdir()] == [archive.name]
    assert last_backup() == noted


def test_only_the_newest_are_kept(transactional_db, tmp_path, now):
    import datetime as dt

    (tmp_path / "holiday.zip").write_text("not ours")
    names = [make_backup(tmp_path, now + dt.timedelta(seconds=n), keep=3).name for n in range(5)]

    assert sorted(path.name for path in tmp_path.glob("*.zip")) == ["holiday.zip", *names[2:]]


def test_a_folder_within_the_stored_files_is_refused(transactional_db, settings, now):
    with pytest.raises(BackupError, match="outside it"):
        make_backup(settings.MEDIA_ROOT / "backups", now)


def test_a_backup_is_for_its_owner_only(archive):
    assert archive.stat().st_mode & 0o777 == 0o600


def test_a_missing_file_of_an_import_is_named(full_site, tmp_path, capsys):
    default_storage.delete(ImportRun.objects.get().file.name)

    call_command("backup", to=tmp_path / "kept")

    assert "1 files are named by rows and missing" in capsys.readouterr().err


def test_pages_kept_from_before_a_restore_are_other_pages(archive, client, now):
    ContentVersion.bump()
    restored.cache_clear()
    before = client.get("/")["ETag"]
    restore_backup(archive, now, replace_everything=True)
    ContentVersion.bump()
    restored.cache_clear()  # the process starts anew

    assert client.get("/")["ETag"] != before


def test_records_are_not_part_of_the_files(archive):
    default_storage.save("other/backups/one.txt", ContentFile(b"x"))

    assert last_backup().name == archive.name
    with zipfile.ZipFile(archive) as kept:
        assert not [name for name in kept.namelist() if name.startswith("media/backups")]
