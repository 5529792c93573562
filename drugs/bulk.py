"""Rows by the thousand: written as tuples, without a model instance for each, and read by key.

The ORM spends about 0.1 ms on an instance and its SQL, more than the database spends on the row. These functions
take the names of columns and tuples of values. They keep to what `bulk_create` promises (defaults, one transaction,
every constraint of the database) and like it know no `save()`, no validation and no key of what was inserted.
SQLite takes the rows by `executemany`, PostgreSQL by COPY.
"""

import gc
import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from typing import Any

import orjson
from django.db import connection, models, transaction
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast
from django.utils import timezone

Values = Sequence[Any]

#: New objects between two looks of the garbage collector during long work: some batches of rows.
_MANY_OBJECTS = 50_000
#: Rows in one INSERT of SQLite: it begins a statement, and builds the lists that its constraints name, once for all.
_TOGETHER = 16
#: Pages of SQLite's log after which it is copied into the database: its own default, and during long work (32 MB).
_USUAL_PAGES, _LONG_WORK_PAGES = 1_000, 8_000


def insert(model: type[models.Model], names: Sequence[str], rows: Sequence[Values]) -> None:
    """Add a row for each tuple of values of the fields `names` (foreign keys as `trial_id`).

    Fields that are not named take their default, and `auto_now` ones the present. Values are as the model's own
    attributes.
    """
    if not rows:
        return
    named = [_field(model, name) for name in names]
    left = [field for field in model._meta.concrete_fields if field not in named and not _is_made(field)]
    rest = _adapted([tuple(_default(field) for field in left)], left)[0]
    columns = ", ".join(_quoted(field.column) for field in [*named, *left])
    table = _quoted(model._meta.db_table)
    whole = [(*row, *rest) for row in _adapted(rows, named)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            statement = f"COPY {table} ({columns}) FROM STDIN"
            with connection.wrap_database_errors, cursor.copy(statement) as copy:
                for row in whole:
                    copy.write_row(row)
        else:
            start, places = f"INSERT INTO {table} ({columns}) VALUES ", f"({', '.join(['%s'] * len(whole[0]))})"  # noqa: S608 (our own names)
            alone = len(whole) % _TOGETHER
            blocks = [
                list(chain.from_iterable(whole[at : at + _TOGETHER])) for at in range(alone, len(whole), _TOGETHER)
            ]
            for times, values in ((1, whole[:alone]), (_TOGETHER, blocks)):
                if values:
                    cursor.executemany(start + ", ".join([places] * times), values)


def update(model: type[models.Model], names: Sequence[str], rows: Sequence[Values]) -> None:
    """Give the fields `names` of rows that exist new values: each tuple is those, and last the primary key."""
    if not rows:
        return
    key = model._meta.pk
    fields = [*(_field(model, name) for name in names), key]
    table, whole = _quoted(model._meta.db_table), _adapted(rows, fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # One statement: a thousand take ten times as long.
            arrays = ", ".join(f"%s::{_base_type(field)}[]" for field in fields)
            places = [f"v{at}" for at in range(len(fields))]
            sets = ", ".join(
                f"{_quoted(field.column)} = new.{place}" for field, place in zip(fields[:-1], places, strict=False)
            )
            cursor.execute(
                f"UPDATE {table} SET {sets} FROM unnest({arrays}) AS new ({', '.join(places)}) "  # noqa: S608 (our own names)
                f"WHERE {table}.{_quoted(key.column)} = new.{places[-1]}",
                [list(values) for values in zip(*whole, strict=True)],
            )
        else:
            sets = ", ".join(f"{_quoted(field.column)} = %s" for field in fields[:-1])
            cursor.executemany(f"UPDATE {table} SET {sets} WHERE {_quoted(key.column)} = %s", whole)  # noqa: S608 (our own names)


def is_in(model: type[models.Model], name: str, values: Collection[Any]) -> RawSQL:
    """The condition `name__in=values` for thousands of values: the ORM takes longer to look at each than the database."""
    column = f"{_quoted(model._meta.db_table)}.{_quoted(_field(model, name).column)}"
    condition, parameters = one_of(column, values)
    return RawSQL(condition, parameters, models.BooleanField())  # noqa: S611 (our own names)


def one_of(column: str, values: Collection[Any]) -> tuple[str, tuple[Any, ...]]:
    """The condition that `column` is one of many values, and its parameters."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", (list(values),)
    return f"{column} IN ({', '.join(['%s'] * len(values)) or 'NULL'})", tuple(values)


class JsonText(str):
    """JSON as it stands in one column, to be written to another unread."""

    __slots__ = ()


def json_text(name: str) -> Cast:
    """The JSON of a column as text, for `read_json` or `JsonText`: a tenth of what the field's own reading costs."""
    return Cast(name, models.TextField())


def read_json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:  # a number of more than 64 bits
        return json.loads(text)


def write_json(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # a number of more than 64 bits
        return json.dumps(value)


@contextmanager
def reading_by_key() -> Iterator[None]:
    """Reads of a few thousand rows by key, in a transaction of their own where there is none.

    Just after a large import PostgreSQL has no statistics of the new rows. It then reads whole tables and compiles
    the query first (JIT), which took a hundred times as long. SQLite has nothing of the kind, and a transaction of it
    would hold the write lock.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        expect_reads_by_key()
        yield


def expect_reads_by_key() -> None:
    """The same for the rest of the transaction that is open."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")


@contextmanager
def long_work() -> Iterator[None]:
    """Work that makes and writes many short-lived objects.

    Those that live already are spared by the garbage collector meanwhile: it would go through all of Django again
    and again, and through a batch of rows many times before it is done with.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_MANY_OBJECTS, *before[1:])
    _set_checkpoint(_LONG_WORK_PAGES)
    _remember_matches()
    try:
        yield
    finally:
        _set_checkpoint(_USUAL_PAGES)
        gc.set_threshold(*before)
        gc.unfreeze()


def _set_checkpoint(pages: int) -> None:
    """SQLite copies its log into the database after so many pages: one that is written again meanwhile, once."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA wal_autocheckpoint={pages}")


def _remember_matches() -> None:
    """SQLite asks Python for each REGEXP of a constraint: nearly all are dates, and the same ones again."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.create_function("REGEXP", 2, lru_cache(maxsize=8192)(_matches), deterministic=True)


def _matches(pattern: str | None, text: str | None) -> bool | None:
    """As Django defines REGEXP for SQLite."""
    return None if pattern is None or text is None else bool(re.search(pattern, str(text)))


def _field(model: type[models.Model], name: str) -> models.Field:
    return next(field for field in model._meta.concrete_fields if field.attname == name)


def _is_made(field: models.Field) -> bool:
    """Whether the database makes the value."""
    return field.generated or (field.primary_key and isinstance(field, models.AutoField))


def _base_type(field: models.Field) -> str:
    """The column's type without its length: a cast to `varchar(10)` would cut what is longer, and say nothing."""
    return str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection)).partition("(")[0]


def _default(field: models.Field) -> Any:
    is_now = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return timezone.now() if is_now else field.get_default()


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(str(name))


def _adapted(rows: Sequence[Values], fields: Sequence[models.Field]) -> Sequence[Values]:
    """The rows as the database takes them; the fields whose values it takes as they are cost nothing."""
    adapters = [(at, adapter) for at, field in enumerate(fields) if (adapter := _adapter(field))]
    if not adapters:
        return rows
    adapted = []
    for row in rows:
        values = list(row)
        for at, adapt in adapters:
            values[at] = adapt(values[at])
        adapted.append(values)
    return adapted


def _adapter(field: models.Field) -> Callable[[Any], Any] | None:
    if isinstance(field, models.JSONField):
        return _json
    if isinstance(field, models.DateTimeField):
        return lru_cache(maxsize=16)(connection.ops.adapt_datetimefield_value)  # rows written together share a moment
    return None


def _json(value: Any) -> str | None:
    return value if value is None or type(value) is JsonText else write_json(value)
