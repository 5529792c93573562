"""Import a registry's file from the command line: the functions of the admin, without its preview."""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from drugs.imports import runs
from drugs.imports.apply import apply, lock_imports
from drugs.imports.compare import compare
from drugs.imports.problems import FileRefusedError
from drugs.imports.report import COUNTED, as_json, problems
from drugs.models import ImportRun
from drugs.vocabulary import RunState

_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Imports trial updates from a registry's file. Exit status 0: all rows accepted; 1: some held or refused; "
        "2: the file refused as a whole, or stopped by --strict or a large change."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?")
        parser.add_argument(
            "--resume", type=int, metavar="RUN", help="Go on with a run that was stopped, by its number."
        )
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
        path: Path | None = options["file"]
        if (path is None) == (options["resume"] is None):
            raise CommandError(_("Name a file, or the run to go on with: --resume RUN."), returncode=2)
        _check_report(options["report"])
        if path is None:
            return self._resume(options)
        if not path.exists() or path.is_dir():
            reason = _("This is a folder: name a file in it.") if path.is_dir() else _("There is no such file.")
            return self._refuse(path, reason, options)
        try:
            run = runs.store(_chunks(path), path.name, exported_on=options["exported_on"], format=options["format"])
        except (OSError, FileRefusedError) as error:
            return self._refuse(path, str(error), options)
        self._take_away_stopped(run)
        status = self._compare(run, options)
        if options["dry_run"] or run.state != RunState.APPLIED:
            _forget(run)
        return status

    def _compare(self, run: ImportRun, options: dict[str, Any]) -> int:
        written = runs.written()
        compare(run)
        if run.state == RunState.FAILED:
            return self._refuse(Path(run.original_name), run.error, options)
        status = self._decide(run, options, written)
        self._say(run, status, options)
        return status

    def _resume(self, options: dict[str, Any]) -> int:
        """Go on with a run that was stopped: what a person confirmed is written, else it is compared anew."""
        run = ImportRun.objects.filter(pk=options["resume"]).first()
        if run is None:
            raise CommandError(_("There is no run %(run)s.") % {"run": options["resume"]}, returncode=2)
        if run.state in (RunState.APPLIED, RunState.UNDONE):
            raise CommandError(
                _("Run %(run)s is not stopped: it is %(state)s.") % {"run": run.pk, "state": run.get_state_display()},
                returncode=2,
            )
        if run.state != RunState.CONFIRMED or options["dry_run"]:
            return self._compare(run, options)
        apply(run, as_previewed=run.owner_id is not None)
        status = _troubled(run)
        self._say(run, status, options)
        return status

    def _take_away_stopped(self, run: ImportRun) -> None:
        """Earlier starts of this file that were stopped before they wrote anything: this one takes their place."""
        same = ImportRun.objects.filter(sha256=run.sha256, owner=None, state__in=runs.UNWRITTEN).exclude(pk=run.pk)
        for stopped in same:
            if stopped.has_stopped(timezone.now()):
                self.stdout.write(
                    _("Run %(run)s of the same file was stopped and wrote nothing: taken away.") % {"run": stopped.pk}
                )
                _forget(stopped)

    def _decide(self, run: ImportRun, options: dict[str, Any], written: int) -> int:
        if stop := self._gate(run, options):
            return stop
        if not options["dry_run"]:
            with transaction.atomic():
                lock_imports()
                if runs.written() != written:  # another import came between: its outcome decides what is news here
                    compare(run)
                    if stop := self._gate(run, options):
                        return stop
                runs.confirm(run)
                apply(run, as_previewed=False)
        return _troubled(run)

    def _gate(self, run: ImportRun, options: dict[str, Any]) -> int:
        """2 where the options forbid to go on; 0 else."""
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
        return 0

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
        _write_report(as_json(run), options)

    def _refuse(self, path: Path, reason: str, options: dict[str, Any]) -> int:
        self.stderr.write(f"{path.name}: {reason}")
        empty = dict.fromkeys(COUNTED, 0)
        told = {"file": path.name, "format": "", **empty, "changes": [], "problems": [], "error": reason}
        _write_report([json.dumps(told, ensure_ascii=False, indent=1) + "\n"], options)
        return 2


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            yield chunk


def _troubled(run: ImportRun) -> int:
    return 1 if run.counts["held"] + run.counts["refused"] else 0


def _write_report(pieces: Iterable[str], options: dict[str, Any]) -> None:
    if options["report"]:
        with options["report"].open("w", encoding="utf-8") as file:
            file.writelines(pieces)


def _check_report(path: Path | None) -> None:
    """Before anything is written, and not after."""
    if path and (path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK)):
        raise CommandError(_("The report cannot be written to %(path)s.") % {"path": path}, returncode=2)


def _forget(run: ImportRun) -> None:
    """What was not applied leaves nothing behind."""
    run.file.delete(save=False)
    run.delete()
