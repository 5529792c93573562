"""The registries of a trial's other numbers, beside its home registry: a column, so that lists count them quickly.

The database has a default: the code before this migration goes on adding trials while it is replaced.
"""

from collections import defaultdict

from django.db import migrations, models

#: Trials in one statement.
TOGETHER = 500


def fill(apps, schema_editor):
    database = schema_editor.connection.alias
    others = apps.get_model("drugs", "TrialIdentifier").objects.using(database).filter(is_home=False)
    registries = defaultdict(list)
    for trial, registry in others.order_by().values_list("trial", "registry").iterator():
        registries[trial].append(registry)
    alike = defaultdict(list)
    for trial, found in registries.items():
        alike["|".join(sorted(found))].append(trial)
    trials = apps.get_model("drugs", "Trial").objects.using(database)
    for joined, keys in alike.items():
        for at in range(0, len(keys), TOGETHER):
            trials.filter(pk__in=keys[at : at + TOGETHER]).update(other_registries=joined)


class Migration(migrations.Migration):
    dependencies = [
        ("drugs", "0023_other_numbers"),
    ]

    operations = [
        migrations.AddField(
            model_name="trial",
            name="other_registries",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                help_text="Those of its other numbers, separated by |, for counting.",
                max_length=200,
                verbose_name="other registries",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
