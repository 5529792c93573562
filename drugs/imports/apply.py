"""Write the accepted rows of a confirmed run: everything in one transaction, or nothing.

The batch is judged again against what is stored now. Where a person decided on a preview, a row
that no longer does what the preview said is left out and says so.
"""

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from drugs import bulk
from drugs.full_text.sqlite import indexed_at_once
from drugs.imports import progress
from drugs.imports.candidate import Candidate
from drugs.imports.judge import Judge, Verdict
from drugs.imports.problems import Problem, Weight
from drugs.imports.stored import StoredTrial
from drugs.imports.suggest import Suggester
from drugs.models import ContentVersion, ImportRecord, ImportRow, ImportRun, RegistryRecord, Trial, TrialIdentifier
from drugs.publishing.flags import flag_held_rows
from drugs.resolution import Written, joined, store_registries, write_facts, write_new
from drugs.vocabulary import RecordSource, RowDecision, RunState

#: One import writes at a time: the key of PostgreSQL's advisory lock. SQLite has one writer anyway.
_LOCK = 0x54524941
_BATCH = 1000
#: What the column of each fact holds where nobody states it.
_NOT_STATED = [None if Trial._meta.get_field(name).null else "" for name in Trial.FACTS]


def apply(run: ImportRun, *, as_previewed: bool = True) -> ImportRun:
    """Write a confirmed run. A second call, or one after a worker was killed, does what is left to do: all or nothing."""
    with transaction.atomic():
        lock_imports()
        bulk.expect_reads_by_key()
        locked = ImportRun.objects.select_for_update().get(pk=run.pk)
        if locked.state == RunState.CONFIRMED:
            with bulk.long_work():
                _Application(locked, as_previewed).run_all()
    progress.Gauge(run).end()
    run.refresh_from_db()
    return run


def lock_imports() -> None:
    """Wait until no other import or undo writes; held until the transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


#: What is read of each row, in the order of `_Row`.
_COLUMNS = (
    "pk",
    "row",
    "number",
    "decision",
    "is_accepted",
    bulk.json_text("changes"),
    bulk.json_text("problems"),
    "trial",
    bulk.json_text("left_out"),
)


@dataclass(slots=True)
class _Row:
    """An `ImportRow` that was accepted and what it says, its JSON unread."""

    pk: int
    row: int
    number: str
    decision: str
    is_accepted: bool
    changes: str
    problems: str
    trial: int | None
    left_out: str
    said: dict[str, Any]
    raw: str
    has_moved: bool = False

    def candidate(self) -> Candidate:
        return Candidate.from_json(self.row, self.said, self.raw, bulk.read_json(self.left_out))

    def is_as_previewed(self, verdict: Verdict) -> bool:
        """Whether what would be written now is what the preview showed, less the fields that were left out."""
        if verdict.decision == RowDecision.UNCHANGED or (self.decision == verdict.decision == RowDecision.NEW):
            return True
        if (joins := self.said.get("joins")) and verdict.trial:
            return bool(verdict.trial.home_number == joins)
        shown = {tuple(change) for change in bulk.read_json(self.changes)}
        return self.decision == verdict.decision and set(verdict.changes) <= shown

    def written(self) -> tuple[Any, ...]:
        """As `bulk.update` takes it."""
        changes, problems = bulk.JsonText(self.changes), bulk.JsonText(self.problems)
        return self.decision, self.is_accepted, changes, problems, self.trial, self.pk


class _Application:
    def __init__(self, run: ImportRun, as_previewed: bool) -> None:
        self.run, self.as_previewed, self.at = run, as_previewed, timezone.now()
        self.judge = Judge(
            run, run.detection.get("said_by", RecordSource.REGISTRY), keeps=run.detection.get("keeps", True)
        )
        self.suggester = Suggester()
        self.moved: Counter[str] = Counter()

    def run_all(self) -> None:
        gauge, done = progress.Gauge(self.run), 0
        for rows in self._waiting():
            gauge.note(done, max(done, self.run.counts.get("new", 0) + self.run.counts.get("changed", 0)))
            for part in _apart(rows):
                self._write(part)
            done += len(rows)
        left_out = self.run.rows.filter(is_accepted=False, decision__in=(RowDecision.NEW, RowDecision.CHANGED))
        self.moved["left_out"] = left_out.count()
        self._finish()

    def _waiting(self) -> Iterator[list[_Row]]:
        """The accepted rows that say something, in the order of their keys, a batch at a time."""
        accepted = self.run.rows.filter(is_accepted=True).order_by("pk")
        # The keys are sorted once: to go on from the last one would sort what is left for every batch.
        keys = array("q", accepted.values_list("pk", flat=True).iterator(_BATCH))
        for at in range(0, len(keys), _BATCH):
            batch = ImportRow.objects.filter(bulk.is_in(ImportRow, "id", keys[at : at + _BATCH])).order_by("pk")
            found = list(batch.values_list(*_COLUMNS))
            rows = [row[1] for row in found]
            # The range keeps PostgreSQL from reading all rows of the run for each batch: of a run just stored it knows nothing.
            waiting = self.run.records_waiting.filter(
                bulk.is_in(ImportRecord, "row", rows), row__range=(min(rows, default=0), max(rows, default=0))
            ).order_by()
            said = {
                row: (bulk.read_json(said), bulk.JsonText(raw))
                for row, said, raw in waiting.values_list("row", "said", "raw")
            }
            if waiting_rows := [_Row(*row, *said[row[1]]) for row in found if row[1] in said]:  # type: ignore[call-arg]
                yield waiting_rows

    def _write(self, rows: Sequence[_Row]) -> None:
        by_row = {row.row: row for row in rows}
        judged = self.judge.candidates([row.candidate() for row in rows], lock=True)
        verdicts = [verdict for verdict in judged if self._stands(verdict, by_row[verdict.row])]
        self._create([verdict for verdict in verdicts if verdict.trial is None])
        self._change([verdict for verdict in verdicts if verdict.trial is not None])
        bulk.update(
            ImportRow,
            ["decision", "is_accepted", "changes", "problems", "trial_id"],
            [row.written() for row in rows if row.has_moved],
        )

    def _stands(self, verdict: Verdict, row: _Row) -> bool:
        """Whether a row is still to be written; one that is not says why."""
        if verdict.decision == RowDecision.HELD:
            return self._leave(row, verdict.problems)
        if self.as_previewed and row.decision != RowDecision.HELD and not row.is_as_previewed(verdict):
            reason = _("The trial changed since the preview: compare the file again.")
            return self._leave(row, [Problem("", row.number, reason, Weight.HELD)])
        if verdict.decision != row.decision:
            self._move(row, verdict.decision)
            row.changes = bulk.write_json(verdict.changes)
            row.trial = verdict.trial.pk if verdict.trial else None
        return True

    def _leave(self, row: _Row, problems: Sequence[Problem]) -> bool:
        self._move(row, RowDecision.HELD)
        row.is_accepted = False
        row.problems = bulk.write_json(bulk.read_json(row.problems) + [problem.as_json() for problem in problems])
        return False

    def _move(self, row: _Row, decision: str) -> None:
        self.moved[row.decision] -= 1
        self.moved[decision] += 1
        row.decision, row.has_moved = decision, True

    # Writing

    def _create(self, verdicts: Sequence[Verdict]) -> None:
        if not verdicts:
            return
        names = ["home_number", "home_registry", "other_registries", *Trial.FACTS]
        with indexed_at_once("drugs_trial"):
            bulk.insert(
                Trial,
                names,
                [
                    (
                        verdict.number,
                        _own(verdict).number.registry,
                        joined(gain.registry for gain in verdict.gains if gain != _own(verdict).number),
                        *map(verdict.facts.get, Trial.FACTS, _NOT_STATED),
                    )
                    for verdict in verdicts
                ],
            )
        created = Trial.objects.filter(bulk.is_in(Trial, "home_number", [verdict.number for verdict in verdicts]))
        keys = dict(created.order_by().values_list("home_number", "pk"))
        for verdict in verdicts:
            verdict.trial = StoredTrial(
                keys[verdict.number], verdict.number, _own(verdict).number.registry, verdict.facts
            )
        trials = [verdict.trial for verdict in verdicts if verdict.trial]
        write_new(
            [(trial.pk, trial.facts.get("countries", "")) for trial in trials],
            run=self.run,
            by=self.run.applied_by,
            at=self.at,
        )
        keep(verdicts, self.run, self.judge.said_by)
        self.suggester.suggest((trial.pk, trial.facts.get("interventions", "")) for trial in trials)

    def _change(self, verdicts: Sequence[Verdict]) -> None:
        changed = [(verdict.trial, verdict) for verdict in verdicts if verdict.changes and verdict.trial]
        write_facts(
            [Written(trial.pk, verdict.facts, verdict.changes) for trial, verdict in changed],
            run=self.run,
            by=self.run.applied_by,
            at=self.at,
        )
        keep([verdict for verdict in verdicts if verdict.is_kept], self.run, self.judge.said_by)
        store_registries({_trial(verdict).pk for verdict in verdicts if verdict.gains})
        self.suggester.suggest(
            (trial.pk, verdict.facts["interventions"])
            for trial, verdict in changed
            if any(name == "interventions" for name, _old, _new in verdict.changes)
        )

    def _finish(self) -> None:
        run = self.run
        moved = {name: run.counts.get(name, 0) + count for name, count in self.moved.items()}
        run.counts = run.counts | moved
        run.state, run.applied_at = RunState.APPLIED, self.at
        run.save(update_fields=["counts", "state", "applied_at"])
        run.records_waiting.exclude(row__in=run.rows.filter(is_accepted=False).values("row")).delete()
        flag_held_rows(run, at=self.at)
        if RegistryRecord.objects.filter(run=run).exists():
            ContentVersion.bump()


def keep(verdicts: Sequence[Verdict], run: ImportRun, said_by: str) -> None:
    """The numbers that trials gain, and the records that say so."""
    bulk.insert(
        TrialIdentifier,
        ["trial_id", "registry", "number", "address", "is_home", "run_id"],
        [
            (
                _trial(verdict).pk,
                gain.registry,
                gain.number,
                gain.address,
                verdict.decision == RowDecision.NEW and gain == _own(verdict).number,
                run.pk,
            )
            for verdict in verdicts
            for gain in verdict.gains
        ],
    )
    bulk.insert(
        RegistryRecord,
        "trial_id registry number last_update effective_on facts raw digest said_by format cleaner_version run_id".split(),
        [
            (
                _trial(verdict).pk,
                *_own(verdict).number,
                _own(verdict).last_update,
                verdict.effective_on,
                _own(verdict).facts,
                _own(verdict).raw,
                _own(verdict).digest,
                said_by,
                run.format,
                run.cleaner_version,
                run.pk,
            )
            for verdict in verdicts
        ],
    )


def _own(verdict: Verdict) -> Candidate:
    assert verdict.candidate  # noqa: S101 (only verdicts on candidates are written)
    return verdict.candidate


def _trial(verdict: Verdict) -> StoredTrial:
    assert verdict.trial  # noqa: S101 (a new one was created by now)
    return verdict.trial


def _apart(rows: Sequence[_Row]) -> list[list[_Row]]:
    """Rows of one trial one after the other, so that each is judged after the one before was written."""
    parts: list[list[_Row]] = [[]]
    taken: set[str] = set()
    for row in rows:
        numbers = {row.number, *(other[1] for other in row.said["others"])}
        if taken & numbers:
            parts.append([])
            taken = set()
        taken |= numbers
        parts[-1].append(row)
    return parts
