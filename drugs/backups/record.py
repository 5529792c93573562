"""When the last backup was, kept among the stored files.

Not in the database: a row there would make the database differ from the backup that it speaks of, and could not be
written while the database is read-only. Every web process, on every host, reads the same storage.
"""

import datetime as dt
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.core.exceptions import SuspiciousOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

FOLDER = "backups"
_LAST = f"{FOLDER}/last.json"
_RESTORED = f"{FOLDER}/restored.json"
#: What a storage raises that does not answer or takes nothing: a folder, and a bucket, whose errors are no OSError.
AWAY = (OSError, BotoCoreError, ClientError)


class StorageAwayError(Exception):
    """The storage of files does not answer or takes nothing: in its own words."""


@dataclass(frozen=True)
class BackupRecord:
    """One backup that is whole: size in bytes, how long it took in seconds, files that rows name and nobody has."""

    made_at: str
    name: str
    folder: str
    size: int
    rows: int
    seconds: float
    missing_files: list[str] = field(default_factory=list)

    @property
    def at(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.made_at)


def write_record(record: BackupRecord) -> None:
    write_note(_LAST, asdict(record))


def last_backup() -> BackupRecord | None:
    """None: there never was one, or what was noted of it cannot be read. Raises `StorageAwayError`."""
    try:
        return BackupRecord(**read_note(_LAST))
    except TypeError:
        return None


def note_restore(at: dt.datetime) -> None:
    write_note(_RESTORED, {"restored_at": at.isoformat()})


def restored_at() -> str:
    """When a backup was last restored here, '' for never: the content version may count from an earlier number since."""
    try:
        return str(read_note(_RESTORED)["restored_at"])
    except (KeyError, TypeError):
        return ""


def write_note(name: str, value: object) -> None:
    try:
        default_storage.delete(name)
        default_storage.save(name, ContentFile(json.dumps(value, indent=1).encode()))
    except AWAY as error:
        raise StorageAwayError(str(error)) from error


def read_note(name: str) -> Any:
    """None: nothing was noted, or it cannot be read. Raises `StorageAwayError`."""
    try:
        with default_storage.open(name, "rb") as file:
            return json.loads(file.read())
    except (FileNotFoundError, SuspiciousOperation, ValueError):
        return None
    except AWAY as error:
        raise StorageAwayError(str(error)) from error
