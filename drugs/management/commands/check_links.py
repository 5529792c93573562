"""Ask the addresses that sources give whether they still answer."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from drugs.publishing.links import check_links, cited_links


class Command(BaseCommand):
    help = "Asks each address cited by a live edition or a draft, one request a second to a host at most, never a private address."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--most", type=int, default=1000, help="How many addresses to ask at the most (1000).")

    def handle(self, *args: Any, most: int, **options: Any) -> None:
        links = cited_links(timezone.now())[:most]
        checks = check_links(links, timezone.now)
        for check in checks:
            if check.failures:
                self.stdout.write(f"{check.url}: {check.error or check.status} ({check.failures} times in a row)")
            elif check.moved_to:
                self.stdout.write(f"{check.url}: moved to {check.moved_to}")
        dead = sum(check.is_dead for check in checks)
        self.stdout.write(
            f"{len(checks)} addresses asked, {dead} dead, {sum(bool(check.moved_to) for check in checks)} moved"
        )
