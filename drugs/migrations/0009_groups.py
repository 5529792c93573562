"""The groups of the charity's staff, each with exactly what it needs."""

from django.db import migrations

ROWS = "source alias sponsor seealso statusevent approval dosing sideeffect reportedresult".split()
SHORT_LISTS = ("organisation", "outcomemeasure", "glossaryterm")

#: Everybody of the staff reads all of the content, and how it came to be.
READ = [
    f"view_{name}"
    for name in (
        "therapy formerslug edition publication editionstep findinganswer linkcheck reviewflag trial trialidentifier "
        "registryrecord staffoverride trialchange trialsnapshot therapytrial importrun importrow"
    ).split()
    + [*ROWS, *SHORT_LISTS]
]
EDITOR = [
    *READ,
    *(f"{verb}_{name}" for verb in ("add", "change", "delete") for name in ROWS),
    *(f"{verb}_{name}" for verb in ("add", "change") for name in ("therapy", "edition", "therapytrial", *SHORT_LISTS)),
    "add_findinganswer",
    "change_findinganswer",
    "change_reviewflag",
    "change_trial",
    "add_trialidentifier",
]
REVIEWER = [
    *READ,
    "review_edition",
    "withdraw_edition",
    "add_findinganswer",
    "change_findinganswer",
    "change_reviewflag",
]
IMPORTER = [
    *READ,
    "add_importrun",
    "confirm_importrun",
    "undo_importrun",
    "add_trial",
    "add_trialidentifier",
    "add_therapytrial",
    "change_therapytrial",
]
ADMINISTRATOR = [
    *READ,
    "add_user",
    "change_user",
    "view_user",
    "view_group",
    "view_logentry",
    "withdraw_edition",
    "delete_importrun",
]

#: Where a permission's model lives when it is not in this app.
OTHER_APPS = {"user": "auth", "group": "auth", "logentry": "auditlog"}
#: Permissions that no model has by itself, as their models name them.
NAMED = {
    "review_edition": "Can return, publish, schedule and take back editions",
    "withdraw_edition": "Can withdraw a published edition",
    "confirm_importrun": "Can confirm import",
    "undo_importrun": "Can undo import",
}
GROUPS = {"Editor": EDITOR, "Reviewer": REVIEWER, "Importer": IMPORTER, "Administrator": ADMINISTRATOR}


def make_groups(apps, schema_editor):
    """Django makes permissions after all migrations: what a group needs and is missing is made here, the same way."""
    database = schema_editor.connection.alias
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    for name, codenames in GROUPS.items():
        group, _ = Group.objects.using(database).get_or_create(name=name)
        for codename in codenames:
            verb, model = codename.split("_", 1)
            kind, _ = ContentType.objects.using(database).get_or_create(app_label=OTHER_APPS.get(model, "drugs"), model=model)
            label = NAMED.get(codename, f"Can {verb} {model}")
            permission, _ = Permission.objects.using(database).get_or_create(
                content_type=kind, codename=codename, defaults={"name": label}
            )
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("drugs", "0008_edition_step"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auditlog", "0001_initial"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
