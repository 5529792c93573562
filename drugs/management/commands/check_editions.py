"""Prove that no published edition changed: exit status 1 and their names where one did."""

from typing import Any

from django.core.management.base import BaseCommand

from drugs.models import Publication
from drugs.publishing.integrity import changed_editions


class Command(BaseCommand):
    help = "Compare every published edition with the digest that was kept when it was published."

    def handle(self, *args: Any, **options: Any) -> None:
        count = Publication.objects.count()
        changed = list(changed_editions())
        for edition in changed:
            self.stderr.write(f"{edition.therapy.slug} edition {edition.number} is not what was published.")
        if changed:
            raise SystemExit(1)
        self.stdout.write(f"{count} published editions, each as it was published.")
