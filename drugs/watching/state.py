"""How the site stands at this moment: what the page 'Operations' lists, and what staff should be told."""

import datetime as dt
import os
import shutil
import sqlite3
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Case, Count, F, Min, When
from django.template.defaultfilters import filesizeformat
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_tasks_db.models import DBTaskResult

from drugs import replica
from drugs.alerts import are_on
from drugs.backups.record import StorageAwayError, last_backup
from drugs.models import Alert, ContentVersion, ImportRun
from drugs.watching.daily import last_daily

BACKUP_OLD_AFTER = dt.timedelta(days=1, hours=2)  # made once a night, at about the same time
DAILY_OLD_AFTER = dt.timedelta(days=2)
JOB_LATE_AFTER = dt.timedelta(minutes=5)
JOB_LONG_AFTER = dt.timedelta(hours=1)  # no import takes as long: its worker was killed
DISK_LOW = 500 * 1024 * 1024


@dataclass(frozen=True)
class Fact:
    """One line of the page: what, how it stands, and what to do where something is wrong."""

    name: str
    value: str
    warning: str = ""


def state(at: dt.datetime) -> list[Fact]:
    return [
        _versions(),
        _migrations(),
        _database(),
        *_replica(),
        Fact(_("Content version"), str(ContentVersion.current())),
        _queue(at),
        _worker(at),
        _failed(),
        _last_import(),
        _backup(at),
        _daily(at),
        *_disk(),
        _cache(),
        _mail(),
        _alerts(),
    ]


def warnings(at: dt.datetime) -> list[Fact]:
    """What somebody has to see to; asked on the desk, so without what takes long."""
    facts = [_database(), *_replica(), _worker(at), _backup(at), _daily(at), *_disk(), _cache(), _mail()]
    return [fact for fact in facts if fact.warning]


def _versions() -> Fact:
    database = f"SQLite {sqlite3.sqlite_version}"
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        database = f"PostgreSQL {'.'.join(map(str, connection.get_database_version()))}"
    return Fact(_("Versions"), f"{settings.RELEASE}, Django {django.get_version()}, {database}")


def _migrations() -> Fact:
    executor = MigrationExecutor(connection)
    pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    warning = _("Run manage.py migrate.") if pending else ""
    return Fact(_("Migrations not applied"), str(pending), warning)


def _database() -> Fact:
    if not _is_read_only():
        return Fact(_("Database"), _("takes changes"))
    return Fact(
        _("Database"),
        _("takes no changes"),
        _("The database can be read but not written: nothing that you save is kept. Readers see the site as it is."),
    )


def _replica() -> list[Fact]:
    """Nothing where none is named."""
    if replica.ALIAS not in settings.DATABASES:
        return []
    name, there = _("Replica"), replica.version(replica.ALIAS)
    if there is None:
        return [
            Fact(name, _("does not answer"), _("The replica is away: readers are served from the primary database."))
        ]
    if behind := max(0, (replica.version(DEFAULT_DB_ALIAS) or 0) - there):
        value = ngettext("%(count)d public change behind", "%(count)d public changes behind", behind) % {
            "count": behind
        }
        return [
            Fact(name, value, _("The replica is behind: until it has caught up the primary database serves readers."))
        ]
    return [Fact(name, _("has every public change"))]


def _is_read_only() -> bool:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            return bool(cursor.fetchone()[0] == "on")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only")
        if cursor.fetchone()[0]:
            return True
    name = str(connection.settings_dict["NAME"])
    return Path(name).exists() and not (os.access(name, os.W_OK) and os.access(Path(name).parent, os.W_OK))


def _jobs(status: str) -> Any:
    return DBTaskResult.objects.filter(status=status).order_by()


def _queue(at: dt.datetime) -> Fact:
    waiting, running = _jobs("READY").count(), _jobs("RUNNING").count()
    return Fact(
        _("Background jobs"), _("%(waiting)s waiting, %(running)s running") % {"waiting": waiting, "running": running}
    )


def _worker(at: dt.datetime) -> Fact:
    """The worker keeps no sign of life of its own: jobs that nobody takes are the sign that it is away."""
    since = Case(When(run_after__lte=at, then=F("run_after")), default=F("enqueued_at"))  # 'at once' is the year 9999
    oldest = DBTaskResult.objects.ready().aggregate(oldest=Min(since))["oldest"]
    is_busy = DBTaskResult.objects.running().filter(started_at__gt=at - JOB_LONG_AFTER).exists()
    taken = DBTaskResult.objects.exclude(started_at=None).order_by("-started_at").values_list("started_at", flat=True)
    last = taken.first()
    value = _("took its last job %(when)s") % {"when": _when(last)} if last else _("has taken no job yet")
    if oldest and at - oldest > JOB_LATE_AFTER and not is_busy:
        return Fact(
            _("Worker"),
            value,
            _(
                "Jobs have waited since %(when)s: the worker does not run. On the server: systemctl start therapies-worker."
            )
            % {"when": _when(oldest)},
        )
    return Fact(_("Worker"), value)


def _failed() -> Fact:
    failed = _jobs("FAILED").aggregate(count=Count("pk"))["count"]
    return Fact(_("Jobs that failed"), str(failed), _("Look at them under Task Results.") if failed else "")


def _last_import() -> Fact:
    run = ImportRun.objects.order_by("-pk").only("original_name", "state", "created_at", "applied_at").first()
    if run is None:
        return Fact(_("Last import"), _("none yet"))
    return Fact(
        _("Last import"), f"{run.original_name}, {run.get_state_display()}, {_when(run.applied_at or run.created_at)}"
    )


def _backup(at: dt.datetime) -> Fact:
    try:
        record = last_backup()
    except StorageAwayError:
        return Fact(
            _("Last backup"), _("unknown"), _("The storage of files does not answer: uploads and downloads fail.")
        )
    if record is None:
        return Fact(
            _("Last backup"), _("never"), _("There is no backup: run manage.py backup, every night by its timer.")
        )
    value = f"{_when(record.at)}, {record.name}, {filesizeformat(record.size)}"
    if at - record.at > BACKUP_OLD_AFTER:
        return Fact(_("Last backup"), value, _("The last backup is older than a day: see why its timer does not run."))
    if record.missing_files:
        missing = ngettext("%d stored file is missing.", "%d stored files are missing.", len(record.missing_files))
        return Fact(_("Last backup"), value, missing % len(record.missing_files))
    return Fact(_("Last backup"), value)


def _daily(at: dt.datetime) -> Fact:
    """What deletes readers' addresses among others; that the storage does not answer is told of the last backup."""
    try:
        record = last_daily()
    except StorageAwayError:
        return Fact(_("Daily work"), _("unknown"))
    if record is None:
        return Fact(
            _("Daily work"), _("never"), _("It was never done: run manage.py daily, every morning by its timer.")
        )
    value = _when(record.at)
    if at - record.at > DAILY_OLD_AFTER:
        return Fact(
            _("Daily work"), value, _("It was last done more than two days ago: see why its timer does not run.")
        )
    if record.failed:
        told = _("Failed: %(names)s. On the server: journalctl -u therapies-daily.") % {
            "names": ", ".join(record.failed)
        }
        return Fact(_("Daily work"), value, told)
    return Fact(_("Daily work"), value)


def _disk() -> list[Fact]:
    places = {"media": _media_folder(), "database": _database_folder()}
    names = {"media": _("Free disk for files"), "database": _("Free disk for the database")}
    return [_disk_fact(names[key], place) for key, place in places.items() if place]


def _disk_fact(name: str, folder: Path) -> Fact:
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return Fact(name, _("unknown"))
    warning = _("The disk is nearly full: nothing more can be saved soon. Make room.") if free < DISK_LOW else ""
    return Fact(name, filesizeformat(free), warning)


def _media_folder() -> Path | None:
    try:
        folder = Path(default_storage.path(""))
    except NotImplementedError:  # a bucket
        return None
    while not folder.exists():
        folder = folder.parent
    return folder


def _database_folder() -> Path | None:
    name = Path(str(connection.settings_dict["NAME"]))
    return name.parent if connection.vendor == "sqlite" and name.exists() else None


def _cache() -> Fact:
    """Write and read one value: a cache that swallows its errors shows here."""
    key, value = "operations", uuid.uuid4().hex
    try:
        cache.set(key, value, 10)
        works = cache.get(key) == value
    except Exception:  # each backend has errors of its own
        works = False
    if works:
        return Fact(_("Cache"), _("answers"))
    return Fact(
        _("Cache"), _("does not answer"), _("The cache is away: pages are slower, limits count in each process.")
    )


def _mail() -> Fact:
    if not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"):
        return Fact(_("Mail"), _("set"))
    return Fact(_("Mail"), _("not set"), _("The site sends no mail: set EMAIL_URL."))


def _alerts() -> Fact:
    """How many, and no address: nobody at the charity has a use for them."""
    numbers = {"confirmed": Alert.objects.confirmed().count(), "waiting": Alert.objects.waiting().count()}
    value = _("%(confirmed)s confirmed, %(waiting)s not yet") % numbers if are_on() else _("off: no mail is set")
    return Fact(_("Alerts by e-mail"), value)


def _when(moment: dt.datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "DATETIME_FORMAT")
