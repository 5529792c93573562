"""All that is done once a day, in one go: what fails keeps nothing else from being done."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from drugs.backups.record import StorageAwayError
from drugs.watching.daily import note_daily, run_steps


class Command(BaseCommand):
    help = (
        "Deletes what has had its time, checks the editions and their links, releases the open data and sends what waits, "
        "each whatever becomes of the one before. 'Operations' tells of it. Exit status 1: some failed; they are named last."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        failed = run_steps()
        try:
            note_daily(timezone.now(), failed)
        except StorageAwayError as error:
            failed.append(f"the note of it ({error})")
        if failed:
            raise CommandError(f"Failed: {', '.join(failed)}. All else was done.")
