"""Put a backup back: verified first, all tables in one transaction, read again and compared before it is kept."""

import datetime as dt
import hashlib
import io
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps.registry import Apps
from django.core.cache import caches
from django.core.files.base import File
from django.core.files.storage import Storage, default_storage
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from drugs.backups.archive import BackupError, Reader
from drugs.backups.make import file_names
from drugs.backups.record import AWAY, StorageAwayError, note_restore
from drugs.backups.rows import Model, apps_of, columns, digest_of, insert, tables
from drugs.backups.snapshot import numbered, set_sequences

#: `migrate` fills these itself: rows in them alone make no database that is in use.
MADE_BY_MIGRATE = {
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
    "drugs_contentversion",
}


@dataclass(frozen=True)
class Restored:
    """What a restore did; `kept_files` were there before and are not part of the backup."""

    made_at: str
    tables: int
    rows: int
    files: int
    kept_files: int
    seconds: float


def restore_backup(
    path: Path, at: dt.datetime, *, replace_everything: bool = False, using: str = DEFAULT_DB_ALIAS
) -> Restored:
    """Restore into an empty database and an empty storage, or over what is there when asked to in words.

    Raises `BackupError` that says why. The rows are then as they were before, where it says nothing else.
    """
    began = time.monotonic()
    with Reader(path) as archive:
        archive.verify()
        _check_versions(archive, using)
        used = _tables_in_use(using)
        own = set(archive.names("media"))
        files = set(file_names(default_storage))
        if (used or files) and not replace_everything:
            raise BackupError(_refusal(used, files))
        _bring_to_version(archive, using)
        rows = _restore(archive, using, files)
        call_command("migrate", database=using, verbosity=0, interactive=False)
        caches["content"].clear()  # what is kept there goes by content versions that may come again
        _note(at)
        return Restored(
            made_at=archive.manifest["made_at"],
            tables=len(archive.manifest["tables"]),
            rows=rows,
            files=len(own),
            kept_files=len(files - own),
            seconds=round(time.monotonic() - began, 1),
        )


def _note(at: dt.datetime) -> None:
    try:
        note_restore(at)
    except StorageAwayError as error:
        raise BackupError(
            _("The backup was restored, but that could not be noted among the stored files: %(why)s. Restore it again.")
            % {"why": error}
        ) from error


# Before anything is written


def _check_versions(archive: Reader, using: str) -> None:
    """The archive's migrations are known here, and the database is empty or at the same ones."""
    loader = MigrationLoader(connections[using])
    wanted = {(app, name) for app, name in archive.manifest["migrations"]}
    unknown = sorted(wanted - set(loader.graph.nodes))
    if unknown:
        raise BackupError(
            _("The backup is of another version of the site, with the migration %(name)s: install that version first.")
            % {"name": ".".join(unknown[0])}
        )
    here = set(loader.applied_migrations) & set(loader.graph.nodes)
    if here and here != wanted:
        raise BackupError(
            _(
                "The database is at another version than the backup (%(name)s): give an empty database, without tables, "
                "and the restore brings it to the right one."
            )
            % {"name": ".".join(sorted(here ^ wanted)[0])}
        )


def _tables_in_use(using: str) -> list[str]:
    present = set(connections[using].introspection.table_names())
    if "django_migrations" not in present:
        return sorted(present)
    apps, _applied = apps_of(using)
    return [
        model._meta.db_table
        for model in tables(apps)
        if model._meta.db_table not in MADE_BY_MIGRATE
        and model._meta.db_table in present
        and model._base_manager.using(using).exists()
    ]


def _refusal(used: list[str], files: set[str]) -> str:
    what = _("The database has rows already (%(table)s and others)") % {"table": used[0]} if used else ""
    more = _("There are %(count)s stored files already") % {"count": len(files)} if files else ""
    return _("%(what)s. Nothing was changed. To put the backup in their place, add --replace-everything.") % {
        "what": "; ".join(filter(None, (what, more)))
    }


# Writing


def _bring_to_version(archive: Reader, using: str) -> None:
    """Tables for an empty database, as the backup's version had them."""
    executor = MigrationExecutor(connections[using])
    if executor.loader.applied_migrations:
        return
    wanted = {(app, name) for app, name in archive.manifest["migrations"]}
    graph = executor.loader.graph
    last = [key for key in wanted if not any(child.key in wanted for child in graph.node_map[key].children)]
    executor.migrate(sorted(last))


def _restore(archive: Reader, using: str, files_before: set[str]) -> int:
    """Rows and files, or neither: the rows are kept once the files are there. Returns the number of rows."""
    written: list[str] = []
    try:
        with transaction.atomic(using=using):
            rows = _restore_rows(archive, using)
            _restore_files(archive, default_storage, files_before, written)
    except BaseException as error:
        with suppress(*AWAY):
            for name in set(written) - files_before:
                default_storage.delete(name)
        replaced = sorted(files_before.intersection(written))
        if isinstance(error, AWAY) or (replaced and isinstance(error, Exception)):
            raise BackupError(_not_restored(error, replaced)) from error
        raise
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute("ANALYZE")
    return rows


def _not_restored(error: BaseException, replaced: list[str]) -> str:
    said = str(error)
    if isinstance(error, AWAY):
        said = _("The files could not be stored: %(why)s. The rows were not changed.") % {"why": error}
    names = _("These files are no longer as they were: %(names)s.") % {"names": ", ".join(replaced)} if replaced else ""
    return f"{said} {names}".strip()


def _restore_files(archive: Reader, storage: Storage, files_before: set[str], written: list[str]) -> None:
    """The files that are not there or are others. `written` gets the name of each that is touched."""
    for name in archive.names("media"):
        kept = archive.manifest["members"][f"media/{name}"]["sha256"]
        if name in files_before and _sha256(storage, name) == kept:
            continue
        with archive.open(f"media/{name}") as member:
            _put(storage, name, File(member, name), written)


def _sha256(storage: Storage, name: str) -> str:
    digest = hashlib.sha256()
    with storage.open(name, "rb") as file:
        for chunk in file.chunks(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _put(storage: Storage, name: str, content: File, written: list[str]) -> None:
    """In a folder a file is written beside its place and takes it when it is whole; a bucket knows no other place."""
    try:
        place = storage.path(name)
    except NotImplementedError:
        written.append(name)
        storage.delete(name)
        if storage.save(name, content) != name:
            raise BackupError(_("The file %(name)s could not be stored under its name.") % {"name": name}) from None
        return
    beside = f"{name}.part"
    storage.delete(beside)
    try:
        Path(storage.path(storage.save(beside, content))).replace(place)
    except BaseException:
        storage.delete(beside)
        raise
    written.append(name)


def _restore_rows(archive: Reader, using: str) -> int:
    """Every table emptied, filled, numbered and compared, or none. Inside a transaction."""
    apps, _applied = apps_of(using)
    models = _matched(archive, apps)
    connection = connections[using]
    described = {table["name"]: table for table in archive.manifest["tables"]}
    table = ""
    try:
        _empty(models, using)
        for model in models:
            table = model._meta.db_table
            insert(model, using, _lines(archive, table))
        set_sequences(using, numbered(models), archive.manifest["sequences"])
        connection.check_constraints()
        for model in models:
            table = model._meta.db_table
            if digest_of(model, using) != (described[table]["rows"], described[table]["digest"]):
                raise BackupError(
                    _("The rows of %(table)s do not read back as they were: nothing was restored.") % {"table": table}
                )
    except (DatabaseError, ValueError, TypeError) as error:
        raise BackupError(
            _("The database does not take the rows of %(table)s, nothing was restored: %(why)s")
            % {"table": table, "why": str(error).splitlines()[0] if str(error) else type(error).__name__}
        ) from error
    return sum(table["rows"] for table in described.values())


def _matched(archive: Reader, apps: Apps) -> list[Model]:
    """The models of the backup's tables: the same tables and columns, or nothing is written."""
    models = tables(apps)
    described = {table["name"]: table["columns"] for table in archive.manifest["tables"]}
    for name, fields in {model._meta.db_table: columns(model) for model in models}.items():
        if described.pop(name, None) != [field.column for field in fields]:
            raise BackupError(_("The backup has other columns in %(table)s: nothing was restored.") % {"table": name})
    if described:
        raise BackupError(
            _("Nothing here takes the table %(table)s: nothing was restored.") % {"table": min(described)}
        )
    return models


def _empty(models: list[Model], using: str) -> None:
    connection = connections[using]
    names = [connection.ops.quote_name(model._meta.db_table) for model in models]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(names)}")
        else:
            for name in names:
                cursor.execute(f"DELETE FROM {name}")  # noqa: S608 (our own names)


def _lines(archive: Reader, table: str) -> Iterator[str]:
    with archive.open(f"tables/{table}.jsonl") as member:
        for line in io.BufferedReader(member, 1 << 20):  # type: ignore[type-var]
            yield line.decode("utf-8", "surrogatepass")


def describe(archive: Path) -> dict[str, Any]:
    """What a backup holds, verified: for `restore --check`."""
    with Reader(archive) as reader:
        reader.verify()
        return reader.manifest
