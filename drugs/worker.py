"""The process that does background work: which queue it empties, how it is started, and what one that was killed left."""

import datetime as dt

from django.conf import settings
from django_tasks_db.models import DBTaskResult

#: No job takes as long: what began earlier is done by nobody any more.
STOPPED_AFTER = dt.timedelta(days=1)


def queue_of_worker() -> str:
    """The backend whose tasks wait for a worker: without one, the default does them at once and another keeps what is large."""
    return "default" if settings.TASKS["default"]["BACKEND"].endswith("DatabaseBackend") else "worker"


def worker_command() -> str:
    """How to start the worker, as a page says it."""
    return "python manage.py db_worker" + ("" if queue_of_worker() == "default" else " --backend worker")


def end_stopped(at: dt.datetime) -> int:
    """Jobs whose worker was killed, marked as failed; returns how many."""
    stopped = DBTaskResult.objects.running().filter(started_at__lt=at - STOPPED_AFTER)
    return stopped.update(
        status="FAILED",
        finished_at=at,
        exception_class_path="builtins.SystemExit",
        traceback="The worker was stopped while it did this.",
    )
