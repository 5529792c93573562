"""Make a backup: rows in one snapshot, stored files, checksums; read back before it is called done."""

import datetime as dt
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.storage import Storage, default_storage
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.translation import gettext as _

from drugs.backups.archive import BackupError, Writer
from drugs.backups.record import FOLDER as RECORDS
from drugs.backups.record import BackupRecord, StorageAwayError, write_record
from drugs.backups.rows import Model, TableDigest, apps_of, columns, lines, tables
from drugs.backups.snapshot import numbered, sequences, snapshot

NAME = "therapies-{:%Y%m%dT%H%M%SZ}.zip"
_OURS = "therapies-????????T??????Z"
#: A part of an archive that is older than this was left by a process that was killed.
_ABANDONED_AFTER = dt.timedelta(days=1)
_CHUNK = 1 << 20


def make_backup(
    folder: Path, at: dt.datetime, *, keep: int | None = None, using: str = DEFAULT_DB_ALIAS
) -> BackupRecord:
    """Write an archive into `folder`, take away all of ours there but the newest `keep`, and record when it was.

    Raises `BackupError` with one sentence; then no archive was added and none was taken away, or the sentence says so.
    """
    began = time.monotonic()
    path = folder / NAME.format(at.astimezone(dt.UTC))
    try:
        _check_folder(folder)
        _clear(folder, at)
        with snapshot(using, folder=folder) as alias, Writer(path) as writer:
            rows, missing = _write(writer, alias, at, connections[using].vendor)
    except FileExistsError as error:
        raise BackupError(
            _("Another backup of this second is being made in %(folder)s.") % {"folder": folder}
        ) from error
    except OSError as error:
        raise BackupError(
            _("The backup could not be written to %(folder)s: %(why)s. Earlier backups are still there.")
            % {"folder": folder, "why": error.strerror or error}
        ) from error
    except (BotoCoreError, ClientError) as error:
        raise BackupError(
            _(
                "No backup was made, the bucket of the stored files does not answer: %(why)s. Earlier backups are still there."
            )
            % {"why": error}
        ) from error
    record = BackupRecord(
        made_at=at.isoformat(),
        name=path.name,
        folder=str(folder),
        size=path.stat().st_size,
        rows=rows,
        seconds=round(time.monotonic() - began, 1),
        missing_files=missing,
    )
    for old in sorted(folder.glob(f"{_OURS}.zip"), reverse=True)[keep or None :] if keep else []:
        old.unlink()
    try:
        write_record(record)
    except StorageAwayError as error:
        raise BackupError(
            _("The backup %(file)s is whole, but that it was made could not be noted among the stored files: %(why)s.")
            % {"file": path, "why": error}
        ) from error
    return record


def _check_folder(folder: Path) -> None:
    media = Path(settings.MEDIA_ROOT).resolve()
    if folder.resolve() == media or media in folder.resolve().parents:
        raise BackupError(
            _("%(folder)s lies in MEDIA_ROOT, which is part of the backup: name a folder outside it.")
            % {"folder": folder}
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def _clear(folder: Path, at: dt.datetime) -> None:
    """Take away what a killed backup left."""
    for path in [*folder.glob(f"{_OURS}.part"), *folder.glob(".copy-*")]:
        if path.stat().st_mtime < (at - _ABANDONED_AFTER).timestamp():
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _write(writer: Writer, alias: str, at: dt.datetime, vendor: str) -> tuple[int, list[str]]:
    """All members. Returns the number of rows, and the files that rows name and the storage does not have."""
    apps, applied = apps_of(alias)
    models = tables(apps)
    described = [_write_table(writer, model, alias) for model in models]
    last = sequences(alias, numbered(models))
    stored = _write_files(writer, default_storage)
    missing = sorted(set(_named_files(models, alias)) - stored)
    writer.finish(
        {
            "made_at": at.isoformat(),
            "database": vendor,
            "release": settings.RELEASE,
            "migrations": applied,
            "tables": described,
            "sequences": last,
            "missing_files": missing,
        }
    )
    return sum(table["rows"] for table in described), missing


def _write_table(writer: Writer, model: Model, alias: str) -> dict[str, Any]:
    told = TableDigest()

    def chunks() -> Iterator[bytes]:
        for line in lines(model, alias):
            told.add(line)
            yield line.encode("utf-8", "surrogatepass") + b"\n"

    name = model._meta.db_table
    writer.add(f"tables/{name}.jsonl", chunks())
    return {
        "name": name,
        "columns": [field.column for field in columns(model)],
        "rows": told.rows,
        "digest": str(told),
    }


def _write_files(writer: Writer, storage: Storage) -> set[str]:
    """Every stored file. One that is taken away meanwhile is left out: the snapshot is older than it."""
    stored = set()
    for name in sorted(file_names(storage)):
        try:
            file = storage.open(name, "rb")
        except FileNotFoundError:
            continue
        with file:
            writer.add(f"media/{name}", file.chunks(_CHUNK))
        stored.add(name)
    return stored


def file_names(storage: Storage, folder: str = "") -> Iterator[str]:
    """The names of all files of a storage but the records of backups."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        yield f"{folder}{name}"
    for name in folders:
        if f"{folder}{name}" != RECORDS:
            yield from file_names(storage, f"{folder}{name}/")


def _named_files(models: list[Model], alias: str) -> Iterator[str]:
    from django.db.models import FileField

    for model in models:
        for field in columns(model):
            if isinstance(field, FileField):
                named = model._base_manager.using(alias).exclude(**{field.name: ""})
                yield from named.values_list(field.name, flat=True)
