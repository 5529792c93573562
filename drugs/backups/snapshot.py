"""The database as it is at one moment, under an alias of its own, while others go on writing."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction

_ALIAS = "backup"


@contextmanager
def snapshot(using: str = DEFAULT_DB_ALIAS, *, folder: Path) -> Iterator[str]:
    """The alias to read from. SQLite is copied into `folder` by its backup API; PostgreSQL reads in one snapshot."""
    if connections[using].vendor == "sqlite":
        with tempfile.TemporaryDirectory(dir=folder, prefix=".copy-") as temporary, _alias(using) as alias:
            copy = Path(temporary) / "copy.sqlite3"
            connections[using].ensure_connection()
            target = sqlite3.connect(copy)
            try:
                connections[using].connection.backup(target)
            finally:
                target.close()
            connections.databases[alias] |= {"NAME": str(copy), "OPTIONS": {}}
            yield alias
        return
    with _alias(using) as alias:
        # Long reads must not end at the time that a page may take, nor take a place in the pool.
        options = {**connections[using].settings_dict["OPTIONS"], "pool": False, "options": "-c statement_timeout=0"}
        connections.databases[alias] |= {"OPTIONS": options}
        with transaction.atomic(using=alias):
            with connections[alias].cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield alias


@contextmanager
def _alias(using: str) -> Iterator[str]:
    connections.databases[_ALIAS] = {**connections[using].settings_dict}
    try:
        yield _ALIAS
    finally:
        connections[_ALIAS].close()
        del connections[_ALIAS]
        del connections.databases[_ALIAS]


def sequences(using: str, tables: list[tuple[str, str]]) -> dict[str, int]:
    """The last number that was given out in each (table, key column): a row that was deleted keeps its number."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, seq FROM sqlite_sequence")
            found = dict(cursor.fetchall())
            return {table: int(found[table]) for table, _column in tables if table in found}
        last = {}
        for table, column in tables:
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table}"', column])
            if name := cursor.fetchone()[0]:
                cursor.execute(f"SELECT last_value, is_called FROM {name}")  # noqa: S608 (the database's own, quoted)
                value, is_called = cursor.fetchone()
                last[table] = int(value) if is_called else 0
        return last


def set_sequences(using: str, tables: list[tuple[str, str]], last: dict[str, int]) -> None:
    """Go on where the other database stood."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for table, column in tables:
            number = int(last.get(table, 0))
            if connection.vendor == "sqlite":
                cursor.execute("UPDATE sqlite_sequence SET seq = max(seq, %s) WHERE name = %s", [number, table])
                if not cursor.rowcount and number:
                    cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, number])
                continue
            quote = connection.ops.quote_name
            cursor.execute(f"SELECT max({quote(column)}) FROM {quote(table)}")  # noqa: S608 (our own names)
            number = max(number, cursor.fetchone()[0] or 0)
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s, %s)", [f'"{table}"', column, number or 1, number > 0]
            )


def numbered(tables: list[type[models.Model]]) -> list[tuple[str, str]]:
    """(table, key column) of each table whose keys the database counts up."""
    keys = [(model._meta.db_table, model._meta.pk) for model in tables]
    return [(table, str(key.column)) for table, key in keys if isinstance(key, models.AutoField)]
