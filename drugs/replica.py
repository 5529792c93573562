"""Public reads from a streaming replica, where one is named: DATABASE_REPLICA_URL.

Who reads a public page without a cookie reads from the replica, from the first query to the last. Everybody else, every
command and the worker use the primary: staff read what they wrote. A replica is used while it answers and knows every public
change that the primary knows, which is looked at once a second; one that fails under a page is left at once, and the page is
made from the primary. One that falls silent is left too, by all but those who wait for it already: their wait ends after seconds
where its host is gone (settings.py), and not before it goes on where its process hangs. Where the primary is away, public
pages go on from the replica.

Rule: every public change raises the content version in its own transaction, and a replica plays transactions in order. One
that has the primary's version has all that the primary has of what is public.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, models

from drugs.models import ContentVersion

ALIAS = "replica"  # in settings.DATABASES
_ASK_EVERY = 1.0
_ANSWERS_WITHIN = 2.0

Read = TypeVar("Read")
log = logging.getLogger("site.replica")
_reads: ContextVar[bool] = ContextVar("reads_replica", default=False)


class PublicReads:
    """The database router: what `read_public` asks goes to the replica, all else to the primary."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str | None:
        return ALIAS if _reads.get() else None

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: models.Model, other: models.Model, **hints: Any) -> bool:
        return True  # the same rows

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == ALIAS else None


class State:
    """Whether the replica may be read. One thread looks while the others go on with what was found last."""

    def __init__(self) -> None:
        self._looking = threading.Lock()
        self.is_good, self._looked = False, float("-inf")
        self._asked = float("inf")  # since when the replica owes an answer

    def may_be_read(self) -> bool:
        if time.monotonic() - self._looked >= _ASK_EVERY and self._looking.acquire(blocking=False):
            try:
                self._note(self._is_up_to_date())
            finally:
                self._looking.release()
        elif self.is_good and time.monotonic() - self._asked > _ANSWERS_WITHIN:
            self.leave()
        return self.is_good

    def leave(self) -> None:
        """Until it is looked at again."""
        self._note(False)

    def _is_up_to_date(self) -> bool:
        self._asked = time.monotonic()
        try:
            there = version(ALIAS)
        finally:
            self._asked = float("inf")
        here = version(DEFAULT_DB_ALIAS)
        return there is not None and (here is None or there >= here)

    def _note(self, is_good: bool) -> None:
        if is_good != self.is_good:
            log.warning("Public pages are read from the %s", "replica" if is_good else "primary database")
        self.is_good, self._looked = is_good, time.monotonic()


state = State()


def version(using: str) -> int | None:
    """The content version, None where the database does not answer."""
    try:
        return ContentVersion.objects.using(using).filter(pk=1).values_list("value", flat=True).first() or 0
    except (DatabaseError, InterfaceError):
        return None


@contextmanager
def _from_replica() -> Iterator[None]:
    token = _reads.set(True)
    try:
        yield
    finally:
        _reads.reset(token)


def read_public(read: Callable[[], Read]) -> Read:
    """What `read` returns, of the replica where that may be read. It must write nothing: it may be done twice."""
    if ALIAS not in settings.DATABASES or not state.may_be_read():
        return read()
    try:
        with _from_replica():
            return read()
    except (DatabaseError, InterfaceError):
        state.leave()
        return read()
