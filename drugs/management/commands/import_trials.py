"""Import a registry's file from the command line: the functions of the admin, without its preview."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from drugs.imports import runs
from drugs.imports.apply import apply
from drugs.imports.compare import compare
from drugs.imports.problems import FileRefusedError
from drugs.imports.report import COUNTED, problems, report
from drugs.models import ImportRun
from drugs.vocabulary import RunState

_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Imports trial updates from a registry's file. Exit status 0: all rows accepted; 1: some held or refused; "
        "2: the file refused as a whole, or stopped by --strict or a large change."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", default="auto", help="Name of the format; found by the content when left out.")
        parser.add_argument("--exported-on", default="", help="When the file was downloaded: 2026-05-03.")
        parser.add_argument("--dry-run", action="store_true", help="Compare only: write nothing.")
        parser.add_argument("--strict", action="store_true", help="Write nothing if any row is held or refused.")
        parser.add_argument(
            "--accept-large-change",
            action="store_true",
            help="Go on when more than a fifth of the known trials change.",
        )
        parser.add_argument("--report", type=Path, help="Write what happened to this file, as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        status = self._import(options)
        if status:
            raise SystemExit(status)

    def _import(self, options: dict[str, Any]) -> int:
        path: Path = options["file"]
        try:
            run = runs.store(_chunks(path), path.name, exported_on=options["exported_on"], format=options["format"])
        except (OSError, FileRefusedError) as error:
            return self._refuse(path, str(error), options)
        compare(run)
        if run.state == RunState.FAILED:
            status = self._refuse(path, run.error, options, run)
        else:
            status = self._decide(run, options)
            self._say(run, status, options)
        if options["dry_run"] or run.state != RunState.APPLIED:
            _forget(run)
        return status

    def _decide(self, run: ImportRun, options: dict[str, Any]) -> int:
        troubled = run.counts["held"] + run.counts["refused"]
        if options["strict"] and troubled:
            return self._stop(_("Nothing was written: %(count)s records are held or refused.") % {"count": troubled})
        if run.is_large_change and not options["accept_large_change"]:
            return self._stop(
                _(
                    "Nothing was written: more than a fifth of the known trials in this file would change. "
                    "Look at --dry-run, then go on with --accept-large-change."
                )
            )
        if not options["dry_run"]:
            runs.confirm(run)
            apply(run, as_previewed=False)
            troubled = run.counts["held"] + run.counts["refused"]
        return 1 if troubled else 0

    def _stop(self, reason: str) -> int:
        self.stderr.write(reason)
        return 2

    def _say(self, run: ImportRun, status: int, options: dict[str, Any]) -> None:
        counts = ", ".join(f"{run.counts.get(name, 0)} {name}" for name in COUNTED)
        self.stdout.write(f"{run.original_name} ({run.format}): {counts}.")
        for problem, _n in zip(problems(run), range(_SHOWN), strict=False):
            self.stdout.write(
                f"  {run.original_name}, row {problem['row']}, {problem['column'] or '-'}: "
                f"'{problem['value'][:60]}': {problem['reason']}"
            )
        if options["dry_run"]:
            self.stdout.write(_("Nothing was written: this was a dry run."))
        elif run.state == RunState.APPLIED:
            self.stdout.write(_("Run %(run)s. Put back with: manage.py undo_import %(run)s") % {"run": run.pk})
        _write_report(report(run), options)

    def _refuse(self, path: Path, reason: str, options: dict[str, Any], run: ImportRun | None = None) -> int:
        self.stderr.write(f"{path.name}: {reason}")
        empty = dict.fromkeys(COUNTED, 0)
        _write_report(
            {"file": path.name, "format": "", **empty, "changes": [], "problems": [], "error": reason}, options
        )
        return 2


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            yield chunk


def _write_report(what: dict[str, Any], options: dict[str, Any]) -> None:
    if options["report"]:
        options["report"].write_text(json.dumps(what, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _forget(run: ImportRun) -> None:
    """What was not applied leaves nothing behind."""
    run.file.delete(save=False)
    run.delete()
