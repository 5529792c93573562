"""System checks: settings whose default would open a hole."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from drugs.full_text.sqlite import missing
from drugs.replica import ALIAS


@register(Tags.security)
def import_export_permissions(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """django-import-export allows import and export to every staff account unless these are set (docs/adr/)."""
    names = ("IMPORT_EXPORT_IMPORT_PERMISSION_CODE", "IMPORT_EXPORT_EXPORT_PERMISSION_CODE")
    return [
        Error(
            f"{name} is not set: every staff account could import or export.",
            hint="Set it to 'add' or 'view'.",
            id="drugs.E001",
        )
        for name in names
        if not getattr(settings, name, None)
    ]


@register(Tags.security)
def formulas_are_escaped(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Exports go into spreadsheets: a cell must not run there."""
    if getattr(settings, "IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT", False):
        return []
    return [Error("IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT is off.", hint="Set it to True.", id="drugs.E002")]


@register()
def replica_is_postgresql(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Only PostgreSQL streams to a replica; another database under DATABASE_REPLICA_URL would show another content."""
    engines = {settings.DATABASES[alias]["ENGINE"] for alias in ("default", ALIAS) if alias in settings.DATABASES}
    if ALIAS not in settings.DATABASES or engines == {"django.db.backends.postgresql"}:
        return []
    return [
        Error(
            "DATABASE_REPLICA_URL needs PostgreSQL, for the primary database too.",
            hint="docs/deploy.md",
            id="drugs.E003",
        )
    ]


@register(Tags.database)
def search_index_is_kept(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """A migration that rebuilds a table on SQLite takes its triggers away: the search would go stale unnoticed."""
    return [
        Warning(
            f"The search index of {table} is not kept.",
            hint="Run manage.py migrate: it makes the index anew.",
            id="drugs.W010",
        )
        for alias in databases or ()
        if connections[alias].vendor == "sqlite"
        for table in missing(connections[alias])
    ]


@register(Tags.security, deploy=True)
def mails_wait_for_the_worker(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Sent in place, a reset mail makes its answer slower: that tells which addresses have accounts."""
    in_place = settings.TASKS["default"]["BACKEND"].endswith("ImmediateBackend")
    if not in_place or settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"):
        return []
    return [
        Warning(
            "Mails are sent while somebody waits for the answer: the wait tells which addresses have accounts.",
            hint="Set TASKS=database and run manage.py db_worker.",
            id="drugs.W011",
        )
    ]
