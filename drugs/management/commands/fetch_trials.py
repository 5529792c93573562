"""Fetch studies from ClinicalTrials.gov and import them, as a file of the same would be."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from drugs.imports import fetch
from drugs.imports.compare import batches
from drugs.imports.formats import ctgov_json
from drugs.registry_numbers import parse_number
from drugs.vocabulary import Registry

_IDS_A_QUESTION = 50


class Command(BaseCommand):
    help = "Fetches studies from ClinicalTrials.gov's API and imports them. Exit status as import_trials; 2 when the registry fails."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--condition", default="", help="Such as 'amyotrophic lateral sclerosis'.")
        parser.add_argument("--ids", nargs="+", default=[], help="NCT numbers.")
        parser.add_argument("--address", default=fetch.ADDRESS, help="Another address of the API, for tests.")
        parser.add_argument(
            "--timeout", type=float, default=30, help="Seconds without a byte after which a request has failed."
        )
        parser.add_argument("--pause", type=float, default=1.3, help="Seconds between two requests.")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--strict", action="store_true")
        parser.add_argument("--accept-large-change", action="store_true")
        parser.add_argument("--report", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        questions = self._questions(options["condition"], options["ids"])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"clinicaltrials-gov-{timezone.now():%Y-%m-%d}.json"
            try:
                client = fetch.Client(options["address"], timeout=options["timeout"], pause=options["pause"])
                with path.open("wb") as file:
                    found: set[str] = set()
                    pages = (page for question in questions for page in client.pages(question))
                    file.writelines(fetch.as_json(_noted(pages, found)))
            except fetch.FetchError as error:
                raise CommandError(str(error), returncode=2) from error
            if missing := sorted(set(_numbers(options["ids"])) - found):
                self.stdout.write(
                    _("The registry does not know, or hides: %(numbers)s.") % {"numbers": ", ".join(missing[:50])}
                )
            passed = {name: options[name] for name in ("dry_run", "strict", "accept_large_change", "report")}
            call_command("import_trials", str(path), stdout=self.stdout, stderr=self.stderr, **passed)

    def _questions(self, condition: str, ids: list[str]) -> list[dict[str, str]]:
        if not condition and not ids:
            raise CommandError(_("Say which studies: --condition or --ids."), returncode=2)
        numbers = [parse_number(text) for text in ids]
        if wrong := [
            text for text, number in zip(ids, numbers, strict=True) if not number or number.registry != Registry.CTGOV
        ]:
            raise CommandError(_("'%(text)s' is no number of ClinicalTrials.gov.") % {"text": wrong[0]}, returncode=2)
        by_id = [fetch.query(ids=part) for part in batches(_numbers(ids), _IDS_A_QUESTION)]
        return by_id + ([fetch.query(condition)] if condition else [])


def _numbers(ids: list[str]) -> list[str]:
    """NCT numbers in full, each once."""
    return list(dict.fromkeys(number.number for text in ids if (number := parse_number(text))))


def _noted(pages: Iterator[list[Any]], found: set[str]) -> Iterator[list[Any]]:
    """The pages as they are; the numbers of their studies go into `found`."""
    for studies in pages:
        found.update(ctgov_json.cells(study)["nctid"] for study in studies if ctgov_json.is_study(study))
        yield studies
