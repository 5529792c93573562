"""What a run would change: read, recognise, clean and compare its file; the ImportRows are the preview.

Nothing but the run and its rows is written, in one short transaction a batch: reading and
comparing hold no lock that an editor would wait for.
"""

import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from drugs import bulk
from drugs.imports import progress
from drugs.imports.inspect import inspect
from drugs.imports.judge import Judge, Verdict
from drugs.imports.number_set import NumberSet
from drugs.imports.problems import FileRefusedError, Weight, shown
from drugs.imports.recognise import ColumnsUnknownError, recognise
from drugs.imports.records import Source
from drugs.imports.runs import fail, opener
from drugs.imports.tables import Opener, max_rows
from drugs.models import ImportRecord, ImportRow, ImportRun
from drugs.vocabulary import RowDecision, RunState

BATCH = 1000
#: Seconds between two notes of how far it is, where nothing else is written.
_PROGRESS_EVERY = 1.0
_COUNTED = ("rows", "new", "changed", "unchanged", "held", "refused", "repeated", "absent")
_LARGE_FROM = 20
T = TypeVar("T")


class OvertakenError(Exception):
    """Another start compares this run: this one stops and leaves the run to it."""


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def compare(run: ImportRun) -> ImportRun:
    """Compare a run's file with what is stored. A file that is refused leaves a failed run that says why."""
    claim = str(uuid.uuid4())
    with transaction.atomic():
        startable = (RunState.UPLOADED, RunState.COMPARED, RunState.FAILED)
        if not ImportRun.objects.filter(pk=run.pk, state__in=startable).update(
            claim=claim,
            state=RunState.UPLOADED,
            progress=0,
            error="",
            is_large_change=False,
            moved_at=timezone.now(),
        ):
            raise OvertakenError
        _forget_rows(run)
    run.refresh_from_db()
    try:
        file = progress.Read(opener(run), run.size)
        source = open_source(run, file)
        with bulk.long_work():
            _compare(run, source, claim, file)
    except FileRefusedError as error:
        _forget_rows(run)
        run.detection = error.detection if isinstance(error, ColumnsUnknownError) else {}
        run.save(update_fields=["detection"])
        fail(run, str(error))
    progress.Gauge(run).end()
    return run


def _forget_rows(run: ImportRun) -> None:
    run.rows.all().delete()
    run.records_waiting.all().delete()


def open_source(run: ImportRun, opens: Opener | None = None) -> Source:
    """The run's file, recognised; `opens` opens it, where somebody watches. Raises `FileRefusedError`."""
    opens = opens or opener(run)
    try:
        with opens() as file:
            inspection = inspect(file)
    except FileNotFoundError:
        raise FileRefusedError(_("The stored file is not there any more: upload it again.")) from None
    return recognise(opens, inspection, run.format or "auto")


def _compare(run: ImportRun, source: Source, claim: str, file: progress.Read) -> None:
    gauge = progress.Gauge(run)
    judge = Judge(run, source.said_by, keeps=source.keeps_what_changes_nothing)
    counts: Counter[str] = Counter()
    fields: Counter[str] = Counter()
    replaced, noted_at = 0, 0.0
    for batch in batches(source.records()):
        verdicts, unchanged = judge.unread(batch, source)
        counts["rows"] += len(batch)
        counts["unchanged"] += unchanged
        counts.update(verdict.decision for verdict in verdicts)
        fields.update(name for verdict in verdicts if verdict.trial for name, _old, _new in verdict.changes)
        replaced += sum(_replaces(verdict) for verdict in verdicts)
        if counts["rows"] > max_rows():
            raise FileRefusedError(
                _("The file has more than %(most)s records. Split it, or ask for the limit to be raised.")
                % {"most": max_rows()}
            )
        gauge.note(counts["rows"], lambda: file.expected(counts["rows"]))
        if verdicts or time.monotonic() - noted_at > _PROGRESS_EVERY:
            with transaction.atomic():
                _keep_claim(run, claim, counts["rows"])
                _keep_rows(run, verdicts)
            noted_at = time.monotonic()
    if not counts["rows"]:
        raise FileRefusedError(
            _("The file has a header in row %(row)s and no records below it.")
            % {"row": source.detection.get("header_row", 1)}
        )
    if counts["refused"] == counts["rows"]:
        first = run.rows.first()
        told = first.problems if first else []
        problem = next((each for each in told if each["weight"] == Weight.REFUSED), {"reason": ""})
        raise FileRefusedError(
            _("No record of the file can be read. The first, in row %(row)s%(where)s: %(reason)s")
            % {"row": first.row if first else 1, "where": _where(problem), "reason": problem["reason"]}
        )
    _finish(run, source, judge, counts, fields, replaced, claim)


def _where(problem: Mapping[str, str]) -> str:
    """Column and value of a problem, as part of a sentence."""
    if not problem.get("column"):
        return ""
    return _(", column '%(column)s', '%(value)s'") % {
        "column": problem["column"][:60],
        "value": problem.get("value", "")[:60],
    }


def _finish(
    run: ImportRun,
    source: Source,
    judge: Judge,
    counts: Counter[str],
    fields: Counter[str],
    replaced: int,
    claim: str,
) -> None:
    run.format, run.cleaner_version = source.name, source.cleaner_version
    run.detection = source.detection | {"said_by": source.said_by, "keeps": source.keeps_what_changes_nothing}
    counts["absent"] = len(absent(run, judge.seen))
    known = counts["changed"] + counts["unchanged"]
    run.counts = {name: counts[name] for name in _COUNTED} | {"fields": dict(fields.most_common())}
    run.is_large_change = known >= _LARGE_FROM and replaced * 5 > known
    run.numbers = judge.seen.packed()
    run.state, run.compared_at, run.progress = RunState.COMPARED, timezone.now(), counts["rows"]
    saved = "format cleaner_version detection counts is_large_change numbers state compared_at progress".split()
    with transaction.atomic():
        _keep_claim(run, claim, counts["rows"])
        run.save(update_fields=saved)


def _keep_claim(run: ImportRun, claim: str, progress: int) -> None:
    if not ImportRun.objects.filter(pk=run.pk, claim=claim).update(progress=progress, moved_at=timezone.now()):
        raise OvertakenError


def _replaces(verdict: Verdict) -> bool:
    """Whether a stored value would be replaced by another; a new 'last update' alone replaces nothing."""
    return verdict.decision == RowDecision.CHANGED and any(
        old and name != "last_update_posted" for name, old, _new in verdict.changes
    )


#: The columns of ImportRow and ImportRecord that are filled.
_ROW = "run_id row number trial_id decision is_accepted changes problems".split()
_RECORD = "run_id row said raw".split()
_OPEN = (RowDecision.NEW, RowDecision.CHANGED, RowDecision.UNCHANGED)


def _keep_rows(run: ImportRun, verdicts: Sequence[Verdict]) -> None:
    bulk.insert(
        ImportRow,
        _ROW,
        [
            (
                run.pk,
                verdict.row,
                shown(verdict.number, 60),
                verdict.trial and verdict.trial.pk,
                verdict.decision,
                verdict.decision in _OPEN,
                verdict.changes,
                [problem.as_json() for problem in verdict.problems],
            )
            for verdict in verdicts
        ],
    )
    bulk.insert(
        ImportRecord,
        _RECORD,
        [
            (run.pk, verdict.row, bulk.write_json(verdict.candidate.as_json()), bulk.write_json(verdict.candidate.raw))
            for verdict in verdicts
            if verdict.candidate and _is_waiting(verdict)
        ],
    )


def _is_waiting(verdict: Verdict) -> bool:
    """Whether what the row says is written when the run is confirmed, or may be when a person accepts it."""
    return verdict.decision in (RowDecision.NEW, RowDecision.HELD) or (verdict.decision in _OPEN and verdict.is_kept)


def absent(run: ImportRun, seen: NumberSet) -> NumberSet:
    """Numbers in the last applied file of this format that are not in this one: only not in this search."""
    last = (
        ImportRun.objects.filter(format=run.format, state=RunState.APPLIED)
        .exclude(pk=run.pk)
        .order_by(F("applied_at").desc(), "-pk")
        .first()
    )
    return (NumberSet.unpacked(last.numbers) if last else NumberSet()) - seen
