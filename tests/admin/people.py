"""Staff for tests: one account of each group, made as the migration makes the groups."""

from importlib import import_module

from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection

from tests import factories

ROLES = ("nobody", "Editor", "Reviewer", "Importer", "Administrator", "superuser")


def staff(role: str, **fields):
    """An account that may sign in to the admin: 'nobody' has no group, 'superuser' may do all."""
    if not Group.objects.filter(name="Administrator").exists():  # a flushed database has none
        editor = connection.schema_editor()
        import_module("drugs.migrations.0009_groups").make_groups(apps, editor)
        import_module("drugs.migrations.0015_cutoff_permissions").give_permissions(apps, editor)
        import_module("drugs.migrations.0018_furniture_groups").extend_groups(apps, editor)
    user = factories.UserFactory(is_superuser=role == "superuser", **fields)
    if role not in ("nobody", "superuser"):
        user.groups.add(Group.objects.get(name=role))
    return user
