"""Databases with their tables and without rows of the site: kept when a process of tests has made its own, to be copied."""

import sqlite3
from pathlib import Path

from django.db import connection

from tests import shared


def keep() -> None:
    """Right after the migrations. SQLite's goes to all processes, PostgreSQL's is copied by its server."""
    if connection.vendor == "sqlite":
        _keep_file()
    elif connection.vendor == "postgresql":
        connection.close()
        connection.close_pool()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{postgresql_name()}"')
            cursor.execute(f'CREATE DATABASE "{postgresql_name()}" TEMPLATE "{connection.settings_dict["NAME"]}"')


def forget() -> None:
    if connection.vendor == "postgresql":
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{postgresql_name()}"')


def _keep_file() -> None:
    file = shared.place("migrated.sqlite3")
    if file is None or file.exists():
        return
    connection.ensure_connection()
    mine = shared.own(file)
    copy = sqlite3.connect(mine)
    connection.connection.backup(copy)
    copy.close()
    mine.rename(file)


def sqlite_file() -> Path | None:
    """None where no process of this run has one: it has to be made."""
    file = shared.place("migrated.sqlite3")
    return file if file and file.exists() else None


def postgresql_name() -> str:
    return f"{connection.settings_dict['NAME']}_migrated"
