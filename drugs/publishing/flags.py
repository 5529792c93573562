"""Old pages show themselves: a flag opens when what a page was written on is no longer so.

`flag_changes` is called by `drugs.resolution` in the transaction that stores a trial's new facts, from import,
admin and undo alike. It compares the trial with the newest snapshot of each edition that shows it, so that a fact
that went there and back leaves no flag, and five changes of one fact leave one.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils import timezone

from drugs import bulk
from drugs.models import (
    Edition,
    ImportRun,
    LinkCheck,
    RegistryRecord,
    ReviewFlag,
    Source,
    Therapy,
    TherapyTrial,
    TrialChange,
    TrialSnapshot,
)
from drugs.models.trial import as_text
from drugs.partial_dates import PartialDate
from drugs.publishing.passages import Passage, citing, naming_trials
from drugs.vocabulary import FlagAnswer, FlagKind, RowDecision

#: The facts that a text tells: status, phase, enrolment, completion, results, the reason for stopping.
WATCHED = (
    "overall_status",
    "why_stopped",
    "phases",
    "enrollment",
    "enrollment_type",
    "primary_completion_date",
    "primary_completion_date_type",
    "completion_date",
    "completion_date_type",
    "has_results",
    "results_first_posted",
)
#: Of these a first value is a gap that closed, not news: no text was written on it.
_NEWS_ONLY_IF_STATED_BEFORE = {
    "enrollment_type",
    "primary_completion_date",
    "primary_completion_date_type",
    "completion_date_type",
}
_BATCH = 5000

Facts = Mapping[str, Any]


def is_news(field: str, old: str, new: str) -> bool:
    """Whether a text that was written on `old` may no longer hold now that the fact is `new`."""
    if field == "has_results":
        return (old == "true") != (new == "true")
    if field in _NEWS_ONLY_IF_STATED_BEFORE and not (old and new):
        return False
    return old != new


# Trials that changed


def flag_changes(changes: Iterable[TrialChange], *, at: dt.datetime) -> None:
    """Open, renew and settle flags after `changes` were stored; `change.trial` holds the facts as they are now.

    Queries do not grow with the number of trials: one a batch, and few more where a page shows one of them.
    """
    of_trial: dict[int, list[TrialChange]] = defaultdict(list)
    for change in changes:
        of_trial[change.trial_id].append(change)
    told = [pk for pk, its in of_trial.items() if any(change.field in WATCHED for change in its)]
    for start in range(0, len(told), _BATCH):
        _flag_pages({pk: of_trial[pk] for pk in told[start : start + _BATCH]}, at)


def shown_on_pages(trials: Iterable[int]) -> set[int]:
    """Of these trials those that are on a therapy's page, so that their changes concern `flag_changes`."""
    links = TherapyTrial.objects.public().filter(bulk.is_in(TherapyTrial, "trial_id", set(trials)))
    return set(links.values_list("trial", flat=True))


def flag_therapy(therapy: Therapy, *, at: dt.datetime) -> None:
    """Compare all trials of a therapy's page anew: an older edition is live again, and nobody watched for it meanwhile."""
    trials = TherapyTrial.objects.public().filter(therapy=therapy).values("trial")
    changes = TrialChange.objects.filter(trial__in=trials).exclude(field="")
    flag_changes(changes.select_related("trial", "run").order_by("changed_at", "pk"), at=at)


def _flag_pages(changes: dict[int, list[TrialChange]], at: dt.datetime) -> None:
    trials_of: dict[int, list[int]] = defaultdict(list)
    for therapy, trial in (
        TherapyTrial.objects.public().filter(trial__in=changes).values_list("therapy", "trial").order_by("pk")
    ):
        trials_of[therapy].append(trial)
    if not trials_of:
        return
    editions = list(Edition.objects.live_or_scheduled(at).filter(therapy__in=trials_of).order_by("pk"))
    snapshots = _newest_snapshots(editions)
    flags = {
        (flag.edition_id, flag.trial_id, flag.field): flag
        for flag in ReviewFlag.objects.open().filter(
            edition__in=editions, trial__in=changes, kind=FlagKind.TRIAL_CHANGED
        )
    }
    opened = [
        flag
        for edition in editions
        for flag in _Page(
            edition, {pk: changes[pk] for pk in trials_of[edition.therapy_id]}, snapshots[edition.pk], flags, at
        ).compare()
    ]
    # Somebody else's transaction may have opened the same one: theirs stands.
    ReviewFlag.objects.bulk_create(opened, ignore_conflicts=True)


def _newest_snapshots(editions: Sequence[Edition]) -> dict[int, dict[int, Facts]]:
    """Edition -> trial -> the facts that its text was last found true on."""
    newest: dict[int, dict[int, Facts]] = defaultdict(dict)
    for snapshot in TrialSnapshot.objects.filter(edition__in=editions).order_by("taken_at", "pk"):
        newest[snapshot.edition_id][snapshot.trial_id] = snapshot.facts
    return newest


class _Page:
    """One edition, and what its trials' changes make of its flags."""

    def __init__(
        self,
        edition: Edition,
        changes: Mapping[int, list[TrialChange]],
        snapshots: Mapping[int, Facts],
        flags: Mapping[tuple[int, int | None, str], ReviewFlag],
        at: dt.datetime,
    ) -> None:
        self.edition, self.changes, self.snapshots, self.flags, self.at = edition, changes, snapshots, flags, at

    def compare(self) -> list[ReviewFlag]:
        """The flags to open; those that are open already are renewed or settled in place."""
        return [flag for pk in self.changes for flag in self._compare_trial(pk, self.changes[pk])]

    def _compare_trial(self, pk: int, changes: list[TrialChange]) -> list[ReviewFlag]:
        opened = []
        for field, old in self._written_on(pk, changes).items():
            new = as_text(getattr(changes[-1].trial, field))
            flag = self.flags.get((self.edition.pk, pk, field))
            if flag and not is_news(field, flag.old, new):
                settle(flag, at=self.at)
            elif flag and flag.new != new:
                self._renew(flag, new, changes)
            elif not flag and is_news(field, old, new) and self._is_told(pk):
                opened.append(self._new_flag(field, old, new, changes))
        return opened

    def _written_on(self, pk: int, changes: list[TrialChange]) -> dict[str, str]:
        """What the text was written on; for a trial that was linked later, what was so before it changed now."""
        if (facts := self.snapshots.get(pk)) is not None:
            return {field: as_text(facts[field]) for field in WATCHED if field in facts}
        before: dict[str, str] = {}
        for change in changes:
            if change.field in WATCHED:
                before.setdefault(change.field, change.old)
        return before

    def _is_told(self, pk: int) -> bool:
        """A trial that the page was published with is watched in any case; one linked later if the text names it."""
        return pk in self.snapshots or bool(self._passages.get(pk))

    @cached_property
    def _passages(self) -> dict[int, list[Passage]]:
        today = {pk: changes[-1].trial.facts() for pk, changes in self.changes.items()}
        return naming_trials(self.edition, today | dict(self.snapshots))

    def _new_flag(self, field: str, old: str, new: str, changes: list[TrialChange]) -> ReviewFlag:
        trial = changes[-1].trial
        run, changed_on = _origin(changes, field, old)
        return ReviewFlag(
            edition=self.edition,
            kind=FlagKind.TRIAL_CHANGED,
            trial=trial,
            run=run,
            field=field,
            old=old,
            new=new,
            sentences=self._passages.get(trial.pk, []),
            opened_at=self.at,
            changed_on=changed_on,
        )

    def _renew(self, flag: ReviewFlag, new: str, changes: list[TrialChange]) -> None:
        """The fact changed once more. Whoever put the flag off did not know this: it waits again."""
        flag.new = new
        flag.run, flag.changed_on = _origin(changes, flag.field, flag.old)
        if flag.answer == FlagAnswer.LATER:
            flag.answer, flag.answered_at, flag.answered_by = "", None, None
            flag.reason, flag.later_until = "", None
        flag.save()


def _origin(changes: Sequence[TrialChange], field: str, old: str) -> tuple[ImportRun | None, PartialDate]:
    """The import by which the registry changed a fact, and the day that readers are told.

    None where the registry did not: staff set the value, a run was put back, or a gap of ours closed with what
    the registry said all along.
    """
    of_field = [change for change in changes if change.field == field]
    change = (of_field or list(changes))[-1]
    day = PartialDate.parse(timezone.localdate(change.changed_at))
    run = change.run
    if run is None or (run.applied_at and change.changed_at > run.applied_at):
        return None, day
    updates = [other.new for other in changes if other.field == "last_update_posted" and other.new > other.old]
    if updates:
        return run, PartialDate.parse(updates[-1])
    return (run if old or not change.trial.last_update_posted else None), day


def settle(flag: ReviewFlag, *, at: dt.datetime) -> None:
    """Close a flag whose reason is gone."""
    flag.answer, flag.answered_at, flag.answered_by = FlagAnswer.SETTLED, at, None
    flag.reason, flag.later_until = "", None
    flag.save()


# Links that died


def flag_link(check: LinkCheck) -> None:
    """Flag each page that cites an address when it turns dead; settle the flags when it answers again."""
    at = check.checked_at
    if not check.failures:
        for flag in ReviewFlag.objects.open().filter(kind=FlagKind.DEAD_LINK, detail=check.url):
            settle(flag, at=at)
    if check.failures != LinkCheck.DEAD_AFTER:
        return
    labels: dict[Edition, set[str]] = defaultdict(set)
    editions = Edition.objects.live_or_scheduled(at)
    for source in Source.objects.filter(edition__in=editions.values("pk")).select_related("edition"):
        if source.link == check.url:
            labels[source.edition].add(source.label)
    ReviewFlag.objects.bulk_create(
        [
            ReviewFlag(
                edition=edition,
                kind=FlagKind.DEAD_LINK,
                detail=check.url,
                new=check.error or str(check.status),
                sentences=citing(edition, cited),
                opened_at=at,
                changed_on=PartialDate.parse(timezone.localdate(at)),
            )
            for edition, cited in labels.items()
        ],
        ignore_conflicts=True,
    )


# Imports that hold something back


@transaction.atomic
def flag_held_rows(run: ImportRun, *, at: dt.datetime) -> None:
    """After a run was applied: flag the pages whose trials it held a row of; settle what it said without conflict."""
    conflicts = ReviewFlag.objects.open().filter(kind=FlagKind.IMPORT_CONFLICT)
    said = RegistryRecord.objects.filter(run=run, trial__in=conflicts.values("trial")).values("trial")
    for flag in conflicts.filter(trial__in=list(said.values_list("trial", flat=True))):
        settle(flag, at=at)
    links = TherapyTrial.objects.public()
    held: dict[int, list[str]] = defaultdict(list)
    rows = run.rows.filter(decision=RowDecision.HELD, trial__in=links.values("trial"))
    for row in rows.order_by("row"):
        held[row.trial_id].append(_why_held(row.row, row.problems))  # type: ignore[index]
    pages: dict[int, list[int]] = defaultdict(list)
    for therapy, trial in links.filter(trial__in=held).values_list("therapy", "trial"):
        pages[therapy].append(trial)
    flagged = {(flag.edition_id, flag.trial_id): flag for flag in conflicts.filter(trial__in=held)}
    editions = list(Edition.objects.live_or_scheduled(at).filter(therapy__in=pages))
    snapshots = _newest_snapshots(editions)
    opened = []
    for edition in editions:
        passages = naming_trials(edition, snapshots[edition.pk])
        for pk in pages[edition.therapy_id]:
            flag = flagged.get((edition.pk, pk)) or ReviewFlag(
                edition=edition, kind=FlagKind.IMPORT_CONFLICT, trial_id=pk, opened_at=at
            )
            flag.run, flag.detail, flag.sentences = run, "\n".join(held[pk]), passages.get(pk, [])
            flag.changed_on = PartialDate.parse(timezone.localdate(at))
            if flag.pk:
                flag.save()
            else:
                opened.append(flag)
    ReviewFlag.objects.bulk_create(opened, ignore_conflicts=True)


def settle_conflicts(run: ImportRun, *, at: dt.datetime) -> None:
    """After a run was put back: what it held is of no more concern."""
    for flag in ReviewFlag.objects.open().filter(kind=FlagKind.IMPORT_CONFLICT, run=run):
        settle(flag, at=at)


def _why_held(row: int, problems: list[dict[str, Any]]) -> str:
    reasons = (
        ": ".join(str(part) for part in (problem.get("column"), problem.get("value"), problem.get("reason")) if part)
        for problem in problems
    )
    return f"{row}: " + "; ".join(reasons)
