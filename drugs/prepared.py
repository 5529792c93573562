"""Queries whose SQL is written once in a process, and then asked with other values.

To build a query and to write its SQL costs the ORM several times what the database takes to answer it: a third of what a
therapy's page cost. What is kept is the text, with the compiler that wrote it: rows become records and values as in any query
(tests/test_prepared.py compares them).

Rule: a value decides what is found, never which SQL is written. So none is None, and Python looks at none.
"""

import copy
import datetime as dt
import functools
from collections.abc import Callable
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler

from drugs.models import ContentVersion

#: So many texts are kept of one query: one for each database and number of values.
MOST_TEXTS = 100

Given = int | str | dt.datetime


class _Written(NamedTuple):
    """`places`: for each parameter of `sql` the value that stands there, by its number, or None where it is always the same."""

    queryset: QuerySet
    compiler: SQLCompiler
    sql: str
    params: tuple[Any, ...]
    places: tuple[int | None, ...]


def prepared(build: Callable[..., QuerySet]) -> Callable[..., list[Any]]:
    """Of a function that builds a query from values, one that asks it and returns its rows."""
    texts: dict[tuple[Any, ...], _Written | None] = {}  # None: such a query finds nothing, among no keys at all

    @functools.wraps(build)
    def ask(*values: Given) -> list[Any]:
        alias = router.db_for_read(ContentVersion)
        key = (alias, *map(type, values))
        if key not in texts:
            if len(texts) >= MOST_TEXTS:
                return list(build(*values))
            try:
                texts[key] = _written(build, values, alias)
            except EmptyResultSet:
                if any(isinstance(value, int) for value in values):  # its column may be too small for a mark
                    return list(build(*values))
                texts[key] = None
        written = texts[key]
        return [] if written is None else _rows(written, values, alias)

    return ask


def _mark(number: int, value: Given) -> Given:
    """What stands for a value while the SQL is written: nothing that a query would say by itself."""
    if isinstance(value, int):
        return 8_123_456_789_000_000_000 + number
    if isinstance(value, dt.datetime):
        return dt.datetime(1001, 1, 1, 1, 1, 1, 101_001 + number, dt.UTC)
    return f"mark-{number}-of-a-prepared-query"


def _written(build: Callable[..., QuerySet], values: tuple[Given, ...], alias: str) -> _Written:
    marks = [_mark(number, value) for number, value in enumerate(values)]
    queryset = build(*marks)
    compiler = queryset.query.get_compiler(using=alias)
    sql, params = compiler.as_sql()
    stored = [_stored(mark, compiler.connection) for mark in marks]
    places = tuple(stored.index(param) if param in stored else None for param in params)
    if missing := set(range(len(marks))) - set(places):
        raise TypeError(f"{build.__name__} does not hand value {missing.pop()} to the database as it is.")
    del compiler.connection  # of this thread: what is kept must not hold it open
    return _Written(queryset, compiler, sql, tuple(params), places)


def _rows(written: _Written, values: tuple[Given, ...], alias: str) -> list[Any]:
    connection = connections[alias]
    stored = [_stored(value, connection) for value in values]
    params = tuple(
        param if place is None else _like(param, stored[place])
        for param, place in zip(written.params, written.places, strict=True)
    )
    compiler = copy.copy(written.compiler)
    compiler.connection = connection
    compiler.as_sql = lambda *_args, **_kwargs: (written.sql, params)  # type: ignore[method-assign]
    queryset = written.queryset.all()
    queryset.query.get_compiler = lambda *_args, **_kwargs: compiler  # type: ignore[method-assign]
    return list(queryset)


def _stored(value: Given, connection: Any) -> Any:
    """As the database is given it."""
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, dt.datetime) else value


def _like(param: Any, value: Any) -> Any:
    """PostgreSQL is told of which size a number is: by its type."""
    return type(param)(value) if isinstance(value, int) else value
