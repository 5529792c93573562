"""Give up the background jobs whose worker was killed: they would count as running for ever, and keep what they were given."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from drugs.worker import end_stopped


class Command(BaseCommand):
    help = "Mark jobs that began more than a day ago and never ended as failed, so that prune_db_task_results deletes them."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{end_stopped(timezone.now())} jobs had stopped.")
