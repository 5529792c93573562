"""Rows as lines that read the same whichever database they come from: a JSON array of the values of the columns.

Times are UTC, decimals and UUIDs text, bytes base64. A table's digest is the sum of the SHA-256 of its lines, so that
the order in which a database gives them does not matter.
"""

import base64
import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, cast

from django.apps.registry import Apps
from django.db import connections, models
from django.db.migrations.loader import MigrationLoader

Model = type[models.Model]
_BATCH = 2_000


def tables(apps: Apps) -> list[Model]:
    """Every table that the site keeps, as a model; by name."""
    found = {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and not model._meta.swapped
    }
    return [found[name] for name in sorted(found)]


def apps_of(using: str) -> tuple[Apps, list[tuple[str, str]]]:
    """The models as the migrations that are applied leave them, and those migrations."""
    loader = MigrationLoader(connections[using])
    applied = [key for key in loader.applied_migrations if key in loader.graph.nodes]
    return loader.project_state(applied).apps, sorted(applied)


def columns(model: Model) -> list[models.Field]:
    """What is kept of a row: all but what the database makes itself."""
    return [field for field in model._meta.concrete_fields if not field.generated]


# To lines


def lines(model: Model, using: str) -> Iterator[str]:
    """Every row of a table, one line each, by primary key."""
    fields = columns(model)
    rows = model._base_manager.using(using).order_by("pk").values_list(*(field.attname for field in fields))
    for row in rows.iterator(chunk_size=_BATCH):
        yield _line(row)


def _line(row: Sequence[Any]) -> str:
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_text)


def _text(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, bytes | memoryview | bytearray):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, dt.timedelta):
        return repr(value // dt.timedelta(microseconds=1))
    raise TypeError(f"A backup does not know how to write {type(value).__name__}.")


class TableDigest:
    """How many rows a table has, and one digest of them all."""

    def __init__(self) -> None:
        self.rows, self._sum = 0, 0

    def add(self, line: str) -> None:
        self.rows += 1
        self._sum += int.from_bytes(hashlib.sha256(line.encode("utf-8", "surrogatepass")).digest(), "big")

    def __str__(self) -> str:
        return f"{self._sum % 2**256:064x}"


def digest_of(model: Model, using: str) -> tuple[int, str]:
    """The number of rows of a table and their digest: equal on two databases when all rows are."""
    told = TableDigest()
    for line in lines(model, using):
        told.add(line)
    return told.rows, str(told)


# From lines


def insert(model: Model, using: str, texts: Iterable[str]) -> None:
    """Write rows as they stand: no save(), no default, no automatic time."""
    fields = columns(model)
    readers = [(at, reader) for at, field in enumerate(fields) if (reader := _reader(field))]
    connection = connections[using]
    writers = [(at, field) for at, field in enumerate(fields) if not isinstance(field, _AS_IT_IS)]
    batch: list[list[Any]] = []

    def read(text: str) -> list[Any]:
        row = cast(list[Any], json.loads(text))
        for at, reader in readers:
            if row[at] is not None:
                row[at] = reader(row[at])
        for at, field in writers:
            if row[at] is not None:
                row[at] = field.get_db_prep_save(row[at], connection)
        return row

    for text in texts:
        batch.append(read(text))
        if len(batch) == _BATCH:
            _write(model, fields, using, batch)
            batch = []
    if batch:
        _write(model, fields, using, batch)


_AS_IT_IS = (models.BooleanField, models.IntegerField, models.FloatField)


def _reader(field: models.Field) -> Callable[[Any], Any] | None:
    kind = field.target_field if isinstance(field, models.ForeignKey) else field
    for known, reader in _READERS:
        if isinstance(kind, known):
            return reader
    return None


_READERS: list[tuple[type[models.Field], Callable[[Any], Any]]] = [
    (models.DateTimeField, dt.datetime.fromisoformat),
    (models.DateField, dt.date.fromisoformat),
    (models.TimeField, dt.time.fromisoformat),
    (models.DurationField, lambda value: dt.timedelta(microseconds=int(value))),
    (models.DecimalField, Decimal),
    (models.UUIDField, uuid.UUID),
    (models.BinaryField, base64.b64decode),
]


def _write(model: Model, fields: list[models.Field], using: str, batch: list[list[Any]]) -> None:
    connection = connections[using]
    quote = connection.ops.quote_name
    table, names = quote(model._meta.db_table), ", ".join(quote(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in batch:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", batch)  # noqa: S608 (our own names)
