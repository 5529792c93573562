"""SQLite's side of the full-text index: an FTS5 table over each indexed table, kept right by triggers.

SQLite drops a table's triggers when a migration rebuilds the table, and says nothing. So the triggers are not
made by a migration: `keep_index` compares them with what they should be after every `migrate`, and makes and
fills anew what differs. `manage.py check --database default` warns when something is missing meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from drugs.full_text.matching import WEIGHTS


def statements(table: str, columns: dict[str, str]) -> dict[str, str]:
    """The name and the SQL of each thing that the index of `table` is made of."""
    fts, names = f"{table}_fts", list(columns)
    listed = ", ".join(f'"{name}"' for name in names)

    def values(row: str) -> str:
        return ", ".join(f'{row}."{name}"' for name in names)

    add = f'INSERT INTO "{fts}"(rowid, {listed}) VALUES (new."id", {values("new")});'  # noqa: S608 (our own names)
    drop = f'INSERT INTO "{fts}"("{fts}", rowid, {listed}) VALUES (\'delete\', old."id", {values("old")});'  # noqa: S608 (our own names)
    differs = " OR ".join(f'old."{name}" IS NOT new."{name}"' for name in ("id", *names))
    return {
        fts: f'CREATE VIRTUAL TABLE "{fts}" USING fts5({listed}, content="{table}", content_rowid="id", '
        'tokenize="porter unicode61 remove_diacritics 2")',
        f"{fts}_insert": f'CREATE TRIGGER "{fts}_insert" AFTER INSERT ON "{table}" BEGIN {add} END',
        f"{fts}_delete": f'CREATE TRIGGER "{fts}_delete" AFTER DELETE ON "{table}" BEGIN {drop} END',
        f"{fts}_update": f'CREATE TRIGGER "{fts}_update" AFTER UPDATE ON "{table}" WHEN {differs} '
        f"BEGIN {drop} {add} END",
    }


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The indexed tables whose FTS5 table or triggers are absent or not as they should be."""
    from drugs.full_text import INDEXED

    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'trigger')")
        present = dict(cursor.fetchall())
    return [
        table
        for table, columns in INDEXED.items()
        # A table of an older migration may lack a column: its index waits for the newest.
        if all(f'"{column}"' in present.get(table, "") for column in columns)
        and any(present.get(name) != sql for name, sql in statements(table, columns).items())
    ]


def make(connection: BaseDatabaseWrapper, table: str) -> None:
    """Make the index of one table anew and fill it."""
    from drugs.full_text import INDEXED

    columns = INDEXED[table]
    fts = f"{table}_fts"
    with connection.cursor() as cursor:
        for name in reversed(statements(table, columns)):
            cursor.execute(f'DROP {"TABLE" if name == fts else "TRIGGER"} IF EXISTS "{name}"')
        for sql in statements(table, columns).values():
            cursor.execute(sql)
        weights = ", ".join(str(WEIGHTS[weight]) for weight in columns.values())
        cursor.execute(f"INSERT INTO \"{fts}\"(\"{fts}\", rank) VALUES ('rank', 'bm25({weights})')")  # noqa: S608 (our own names)
        cursor.execute(f'INSERT INTO "{fts}"("{fts}") VALUES (\'rebuild\')')  # noqa: S608 (our own names)


def keep_index(using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> list[str]:
    """Make anew what is missing; nothing to do on other databases. Runs after every `migrate`. Returns the tables."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return []
    tables = missing(connection)
    for table in tables:
        make(connection, table)
    return tables


@contextmanager
def indexed_at_once(table: str) -> Iterator[None]:
    """Rows inserted inside are indexed by one statement at the end, in the caller's transaction.

    FTS5 writes its list of new words at every statement that fires a trigger: row by row takes three times as long.
    The trigger is away meanwhile, for this transaction alone. Other databases index as they write.
    """
    from drugs.full_text import INDEXED

    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "sqlite":
        yield
        return
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Only a transaction brings the trigger back when it fails.")
    trigger, listed = f"{table}_fts_insert", ", ".join(f'"{name}"' for name in INDEXED[table])
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT coalesce(max("id"), 0) FROM "{table}"')  # noqa: S608 (our own name)
        last = cursor.fetchone()[0]
        cursor.execute(f'DROP TRIGGER IF EXISTS "{trigger}"')
        yield
        cursor.execute(
            f'INSERT INTO "{table}_fts"(rowid, {listed}) SELECT "id", {listed} FROM "{table}" WHERE "id" > %s',  # noqa: S608 (our own names)
            [last],
        )
        cursor.execute(statements(table, INDEXED[table])[trigger])
