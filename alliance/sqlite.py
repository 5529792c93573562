"""What a site on SQLite needs besides Django's own: its file stays open between requests, and nobody waits to read."""

import sqlite3
from pathlib import Path
from typing import Any

from django.core.signals import request_started
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

#: Since then every SQLite has the functions of JSON.
_HAS_JSON = sqlite3.sqlite_version_info >= (3, 38)
#: The attribute of a connection that says which file it opened: device and number.
_OPENED = "_opened_file"


def watch() -> None:
    """From now on each connection notes its file, and each request looks whether that is still the one of this name."""
    connection_created.connect(_note, dispatch_uid="sqlite-note")
    request_started.connect(_leave_replaced_files, dispatch_uid="sqlite-leave")


def _note(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    if connection.vendor != "sqlite":
        return
    setattr(connection, _OPENED, _file(connection))
    if _HAS_JSON:
        # Django would find out in a transaction for writing, at the first page of each thread: while an import is
        # written that page waits, and then every page of the thread takes the database for one without JSON.
        connection.features.supports_json_field = True


def _leave_replaced_files(**kwargs: Any) -> None:
    for connection in connections.all(initialized_only=True):
        is_open = connection.vendor == "sqlite" and connection.connection is not None
        if is_open and not connection.in_atomic_block and _file(connection) != getattr(connection, _OPENED, None):
            connection.close()


def _file(connection: BaseDatabaseWrapper) -> tuple[int, int] | None:
    """None for a database in memory, or where no file has this name."""
    try:
        found = Path(connection.settings_dict["NAME"]).stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino
