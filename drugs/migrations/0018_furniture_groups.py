"""What each group of the staff may do with menus, information pages, portraits and readers' corrections."""

from django.db import migrations

PAGES = ("page", "pageversion", "pagestep", "menuentry", "announcement", "disclaimer", "portrait")
READ = [f"view_{name}" for name in PAGES]
GROUPS = {
    "Editor": [
        *READ,
        *(f"{verb}_{name}" for verb in ("add", "change") for name in ("page", "pageversion", "portrait")),
        *(
            f"{verb}_{name}"
            for verb in ("add", "change", "delete")
            for name in ("menuentry", "announcement", "disclaimer")
        ),
        "take_down_portrait",
        "view_correction",
        "change_correction",
    ],
    "Reviewer": [
        *READ,
        "review_pageversion",
        "withdraw_pageversion",
        "take_down_portrait",
        "view_correction",
        "change_correction",
    ],
    "Importer": READ,
    "Administrator": [*READ, "withdraw_pageversion", "take_down_portrait", "view_correction"],
}
#: Permissions that no model has by itself, as their models name them: model, name.
NAMED = {
    "review_pageversion": ("pageversion", "Can return and publish information pages"),
    "withdraw_pageversion": ("pageversion", "Can withdraw an information page"),
    "take_down_portrait": ("portrait", "Can take a portrait down"),
}


def extend_groups(apps, schema_editor):
    """Django makes permissions after all migrations: what a group needs and is missing is made here, the same way."""
    database = schema_editor.connection.alias
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    for name, codenames in GROUPS.items():
        group, _ = Group.objects.using(database).get_or_create(name=name)
        for codename in codenames:
            verb, model = codename.split("_", 1)
            model, label = NAMED.get(codename, (model, f"Can {verb} {model}"))
            kind, _ = ContentType.objects.using(database).get_or_create(app_label="drugs", model=model)
            permission, _ = Permission.objects.using(database).get_or_create(
                content_type=kind, codename=codename, defaults={"name": label}
            )
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("drugs", "0017_furniture_search"), ("drugs", "0009_groups")]

    operations = [migrations.RunPython(extend_groups, migrations.RunPython.noop)]
