"""The content that ships: read by the command once in each process of the tests, from then on put back row by row.

The command reads and checks some 1,600 rows in seconds; what it does is tested in tests/test_content.py.
"""

from django.apps import apps
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, transaction

from drugs.backups.rows import insert, lines, tables
from drugs.backups.snapshot import numbered, sequences, set_sequences

_kept: dict[str, list[str]] = {}


def load() -> None:
    """All of it into a database without content, in a transaction of the test's own."""
    models = tables(apps)
    with transaction.atomic():
        if not _kept:
            before = {model: list(lines(model, DEFAULT_DB_ALIAS)) for model in models}
            call_command("load_content", verbosity=0)
            after = {model: list(lines(model, DEFAULT_DB_ALIAS)) for model in models}
            _kept.update({model._meta.db_table: after[model] for model in models if after[model] != before[model]})
            return
        ours = [model for model in models if model._meta.db_table in _kept]
        with connection.cursor() as cursor:
            for model in ours:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")
        for model in ours:
            insert(model, DEFAULT_DB_ALIAS, _kept[model._meta.db_table])
        keys = numbered(ours)
        set_sequences(DEFAULT_DB_ALIAS, keys, sequences(DEFAULT_DB_ALIAS, keys))
