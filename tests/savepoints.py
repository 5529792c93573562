"""Many cases on one world: what a case does is taken back before the next one."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def taken_back() -> Iterator[None]:
    """All that is written inside is as if it had never been."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
