"""Whether what was made from the database would be made so again: its statements are sent anew, and the answers compared.

Work that asks the database and nothing else ends as before while each of its statements is answered as before. To send them
again is a tenth of the work: no query is built, no record made, no template filled.

Rule: the caller knows all else that decides (the code, the day, an address). The moment `at` may stand in statements, and is put
in anew; another moment of the same day, or an answer that was kept from earlier work (`cannot_be_told`), leaves no reading.
"""

import datetime as dt
import hashlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connections, router

from drugs.models import ContentVersion

#: Work that sends more statements, or waits longer for them (seconds), is done anew instead.
MOST_STATEMENTS, LONGEST = 60, 0.1


class _At:
    """Stands in a statement's parameters for the moment at which it is sent."""


_AT = _At()
Statement = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Reading:
    """The statements of a piece of work, and a digest of what was answered."""

    statements: tuple[Statement, ...]
    digest: bytes

    def is_unchanged(self, at: dt.datetime) -> bool:
        """Whether the same statements, of the moment `at`, are answered as they were."""
        return _digest(self.statements, at) == self.digest


class Recorder:
    """The statements that are sent meanwhile."""

    def __init__(self, at: dt.datetime) -> None:
        self.at, self.can_be_told = at, True
        self._statements: list[Statement] = []
        self._seconds = 0.0
        self._moment = _connection().ops.adapt_datetimefield_value(at)

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Sequence[Any] | None, many: bool, context: Any
    ) -> Any:
        """As Django's `execute_wrapper` calls it."""
        self._note(sql, tuple(params or ()), many)
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self._seconds += time.perf_counter() - began

    def _note(self, sql: str, params: tuple[Any, ...], many: bool) -> None:
        placed = tuple(_AT if value == self._moment else value for value in params)
        is_question = sql.lstrip("( ").startswith(("SELECT ", "WITH "))
        if many or not is_question or len(self._statements) >= MOST_STATEMENTS or any(map(self._is_of_today, placed)):
            self.can_be_told = False
        else:
            self._statements.append((sys.intern(sql), placed))

    def _is_of_today(self, value: Any) -> bool:
        """Another moment than `at` may be a clock's, which has gone on when the statement is sent again."""
        if isinstance(value, dt.datetime):
            return value.tzinfo is None or abs(value - self.at) < dt.timedelta(days=1)
        return isinstance(value, str) and value.startswith(f"{self._moment}"[:11]) and len(value) > 11

    def reading(self) -> Reading | None:
        """What was read, asked for once more; None where a later question would cost too much or could not tell.

        The caller makes sure that nothing changed between the work and this: see `ContentVersion`.
        """
        if not self.can_be_told or self._seconds > LONGEST:
            return None
        statements = tuple(self._statements)
        return Reading(statements, _digest(statements, self.at))


_current: ContextVar[Recorder | None] = ContextVar("recorder", default=None)


@contextmanager
def recorded(at: dt.datetime) -> Iterator[Recorder]:
    """Note the statements of the work inside, which is of the moment `at`."""
    recorder = Recorder(at)
    token = _current.set(recorder)
    try:
        with _connection().execute_wrapper(recorder):
            yield recorder
    finally:
        _current.reset(token)


def cannot_be_told() -> None:
    """Said by whoever gives an answer that it read for somebody else before."""
    if recorder := _current.get():
        recorder.can_be_told = False


def _connection() -> Any:
    return connections[router.db_for_read(ContentVersion)]


def _digest(statements: Sequence[Statement], at: dt.datetime) -> bytes:
    connection, digest = _connection(), hashlib.blake2b(digest_size=16)
    moment = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, [moment if value is _AT else value for value in params])
            digest.update(orjson.dumps(cursor.fetchall(), default=repr))
    return digest.digest()
