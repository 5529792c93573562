"""Write the accepted rows of a confirmed run: everything in one transaction, or nothing.

The batch is judged again against what is stored now. Where a person decided on a preview, a row
that no longer does what the preview said is left out and says so.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from drugs import bulk
from drugs.imports.candidate import Candidate
from drugs.imports.judge import Judge, Verdict
from drugs.imports.problems import Problem, Weight
from drugs.imports.stored import StoredTrial
from drugs.imports.suggest import Suggester
from drugs.models import ContentVersion, ImportRow, ImportRun, RegistryRecord, Trial, TrialIdentifier
from drugs.publishing.flags import flag_held_rows
from drugs.resolution import Written, write_facts, write_new
from drugs.vocabulary import RecordSource, RowDecision, RunState

#: One import writes at a time: the key of PostgreSQL's advisory lock. SQLite has one writer anyway.
_LOCK = 0x54524941
_BATCH = 1000
#: Each fact of a trial, and what its column holds where nobody states it.
_NOT_STATED = [(name, None if Trial._meta.get_field(name).null else "") for name in Trial.FACTS]


def apply(run: ImportRun, *, as_previewed: bool = True) -> ImportRun:
    """Write a confirmed run. A second call, or one after a worker was killed, does what is left to do: all or nothing."""
    with transaction.atomic():
        lock_imports()
        bulk.expect_reads_by_key()
        locked = ImportRun.objects.select_for_update().get(pk=run.pk)
        if locked.state == RunState.CONFIRMED:
            with bulk.long_work():
                _Application(locked, as_previewed).run_all()
    run.refresh_from_db()
    return run


def lock_imports() -> None:
    """Wait until no other import or undo writes; held until the transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


class _Application:
    def __init__(self, run: ImportRun, as_previewed: bool) -> None:
        self.run, self.as_previewed, self.at = run, as_previewed, timezone.now()
        self.judge = Judge(
            run, run.detection.get("said_by", RecordSource.REGISTRY), keeps=run.detection.get("keeps", True)
        )
        self.suggester = Suggester()
        self.moved: Counter[str] = Counter()

    def run_all(self) -> None:
        for rows in self._waiting():
            for part in _apart(rows):
                self._write(part)
        left_out = self.run.rows.filter(is_accepted=False, decision__in=(RowDecision.NEW, RowDecision.CHANGED))
        self.moved["left_out"] = left_out.count()
        self._finish()

    def _waiting(self) -> Iterator[list[ImportRow]]:
        """The accepted rows in the order of their keys, a batch at a time."""
        waiting = self.run.rows.filter(is_accepted=True, record__isnull=False).order_by("pk").defer("problems")
        rows = list(waiting[:_BATCH])
        while rows:
            yield rows
            rows = list(waiting.filter(pk__gt=rows[-1].pk)[:_BATCH])

    def _write(self, rows: Sequence[ImportRow]) -> None:
        by_row = {row.row: row for row in rows}
        candidates = [Candidate.from_json(row.row, row.record, row.left_out) for row in rows]
        verdicts = [
            verdict
            for verdict in self.judge.candidates(candidates, lock=True)
            if self._stands(verdict, by_row[verdict.row])
        ]
        self._create([verdict for verdict in verdicts if verdict.trial is None])
        self._change([verdict for verdict in verdicts if verdict.trial is not None])

    def _stands(self, verdict: Verdict, row: ImportRow) -> bool:
        """Whether a row is still to be written; one that is not says why."""
        if verdict.decision == RowDecision.HELD:
            return self._leave(row, RowDecision.HELD, verdict.problems)
        if self.as_previewed and row.decision != RowDecision.HELD and not _as_previewed(verdict, row):
            reason = _("The trial changed since the preview: compare the file again.")
            return self._leave(row, RowDecision.HELD, [Problem("", row.number, reason, Weight.HELD)])
        if verdict.decision != row.decision:
            self.moved[row.decision] -= 1
            self.moved[verdict.decision] += 1
            row.decision, row.changes = verdict.decision, [list(change) for change in verdict.changes]
            row.trial_id = verdict.trial.pk if verdict.trial else None
            row.save(update_fields=["decision", "changes", "trial"])
        return True

    def _leave(self, row: ImportRow, decision: str, problems: Sequence[Problem]) -> bool:
        self.moved[row.decision] -= 1
        self.moved[decision] += 1
        row.decision, row.is_accepted = decision, False
        row.problems = [*row.problems, *(problem.as_json() for problem in problems)]
        row.save(update_fields=["decision", "is_accepted", "problems"])
        return False

    # Writing

    def _create(self, verdicts: Sequence[Verdict]) -> None:
        if not verdicts:
            return
        names = ["home_number", "home_registry", *Trial.FACTS]
        bulk.insert(
            Trial,
            names,
            [
                (verdict.number, _own(verdict).number.registry, *(verdict.facts.get(*fact) for fact in _NOT_STATED))
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
        run.rows.filter(is_accepted=True).exclude(record=None).update(record=None)
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


def _as_previewed(verdict: Verdict, row: ImportRow) -> bool:
    """Whether what would be written now is what the preview showed, less the fields that were left out."""
    if verdict.decision == RowDecision.UNCHANGED or (row.decision == verdict.decision == RowDecision.NEW):
        return True
    if (joins := row.record.get("joins")) and verdict.trial:
        return bool(verdict.trial.home_number == joins)
    shown = {tuple(change) for change in row.changes}
    return row.decision == verdict.decision and set(verdict.changes) <= shown


def _apart(rows: Sequence[ImportRow]) -> list[list[ImportRow]]:
    """Rows of one trial one after the other, so that each is judged after the one before was written."""
    parts: list[list[ImportRow]] = [[]]
    taken: set[str] = set()
    for row in rows:
        numbers = {row.number, *(other[1] for other in row.record["others"])}
        if taken & numbers:
            parts.append([])
            taken = set()
        taken |= numbers
        parts[-1].append(row)
    return parts
