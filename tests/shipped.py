"""The content that ships: read by the command once, from then on put back row by row.

The command reads and checks some 1,600 rows in seconds; what it does is tested in tests/test_content.py. Processes of tests share what
one of them read, and the pages that one of them was given.
"""

import hashlib
import json

from django.apps import apps
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.test import Client

from drugs.backups.rows import insert, lines, tables
from drugs.backups.snapshot import numbered, sequences, set_sequences
from tests import shared

_kept: dict[str, list[str]] = {}


def _read_by_the_command() -> dict[str, list[str]]:
    """The rows of each table that has other rows since."""
    models = tables(apps)
    before = {model: list(lines(model, DEFAULT_DB_ALIAS)) for model in models}
    call_command("load_content", verbosity=0)
    after = {model: list(lines(model, DEFAULT_DB_ALIAS)) for model in models}
    return {model._meta.db_table: after[model] for model in models if after[model] != before[model]}


def load() -> None:
    """All of it into a database without content, in a transaction of the test's own."""
    with transaction.atomic():
        if not _kept:
            rows = shared.kept("rows.json")
            if rows is None:
                _kept.update(_read_by_the_command())
                shared.keep("rows.json", json.dumps(_kept))
                return
            _kept.update(json.loads(rows))
        ours = [model for model in tables(apps) if model._meta.db_table in _kept]
        with connection.cursor() as cursor:
            for model in ours:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")
        for model in ours:
            insert(model, DEFAULT_DB_ALIAS, _kept[model._meta.db_table])
        keys = numbered(ours)
        set_sequences(DEFAULT_DB_ALIAS, keys, sequences(DEFAULT_DB_ALIAS, keys))


_answers: dict[str, tuple[int, str]] = {}


def answer(client: Client, path: str) -> tuple[int, str]:
    """Status and text of a public page, where the content that ships is loaded and nothing else: drawn once for all tests that
    read it."""
    if path not in _answers:
        name = f"page-{hashlib.sha256(path.encode()).hexdigest()}"
        told = shared.kept(name)
        if told is None:
            response = client.get(path)
            told = json.dumps([response.status_code, response.getvalue().decode()])
            shared.keep(name, told)
        status, text = json.loads(told)
        _answers[path] = status, text
    return _answers[path]
