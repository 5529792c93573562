"""Information pages in the full-text search: PostgreSQL's generated column. SQLite's index follows `migrate` by itself."""

from importlib import import_module

from django.db import migrations

TABLE = "drugs_pageversion"
COLUMNS = [("title", "A"), ("summary", "B"), ("words", "D")]


def vector():
    """As migration 0006 writes it."""
    first = import_module("drugs.migrations.0006_full_text")
    quoted, spaces = first.PUNCTUATION.replace("'", "''"), " " * len(first.PUNCTUATION)
    return " || ".join(
        f"setweight(to_tsvector('therapies', translate(left(\"{column}\", 200000), '{quoted}', '{spaces}')), '{weight}')"
        for column, weight in COLUMNS
    )


def add_column(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{TABLE}" ADD COLUMN search tsvector GENERATED ALWAYS AS ({vector()}) STORED')
        cursor.execute(f'CREATE INDEX "{TABLE}_search" ON "{TABLE}" USING gin (search)')


def drop_column(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(f'ALTER TABLE "{TABLE}" DROP COLUMN search')


class Migration(migrations.Migration):
    dependencies = [("drugs", "0016_site_furniture")]

    operations = [migrations.RunPython(add_column, drop_column)]
