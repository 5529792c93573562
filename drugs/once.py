"""What a large site reads or makes once for each content, and a small one each time."""

import datetime as dt
import functools
import hashlib
import uuid
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from django.conf import settings
from django.core.cache import caches

from drugs.backups.record import StorageAwayError, restored_at
from drugs.unchanged import cannot_be_told

#: How long it may stay, in seconds; a new content leaves it behind at once.
KEPT_FOR = 24 * 60 * 60

Made = TypeVar("Made")


class Content(NamedTuple):
    """What is public: the content version, and what changes without anybody's doing: how many editions are due, and the day.

    Every public change raises the version in its own transaction, and a page reads the version first: what is kept under
    one is never of an older content. It may be of a newer one, which was written meanwhile; then nobody asks for it again.
    """

    version: int
    due: int
    day: dt.date


def once(content: Content, name: str, make: Callable[[], Made], is_large: Callable[[Made], bool]) -> Made:
    """What `make` makes: as it was made before of this content, and kept where `is_large` says so of it."""
    named = f"{settings.RELEASE}|{restored()}|{content.version}|{content.due}|{content.day}|{name}"
    key = "once-" + hashlib.sha256(named.encode(errors="surrogateescape")).hexdigest()[:32]
    made: Made | None = caches["content"].get(key)
    if made is not None:
        cannot_be_told()
        return made
    made = make()
    if is_large(made):
        caches["content"].set(key, made, KEPT_FOR)
    return made


@functools.cache
def restored() -> str:
    """Of a database that was put back the content version counts anew: its content is another one. Known at the start.

    Where the storage does not say it then, this process has a word of its own: nothing kept from before is taken for new.
    """
    try:
        return restored_at()
    except StorageAwayError:
        return uuid.uuid4().hex
