"""What is done once a day: each step whatever becomes of the one before, and a note of how it went."""

import datetime as dt
import logging
from dataclasses import asdict, dataclass, field

from django.core.management import call_command
from django.db import close_old_connections

from drugs.backups.record import FOLDER, read_note, write_note
from drugs.worker import queue_of_worker

log = logging.getLogger("site.daily")

_LAST = f"{FOLDER}/daily.json"


def steps() -> list[list[str]]:
    """The commands in their order: what has to be deleted first, what waits for other sites last."""
    prune = ["--backend", queue_of_worker(), "--queue-name", "*", "--min-age-days", "1", "--failed-min-age-days", "7"]
    return [
        ["forget_addresses"],
        ["end_stopped_jobs"],
        ["prune_db_task_results", *prune],
        ["clearsessions"],
        ["forget_sheets"],
        ["check_editions"],
        ["release_data"],
        ["send_alerts"],
        ["send_digest"],
        ["check_links"],
    ]


@dataclass(frozen=True)
class DailyRecord:
    """One day's run that came to its end, and which commands failed."""

    ended_at: str
    failed: list[str] = field(default_factory=list)

    @property
    def at(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.ended_at)


def run_steps() -> list[str]:
    """Do everything and return the commands that failed; why is in the log."""
    return [name for name, *options in steps() if not _is_done(name, options)]


def _is_done(name: str, options: list[str]) -> bool:
    close_old_connections()  # one that broke under the command before
    try:
        call_command(name, *options)
    except SystemExit as error:  # the command said why
        if error.code:
            log.error("%s failed", name)
        return not error.code
    except Exception:
        log.exception("%s failed", name)
        return False
    return True


def note_daily(at: dt.datetime, failed: list[str]) -> None:
    write_note(_LAST, asdict(DailyRecord(at.isoformat(), failed)))


def last_daily() -> DailyRecord | None:
    """None: it never came to its end, or what was noted of it cannot be read. Raises `StorageAwayError`."""
    try:
        return DailyRecord(**read_note(_LAST))
    except TypeError:
        return None
