"""Who records cut-offs of trials, and who confirms them: editors and reviewers, never the same person for one."""

from django.db import migrations

MODEL = "trialcutoff"
NAMED = {"confirm_trialcutoff": "Can confirm what somebody else recorded of a trial's cut-offs"}
GROUPS = {
    "Editor": ("view", "add", "change", "delete", "confirm"),
    "Reviewer": ("view", "confirm"),
    "Importer": ("view",),
    "Administrator": ("view",),
}


def give_permissions(apps, schema_editor):
    """As 0009 does: Django makes permissions after all migrations, so what is missing is made here, the same way."""
    database = schema_editor.connection.alias
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    kind, _ = ContentType.objects.using(database).get_or_create(app_label="drugs", model=MODEL)
    for name, verbs in GROUPS.items():
        group, _ = Group.objects.using(database).get_or_create(name=name)
        for verb in verbs:
            codename = f"{verb}_{MODEL}"
            label = NAMED.get(codename, f"Can {verb} cut-off of a trial")
            permission, _ = Permission.objects.using(database).get_or_create(
                content_type=kind, codename=codename, defaults={"name": label}
            )
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("drugs", "0014_trial_cutoff"), ("drugs", "0009_groups")]

    operations = [migrations.RunPython(give_permissions, migrations.RunPython.noop)]
