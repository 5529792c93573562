"""Put back what a run changed; what changed later stays, and is named.

The run's records go and every trial is resolved from those that are left, so that the result is
as if the file had never been imported: what later files said again, unchanged then, is taken from them.

In whatever order runs are put back, nothing comes from one that is: a trial that an import created goes with its
last record, whichever run created it, and is at home under the number of its first; a fact that no record states is
what it was before the first import. Numbers that staff gave stay.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from drugs import bulk
from drugs.imports.apply import keep, lock_imports
from drugs.imports.candidate import is_held, is_refused
from drugs.imports.compare import batches, open_source
from drugs.imports.formats.table import numbers_in_ids
from drugs.imports.judge import Judge
from drugs.imports.number_set import NumberSet
from drugs.imports.problems import FileRefusedError
from drugs.imports.records import Unread
from drugs.imports.suggest import Suggester, suggested_by
from drugs.models import (
    ContentVersion,
    ImportRun,
    RegistryRecord,
    ReportedResult,
    StaffOverride,
    TherapyTrial,
    Trial,
    TrialChange,
    TrialCutoff,
    TrialIdentifier,
    TrialSnapshot,
)
from drugs.publishing.flags import settle_conflicts
from drugs.registry_numbers import parse_number
from drugs.resolution import as_text, store_registries, store_resolutions
from drugs.vocabulary import LinkDecision, RowDecision, RunState


class NotAppliedError(Exception):
    """The run is in no state to be put back: it was never applied, or is put back already."""


def undo(run: ImportRun, *, by: Any = None) -> ImportRun:
    """Put `run` back. What was done is in `run.detection["undo"]`: restored, deleted, and `kept` with its reasons."""
    with transaction.atomic():
        lock_imports()
        bulk.expect_reads_by_key()
        run = ImportRun.objects.select_for_update().get(pk=run.pk)
        if run.state != RunState.APPLIED:
            raise NotAppliedError(
                _("Run %(run)s is not applied: it is %(state)s.") % {"run": run.pk, "state": run.get_state_display()}
            )
        _Undoing(run, by).run_all()
    run.refresh_from_db()
    return run


class _Undoing:
    def __init__(self, run: ImportRun, by: Any) -> None:
        self.run, self.by, self.at = run, by, timezone.now()
        self.kept: list[dict[str, str]] = []
        #: Trials that would go with the run's records, and stay as they are.
        self.stays: set[int] = set()
        #: Therapies that the run's records led to, by trial: nobody has decided yet.
        self.suggested: dict[int, list[TherapyTrial]] = {}
        self.suggester = Suggester()
        self.restored = self.deleted = 0
        self.later = list(
            ImportRun.objects.filter(state=RunState.APPLIED, applied_at__gt=run.applied_at).order_by("applied_at", "pk")
        )

    def run_all(self) -> None:
        touched = sorted(
            set(RegistryRecord.objects.filter(run=self.run).values_list("trial", flat=True))
            | set(TrialIdentifier.objects.filter(run=self.run).values_list("trial", flat=True))
        )
        for pks in batches(touched):
            self._take_records(pks)
        if touched:
            self._replay(touched)
        for pks in batches(touched):
            self._settle(pks)
        self.run.state, self.run.undone_at, self.run.undone_by = RunState.UNDONE, self.at, self.by
        self.run.detection = self.run.detection | {
            "undo": {"restored": self.restored, "deleted": self.deleted, "kept": self.kept[:1000]}
        }
        self.run.save(update_fields=["state", "undone_at", "undone_by", "detection"])
        settle_conflicts(self.run, at=self.at)
        if touched:
            ContentVersion.bump()

    def _take_records(self, pks: Sequence[int]) -> None:
        """Delete the run's records, but for trials that would go with them and somebody works with."""
        elsewhere = set(
            RegistryRecord.objects.filter(trial__in=pks).exclude(run=self.run).values_list("trial", flat=True)
        )
        used = self._used(_created_by_imports(pks) - elsewhere)
        for trial in Trial.objects.filter(pk__in=used):
            self.kept.append({"trial": trial.home_number, "reason": used[trial.pk]})
        self.stays |= set(used)
        going = RegistryRecord.objects.filter(run=self.run, trial__in=set(pks) - set(used))
        self.suggested |= suggested_by(going)
        going.delete()

    def _used(self, pks: set[int]) -> dict[int, str]:
        """Trials that staff work with, and how."""
        decided = TherapyTrial.objects.exclude(decision=LinkDecision.SUGGESTED)
        ways = {
            _("It is linked to a therapy, or was dismissed from one: kept."): decided,
            _("Staff set a value by hand: kept."): StaffOverride.objects.all(),
            _("A result on a therapy's page names it: kept."): ReportedResult.objects.all(),
            _("Somebody recorded its cut-offs: kept."): TrialCutoff.objects.all(),
            _("A published edition shows it: kept."): TrialSnapshot.objects.all(),
            _("It has another registry number since: kept."): TrialIdentifier.objects.filter(run=None),
        }
        used: dict[int, str] = {}
        for reason, rows in ways.items():
            for pk in rows.filter(trial__in=pks).values_list("trial", flat=True):
                used.setdefault(pk, reason)
        return used

    # What later files said again

    def _replay(self, touched: Sequence[int]) -> None:
        """Judge anew the rows of later files that said nothing new then, because this run had said it."""
        numbers = NumberSet()
        for number in TrialIdentifier.objects.filter(trial__in=touched).values_list("number", flat=True):
            numbers.add(number)
        for later in self.later:
            present = NumberSet.unpacked(later.numbers)
            if any(number in present for number in numbers):
                self._replay_run(later, numbers)

    def _replay_run(self, later: ImportRun, numbers: NumberSet) -> None:
        try:
            source = open_source(later)
        except (FileRefusedError, OSError):
            self.kept.append(
                {"trial": "", "reason": _("The file of run %(run)s cannot be read any more.") % {"run": later.pk}}
            )
            return
        judge = Judge(later, source.said_by, keeps=source.keeps_what_changes_nothing)
        left_out = set(later.rows.filter(is_accepted=False).values_list("row", flat=True))
        taken = NumberSet()  # the first row of a trial that can be read counts, as it did when the file was compared
        for batch in batches(self._records_of(source.records(), numbers, left_out)):
            have = set(
                RegistryRecord.objects.filter(run=later, number__in=[number for _record, number in batch]).values_list(
                    "number", flat=True
                )
            )
            candidates = []
            for record, number in batch:
                candidate = None if number in have or number in taken else judge.candidate(record, source)
                if candidate and not is_refused(candidate):
                    taken.add(number)
                    if not is_held(candidate):
                        candidates.append(candidate)
            verdicts = [
                verdict
                for verdict in judge.candidates(candidates)
                if verdict.trial and verdict.is_kept and verdict.decision != RowDecision.HELD
            ]
            keep(verdicts, later, judge.said_by)

    def _records_of(
        self, records: Iterator[Any], numbers: NumberSet, left_out: set[int]
    ) -> Iterator[tuple[Unread, str]]:
        for record in records:
            if not isinstance(record, Unread) or record.row in left_out:
                continue
            number = parse_number(record.number)
            if number and number.number in numbers:
                yield record, number.number

    # Afterwards

    def _settle(self, pks: Sequence[int]) -> None:
        """Take back numbers, delete trials of which nothing is left, resolve the others."""
        pks = [pk for pk in pks if pk not in self.stays]
        records = defaultdict(list)
        for record in RegistryRecord.objects.filter(trial__in=pks).defer("raw").order_by("run__applied_at", "pk"):
            records[record.trial_id].append(record)
        created = _created_by_imports(pks)
        gone = [pk for pk in pks if pk in created and not records[pk]]
        self.deleted += len(gone)
        Trial.objects.filter(pk__in=gone).delete()
        left = list(Trial.objects.filter(pk__in=set(pks) - set(gone)).order_by("pk"))
        moved = _move_home([trial for trial in left if trial.pk in created], records)
        store_registries(moved | self._take_numbers(left, records))
        self._name_later_changes(left)
        before = _before_imports([trial for trial in left if trial.pk not in created])
        changes = store_resolutions(left, run=self.run, by=self.by, at=self.at, unless_stated=before)
        self._suggest_anew(left, records, changes)
        self.restored += len(left)

    def _take_numbers(self, trials: Sequence[Trial], records: dict[int, list[RegistryRecord]]) -> set[int]:
        """Of the numbers that the run gave, those that a record names are its run's, and others go. Whose these were."""
        given, nameless = [], {}
        for identifier in TrialIdentifier.objects.filter(trial__in=trials, run=self.run):
            said_by = [record.run_id for record in records[identifier.trial_id] if _names(record, identifier)]
            if said_by:
                given.append((said_by[0], identifier.pk))
            elif not identifier.is_home:
                nameless[identifier.pk] = identifier.trial_id
        bulk.update(TrialIdentifier, ["run_id"], given)
        TrialIdentifier.objects.filter(pk__in=nameless).delete()
        return set(nameless.values())

    def _suggest_anew(
        self,
        trials: Sequence[Trial],
        records: Mapping[int, Sequence[RegistryRecord]],
        changes: Sequence[TrialChange],
    ) -> None:
        """Take back suggestions for names that nobody states any more, and suggest for those that are shown now."""
        stale = []
        for trial in trials:
            said = [trial.interventions, *(record.facts.get("interventions", "") for record in records[trial.pk])]
            stale += [link.pk for link in self.suggested.get(trial.pk, []) if link.why not in "|".join(said).lower()]
        TherapyTrial.objects.filter(pk__in=stale).delete()
        self.suggester.suggest((change.trial_id, change.new) for change in changes if change.field == "interventions")

    def _name_later_changes(self, trials: Sequence[Trial]) -> None:
        later = TrialChange.objects.filter(trial__in=trials, changed_at__gt=self.run.applied_at).exclude(run=self.run)
        later = later.exclude(run__state=RunState.UNDONE)  # what those changed is no more
        for change in later.select_related("trial").order_by("trial", "pk"):
            who = _("run %(run)s") % {"run": change.run_id} if change.run_id else _("staff")
            self.kept.append(
                {
                    "trial": change.trial.home_number,
                    "reason": _("%(field)s was changed later, by %(who)s: kept.")
                    % {"field": change.field or _("the trial"), "who": who},
                }
            )


def _created_by_imports(pks: Sequence[int]) -> set[int]:
    """Those of the trials that an import created, whether its run stands or was put back."""
    first = TrialChange.objects.filter(trial__in=pks, field="", run__isnull=False)
    return set(first.values_list("trial", flat=True))


def _move_home(trials: Sequence[Trial], records: Mapping[int, Sequence[RegistryRecord]]) -> set[int]:
    """Make the number of its first record each trial's home, as when an import creates it. Those for which it is another."""
    first = {trial.pk: records[trial.pk][0].number for trial in trials}
    away = [first[trial.pk] for trial in trials if first[trial.pk] != trial.home_number]
    homes = {
        identifier.trial_id: identifier
        for identifier in TrialIdentifier.objects.filter(number__in=away)
        if identifier.number == first.get(identifier.trial_id)
    }
    for trial in trials:
        if home := homes.get(trial.pk):
            trial.home_number, trial.home_registry = home.number, home.registry
    TrialIdentifier.objects.filter(trial__in=homes, is_home=True).update(is_home=False)
    TrialIdentifier.objects.filter(pk__in=[home.pk for home in homes.values()]).update(is_home=True)
    rows = [(home.number, home.registry, trial) for trial, home in homes.items()]
    bulk.update(Trial, ["home_number", "home_registry"], rows)
    return set(homes)


def _before_imports(trials: Sequence[Trial]) -> dict[int, dict[str, str]]:
    """The facts of trials that no import created, as they were before imports: trial -> field -> text.

    Each is followed back through all that changed it. Staff's saving leaves nothing that nobody states, so it ends there.
    """
    before = {trial.pk: {name: as_text(value) for name, value in trial.facts().items()} for trial in trials}
    changes = TrialChange.objects.filter(trial__in=trials, field__in=Trial.FACTS).order_by("-pk")
    for trial, name, old, new, run in changes.values_list("trial", "field", "old", "new", "run"):
        if before[trial][name] == new:
            before[trial][name] = old if run else ""
    for facts in before.values():
        facts["has_results"] = facts["has_results"].capitalize()  # written 'true', and read by Django as 'True'
    return before


def _names(record: RegistryRecord, identifier: TrialIdentifier) -> bool:
    return record.number == identifier.number or identifier.number in {
        number.number for number in numbers_in_ids(record.facts.get("secondary_ids", ""))
    }
