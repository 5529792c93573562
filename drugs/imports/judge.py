"""What one batch of records would change: asked by compare for the preview, and again by apply.

Three reads a batch, whatever its size: records by digest, identifiers by number, and what is
stored of the trials that they lead to.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from drugs.bulk import read_json
from drugs.imports.candidate import NUMBERS, Candidate, candidate_of, digest_of, is_held, is_refused
from drugs.imports.claims import Claims
from drugs.imports.number_set import NumberSet
from drugs.imports.problems import Problem, Weight
from drugs.imports.records import MergedRow, RefusedRow, Source, Unread
from drugs.imports.stored import Stored, StoredTrial, old_news, said_by_records, stored_records
from drugs.models import ImportRun, Trial, TrialIdentifier
from drugs.registry_numbers import RegistryNumber, number_in_full, parse_number
from drugs.resolution import Record, as_text, changed_facts, stated, without_no_limits
from drugs.vocabulary import OverallStatus, RowDecision, RunState

_WAITING = {
    OverallStatus.RECRUITING,
    OverallStatus.NOT_YET_RECRUITING,
    OverallStatus.ACTIVE_NOT_RECRUITING,
    OverallStatus.ENROLLING_BY_INVITATION,
}


@dataclass(slots=True)
class Verdict:
    """What becomes of one record; `is_kept` when it is stored although nothing that is shown changes."""

    row: int
    number: str
    decision: str
    candidate: Candidate | None = None
    trial: StoredTrial | None = None
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    #: The facts of the trial afterwards, those that somebody states.
    facts: dict[str, Any] = field(default_factory=dict)
    effective_on: str = ""
    gains: list[RegistryNumber] = field(default_factory=list)
    is_kept: bool = False


class Judge:
    """Judges the records of one run, batch after batch."""

    def __init__(self, run: ImportRun, said_by: str, *, keeps: bool = True) -> None:
        self.run, self.said_by, self.keeps = run, said_by, keeps
        self.seen = NumberSet()
        #: Numbers of which every row so far was refused: the next one is the first that can be read.
        self.refused: set[str] = set()
        self.claims = Claims()
        #: Verdicts of the batch that is being judged: no row of the preview has them yet.
        self._pending: Sequence[Verdict] = ()
        same = ImportRun.objects.filter(sha256=run.sha256, state=RunState.APPLIED).exclude(pk=run.pk)
        self.same_file = same.order_by("-pk").values_list("pk", flat=True).first() if run.sha256 else None

    # From a file

    def unread(self, batch: Sequence[Unread | MergedRow | RefusedRow], source: Source) -> tuple[list[Verdict], int]:
        """Verdicts on what is not simply unchanged, and how many records are."""
        verdicts: list[Verdict] = []
        base = hashlib.sha256(source.signature.encode())
        fresh: list[tuple[Unread, str, str]] = []
        again: list[tuple[Unread, str, str]] = []
        for record in batch:
            if type(record) is RefusedRow:
                verdicts.append(Verdict(record.row, record.number, RowDecision.REFUSED, problems=[record.problem]))
            elif type(record) is MergedRow:
                verdicts.append(_merged(record))
            elif number := number_in_full(record.number):
                entry = (record, number, digest_of(base, number, record))
                (fresh if self.seen.add(number) else again).append(entry)
            else:
                verdicts.append(_without_number(record, source))
        # An undated record that equals an earlier one is news (A, then B, then A again), unless this very file was
        # applied before and brought or met it then.
        known = old_news([digest for _record, _number, digest in fresh], until_run=self.same_file)
        news = [entry for entry in fresh if entry[2] not in known]
        candidates, unchanged = [], len(fresh) - len(news)
        for record, number, digest in news:
            candidate = candidate_of(record, number, digest, source)
            if is_refused(candidate):
                self.refused.add(number)
                verdicts.append(Verdict(record.row, number, RowDecision.REFUSED, problems=candidate.problems))
            else:
                candidates.append(candidate)
        again = self._without_first_read(again, candidates, source)
        for verdict in self.candidates(candidates):
            if verdict.decision == RowDecision.UNCHANGED and not verdict.is_kept and not verdict.problems:
                unchanged += 1
            else:
                verdicts.append(verdict)
        verdicts += self._repeated(again, source)
        return verdicts, unchanged

    def _without_first_read(
        self, again: Sequence[tuple[Unread, str, str]], candidates: list[Candidate], source: Source
    ) -> list[tuple[Unread, str, str]]:
        """Later rows, but for those that are the first of their trial that can be read: they count as its first."""
        later = []
        for record, number, digest in again:
            candidate = candidate_of(record, number, digest, source) if number in self.refused else None
            if candidate and not is_refused(candidate):
                self.refused.discard(number)
                candidates.append(candidate)
            else:
                later.append((record, number, digest))
        return later

    def candidate(self, record: Unread, source: Source) -> Candidate | None:
        """One record, cleaned; None where it has no number."""
        number = number_in_full(record.number)
        if not number:
            return None
        digest = digest_of(hashlib.sha256(source.signature.encode()), number, record)
        return candidate_of(record, number, digest, source)

    def _repeated(self, again: Sequence[tuple[Unread, str, str]], source: Source) -> list[Verdict]:
        """Later rows of a trial that the file has already: the first counts, and one that says otherwise is held."""
        first = self._said_before([number for _record, number, _digest in again])
        verdicts = []
        for record, number, digest in again:
            candidate = candidate_of(record, number, digest, source)
            said, row = first.get(number, ({}, 0))
            differing = [
                Problem(
                    str(Trial._meta.get_field(name).verbose_name),
                    as_text(value),
                    _("The row repeats %(number)s and says otherwise than %(first)s: %(said)s.")
                    % {
                        "number": number,
                        "first": _("row %(row)s") % {"row": row} if row else _("the row before it"),
                        "said": as_text(said[name])[:100],
                    },
                    # Countries may differ from row to row; where statuses do, the first row's is not the trial's.
                    Weight.NOTE if name in source.several and name != "overall_status" else Weight.HELD,
                )
                for name, value in (_no_status(source) | candidate.facts).items()
                if name in said and as_text(said[name]) != as_text(value)
            ]
            if said and (more := [name for name in candidate.facts if name not in said]):
                told = "; ".join(f"{Trial._meta.get_field(name).verbose_name}" for name in more if name in Trial.FACTS)
                reason = _("The row repeats %(number)s and says more: it is left out. Write it into one row.")
                differing.append(Problem(told, "", reason % {"number": number}, Weight.NOTE))
            refused = is_refused(candidate)
            says_otherwise = any(problem.weight == Weight.HELD for problem in differing)
            decision = RowDecision.REFUSED if refused else RowDecision.HELD if says_otherwise else RowDecision.REPEATED
            problems = candidate.problems + differing
            candidate.problems = []
            verdicts.append(Verdict(record.row, number, decision, candidate, problems=problems))
        return verdicts

    def _said_before(self, numbers: Sequence[str]) -> dict[str, tuple[dict[str, Any], int]]:
        if not numbers:
            return {}
        said: dict[str, tuple[dict[str, Any], int]] = {}
        trials = dict(TrialIdentifier.objects.filter(number__in=numbers).values_list("number", "trial"))
        records = stored_records(set(trials.values()), said_by=self.said_by)
        for number, trial in trials.items():
            registry = getattr(parse_number(number), "registry", "")
            said[number] = (said_by_records([one for one in records[trial] if one.registry == registry]), 0)
        rows = dict(self.run.rows.filter(number__in=numbers).values_list("row", "number"))
        for row, its in self.run.records_waiting.filter(row__in=rows).order_by("-row").values_list("row", "said"):
            said[rows[row]] = (said.get(rows[row], ({}, 0))[0] | read_json(its)["facts"], row)
        for verdict in self._pending:
            if verdict.candidate and verdict.number in numbers:
                said[verdict.number] = (said.get(verdict.number, ({}, 0))[0] | verdict.candidate.facts, verdict.row)
        return said

    # Against what is stored

    def candidates(self, candidates: Sequence[Candidate], *, lock: bool = False) -> list[Verdict]:
        """One verdict for each cleaned record. With `lock` the trials stay as they are until the transaction ends."""
        stored = Stored(candidates, lock=lock)
        verdicts = [self._judge(candidate, stored) for candidate in candidates]
        self._pending = verdicts
        return verdicts

    def _judge(self, candidate: Candidate, stored: "Stored") -> Verdict:
        verdict = Verdict(
            candidate.row, candidate.number.number, RowDecision.NEW, candidate, problems=list(candidate.problems)
        )
        own = stored.trial_of.get(candidate.number.number)
        others = {stored.trial_of[other.number]: other for other in candidate.others if other.number in stored.trial_of}
        others.pop(own, None)  # type: ignore[call-overload]
        trial_id = own or next(iter(others), None)
        verdict.trial = stored.trials[trial_id] if trial_id else None
        home = verdict.trial.home_number if verdict.trial else candidate.number.number
        if not verdict.trial and (joined := self.claims.same_study(candidate.number, candidate.others)):
            return self._join(verdict, joined)
        if reason := self._identity_problem(candidate, home, own, others, stored):
            verdict.decision, verdict.trial = RowDecision.HELD, None
            verdict.problems.append(Problem("", candidate.number.number, reason, Weight.HELD))
            return verdict
        verdict.gains = self._gains(candidate, trial_id, stored)
        if not is_held(candidate):
            if verdict.trial is None:
                self.claims.make(home)
            self.claims.give(home, verdict.gains)
        if is_held(candidate):
            verdict.decision = RowDecision.HELD
        self._weigh(verdict, stored)
        return verdict

    def _join(self, verdict: Verdict, home: str) -> Verdict:
        """A study under another number of this file: its trial is not there yet, what changes is found out then."""
        candidate = verdict.candidate
        assert candidate  # noqa: S101 (a verdict on a candidate)
        candidate.joins, verdict.is_kept, verdict.decision = home, True, RowDecision.UNCHANGED
        if is_held(candidate):
            verdict.decision = RowDecision.HELD
        reason = _("The same study as %(home)s, which this file adds: its record is kept beside it.")
        verdict.problems.append(Problem("", candidate.number.number, reason % {"home": home}, Weight.NOTE))
        self.claims.give(home, [candidate.number, *candidate.others])
        return verdict

    def _identity_problem(
        self, candidate: Candidate, home: str, own: int | None, others: dict[int, RegistryNumber], stored: "Stored"
    ) -> str:
        for other in [candidate.number, *candidate.others]:
            claimed = self.claims.home(other.number)
            if claimed and claimed != home:
                return _("%(number)s is given to %(first)s by this file and to %(second)s by this row.") % {
                    "number": other.number,
                    "first": claimed,
                    "second": home,
                }
        if own and others:
            other_id, other = next(iter(others.items()))
            return _(
                "The row would join two trials that are known apart: %(first)s and %(second)s, which has %(number)s."
            ) % {
                "first": stored.trials[own].home_number,
                "second": stored.trials[other_id].home_number,
                "number": other.number,
            }
        if len(others) > 1:
            return _("The row would join trials that are known apart: %(trials)s.") % {
                "trials": ", ".join(sorted(stored.trials[pk].home_number for pk in others))
            }
        for pk, other in others.items():
            if present := stored.numbers[pk].get(candidate.number.registry):
                return _(
                    "%(other)s belongs to %(trial)s, which already has the number %(present)s in this registry."
                ) % {
                    "other": other.number,
                    "trial": stored.trials[pk].home_number,
                    "present": present,
                }
        return ""

    def _gains(self, candidate: Candidate, trial_id: int | None, stored: "Stored") -> list[RegistryNumber]:
        present = stored.numbers[trial_id] if trial_id else {}
        wanted = [candidate.number, *candidate.others]
        return [number for number in wanted if number.registry not in present and number.number not in stored.trial_of]

    def _weigh(self, verdict: Verdict, stored: "Stored") -> None:
        """Resolve the trial with the record and see what changes."""
        candidate, trial = verdict.candidate, verdict.trial
        assert candidate  # noqa: S101 (a verdict on a candidate)
        if trial is None:
            verdict.effective_on = candidate.last_update or str(self.run.exported_on or "")
            verdict.facts = without_no_limits(dict(candidate.facts))
            return
        records = stored.records[trial.pk]
        own = [record for record in records if self._is_same_source(record, candidate)]
        newest = max((str(record.effective_on) for record in records), default="")
        verdict.effective_on = candidate.last_update or str(self.run.exported_on or "") or newest
        newest_dated = max((str(record.last_update) for record in own if record.last_update), default="")
        is_older = bool(candidate.last_update) and candidate.last_update < newest_dated
        is_newer = candidate.last_update > newest_dated  # kept, so that a file from between the two turns nothing back
        self._keep_unknown(verdict, own)
        record = self._record(candidate, verdict.effective_on)
        after = stated(trial.home_registry, [*records, record], stored.overrides.get(trial.pk))
        verdict.facts = {
            name: value for name, value in after.items() if value not in (None, "") or trial.facts.get(name)
        }
        verdict.changes = changed_facts(trial.facts, verdict.facts)
        verdict.changes += [(NUMBERS, "", gain.number) for gain in verdict.gains]
        if is_older:
            verdict.problems.append(
                Problem(
                    str(Trial._meta.get_field("last_update_posted").verbose_name),
                    candidate.last_update,
                    _("Older than what is stored (%(date)s): kept.") % {"date": newest_dated},
                    Weight.NOTE,
                )
            )
        if verdict.decision != RowDecision.HELD:
            verdict.decision = RowDecision.CHANGED if verdict.changes else RowDecision.UNCHANGED
        said = said_by_records(own)
        if not candidate.last_update and self._is_of_before(verdict.effective_on, own, said, candidate):
            reason = _("The file is older than what is stored, and says otherwise: that is kept.")
            verdict.problems.append(Problem("", verdict.effective_on, reason, Weight.NOTE))
        verdict.is_kept = (
            bool(verdict.changes)
            or (self.keeps and (is_older or is_newer))
            or (self.keeps and any(said.get(name) != value for name, value in said_by_records([*own, record]).items()))
        )

    def _is_of_before(self, day: str, own: Sequence[Record], said: dict[str, Any], candidate: Candidate) -> bool:
        """Whether an undated record of an older file says otherwise than a newer one of its source."""
        newest = max((str(record.effective_on) for record in own), default="")
        return day < newest and any(said.get(name, value) != value for name, value in candidate.facts.items())

    def _keep_unknown(self, verdict: Verdict, own: Sequence[Record]) -> None:
        """A registry sets UNKNOWN by itself, without a new 'last update': an older export does not take it back."""
        candidate = verdict.candidate
        assert candidate  # noqa: S101 (for the types alone)
        said = said_by_records(own)
        if (
            candidate.last_update
            and candidate.last_update == said.get("last_update_posted")
            and said.get("overall_status") == OverallStatus.UNKNOWN
            and candidate.facts.get("overall_status") in _WAITING
        ):
            verdict.problems.append(
                Problem(
                    str(Trial._meta.get_field("overall_status").verbose_name),
                    candidate.facts.pop("overall_status"),
                    _("The registry has since set UNKNOWN for this very record: kept."),
                    Weight.NOTE,
                )
            )

    def _is_same_source(self, record: Record, candidate: Candidate) -> bool:
        return record.said_by == self.said_by and record.registry == candidate.number.registry

    def _record(self, candidate: Candidate, effective_on: str) -> Record:
        return Record(
            None, None, self.said_by, candidate.number.registry, candidate.last_update, effective_on, candidate.facts
        )


def _no_status(source: Source) -> dict[str, Any]:
    """Where each row states the status of its own part, one that states none says otherwise too."""
    return {"overall_status": ""} if "overall_status" in source.several else {}


def _merged(record: MergedRow) -> Verdict:
    number = parse_number(record.number)
    joined = _("One more row of the trial of row %(row)s: read together with it.") % {"row": record.into}
    problems = [Problem("", record.number, joined, Weight.NOTE)]
    said = _("It says otherwise here than row %(row)s, which counts.") % {"row": record.into}
    problems += [Problem(column, "", said, Weight.NOTE) for column in record.differing]
    shown = number.number if number else record.number
    return Verdict(record.row, shown, RowDecision.REPEATED, problems=problems)


def _without_number(record: Unread, source: Source) -> Verdict:
    column = source.detection.get("number_column", "")
    reason = (
        _("'%(value)s' is no number of a registry that is known, such as NCT01363401.")
        % {"value": record.number.strip()[:60]}
        if record.number.strip()
        else _("The row has no registry number.")
    )
    return Verdict(
        record.row, record.number.strip()[:60], RowDecision.REFUSED, problems=[Problem(column, record.number, reason)]
    )
