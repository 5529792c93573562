"""One of two who confirm an import, or publish an edition, at the same moment: called by tests/faults/kinds.py."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alliance.settings")
django.setup()

from django.core.exceptions import ValidationError  # noqa: E402
from django.db import IntegrityError, transaction  # noqa: E402

from drugs.imports import runs  # noqa: E402
from drugs.imports.apply import apply  # noqa: E402
from drugs.imports.compare import compare  # noqa: E402
from drugs.models import Edition, ImportRun, Publication, RegistryRecord  # noqa: E402
from drugs.publishing.publish import publish  # noqa: E402
from tests.faults.kill import HEADER  # noqa: E402


def prepare(what: str) -> str:
    """The key of a run that waits to be confirmed, or of a draft that waits to be published."""
    if what == "publish":
        from tests.factories import EditionFactory, TherapyFactory

        return str(EditionFactory(therapy=TherapyFactory(slug=f"twice-{os.getpid()}")).pk)
    line = f'NCT{os.getpid():08},Trial,RECRUITING,PHASE2,10,2024-01,2025-01-01,,"Rome, Italy"\n'
    return str(compare(runs.store([(HEADER + line).encode()], "twice.csv")).pk)


def confirm(key: str) -> str:
    run = ImportRun.objects.get(pk=key)
    if not runs.confirm(run):
        return "refused"
    apply(run)
    return "done"


def publish_once(key: str) -> str:
    try:
        with transaction.atomic():
            publish(Edition.objects.get(pk=key), note="First edition.")
    except (ValidationError, IntegrityError):
        return "refused"
    return "done"


def count(text: str) -> str:
    what, key = text.split(":")
    found = RegistryRecord.objects.filter(run=key) if what == "confirm" else Publication.objects.filter(edition=key)
    return str(found.count())


if __name__ == "__main__":
    word, argument = sys.argv[1:]
    answer = {"prepare": prepare, "confirm": confirm, "publish": publish_once, "count": count}[word](argument)
    sys.stdout.write(f"{answer}\n")
