"""What a row of an import says moves to a table of its own, from which it goes by DELETE when the row is written.

The column `record` stays in the database, unused, for as long as processes with the older code may write it.
"""

import json

import django.db.models.deletion
from django.db import migrations, models

BATCH = 500


def move(apps, schema_editor):
    using = schema_editor.connection.alias
    rows = apps.get_model("drugs", "ImportRow").objects.using(using).exclude(record=None)
    ImportRecord = apps.get_model("drugs", "ImportRecord")
    batch = []
    for run, row, record in rows.values_list("run", "row", "record").iterator(BATCH):
        batch.append(ImportRecord(run_id=run, row=row, raw=json.dumps(record.pop("raw")), said=json.dumps(record)))
        if len(batch) == BATCH:
            ImportRecord.objects.using(using).bulk_create(batch)
            batch = []
    ImportRecord.objects.using(using).bulk_create(batch)


class Migration(migrations.Migration):
    dependencies = [
        ("drugs", "0018_furniture_groups"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="records_waiting",
                        to="drugs.importrun",
                    ),
                ),
                ("row", models.PositiveIntegerField(verbose_name="row")),
                (
                    "said",
                    models.TextField(
                        help_text="A `drugs.imports.candidate.Candidate`.", verbose_name="what the row says"
                    ),
                ),
                ("raw", models.TextField(help_text="See the registry record.", verbose_name="as it was written")),
            ],
            options={
                "verbose_name": "record that waits",
                "verbose_name_plural": "records that wait",
                "ordering": ["run", "row"],
                "indexes": [models.Index(fields=["run", "row"], name="waiting_by_row")],
            },
        ),
        migrations.RunPython(move, migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField(model_name="importrow", name="record")]
        ),
    ]
