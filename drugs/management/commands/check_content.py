"""Run the fact checker over editions, on the command line."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from drugs.models import Edition
from drugs.publishing.checker import findings


class Command(BaseCommand):
    help = "Prints what the fact checker finds in live editions or, with --drafts, in drafts. Exit status 1: something has no answer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", help="Therapies to check; all when none is named.")
        parser.add_argument("--drafts", action="store_true", help="Check drafts instead of live editions.")

    def handle(self, *args: Any, slugs: list[str], drafts: bool, **options: Any) -> None:
        editions = Edition.objects.drafts() if drafts else Edition.objects.live(timezone.now())
        if slugs:
            editions = editions.filter(therapy__slug__in=slugs)
        open_findings = 0
        for edition in editions.select_related("therapy").order_by("therapy__slug"):
            for finding in findings(edition):
                if finding.reason:
                    continue
                open_findings += 1
                self.stdout.write(
                    f"{edition.therapy.slug}: {finding.rule} [{finding.key}] in {finding.where}\n  {finding.why}\n  {finding.passage}"
                )
        self.stdout.write(f"{open_findings} findings without an answer")
        if open_findings:
            raise SystemExit(1)
