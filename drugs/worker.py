"""The process that does background work: which queue it empties, and how it is started."""

from django.conf import settings


def queue_of_worker() -> str:
    """The backend whose tasks wait for a worker: without one, the default does them at once and another keeps what is large."""
    return "default" if settings.TASKS["default"]["BACKEND"].endswith("DatabaseBackend") else "worker"


def worker_command() -> str:
    """How to start the worker, as a page says it."""
    return "python manage.py db_worker" + ("" if queue_of_worker() == "default" else " --backend worker")
