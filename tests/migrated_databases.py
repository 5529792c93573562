"""Databases with their tables and without rows of the site: kept when a process of tests has made its own, to be copied."""

import sqlite3

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
            cursor.execute(f'DROP DATABASE IF EXISTS "{_copy_name()}"')
            cursor.execute(f'CREATE DATABASE "{_copy_name()}" TEMPLATE "{connection.settings_dict["NAME"]}"')


def forget() -> None:
    """PostgreSQL's: a server may outlive the tests."""
    if connection.vendor == "postgresql":
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{_copy_name()}"')


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


def kept() -> dict[str, str]:
    """Names by vendor. What is not there has to be made: SQLite's where no process of this run has made one."""
    names = {}
    file = shared.place("migrated.sqlite3")
    if file and file.exists():
        names["sqlite"] = str(file)
    if connection.vendor == "postgresql":
        names["postgresql"] = _copy_name()
    return names


def _copy_name() -> str:
    return f"{connection.settings_dict['NAME']}_migrated"
