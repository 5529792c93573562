"""What a trial's columns are: always `resolve(records, overrides)`, stored by one function.

Import, admin and undo all end in `store_resolutions`, which writes the columns, the
countries and a TrialChange for each field that changed, and flags the pages whose text
may no longer hold, in the caller's transaction.

Precedence, field by field: a staff override; then the home registry's records before
another registry's, before ICTRP's copy (that of the home registry's record before that of another's), before a sheet;
among equals the newer before the older.
A source that leaves a field empty says nothing about it. What only explains another field (why a trial stopped, whether
a number is estimated) goes with it: where a later word changes that field and explains nothing, nothing is explained.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from drugs import bulk
from drugs.models import ImportRun, RegistryRecord, StaffOverride, Trial, TrialChange, TrialCountry, TrialIdentifier
from drugs.models.trial import as_text
from drugs.publishing.flags import WATCHED, flag_changes, shown_on_pages
from drugs.vocabulary import NO_AGE_LIMIT, RecordSource

_SOURCE_RANK = {RecordSource.REGISTRY: 1, RecordSource.ICTRP: 2, RecordSource.SHEET: 3}
#: Fields that explain another one.
EXPLAINS = {
    "why_stopped": "overall_status",
    "enrollment_type": "enrollment",
    "start_date_type": "start_date",
    "primary_completion_date_type": "primary_completion_date",
    "completion_date_type": "completion_date",
}
_AGES = ("minimum_age", "maximum_age")
_EMPTY: dict[str, Any] = {name: None if Trial._meta.get_field(name).null else "" for name in Trial.FACTS}


class Written(NamedTuple):
    """What is written of one trial: its key, its facts afterwards, and (field, old, new) for each that differs."""

    trial: int
    facts: Mapping[str, Any]
    differing: Sequence[tuple[str, str, str]]


class Record(NamedTuple):
    """What `resolve` needs of a `RegistryRecord`, read without one; `pk` is None for one that is not stored yet."""

    trial_id: int | None
    pk: int | None
    said_by: str
    registry: str
    last_update: str
    effective_on: str
    facts: dict[str, Any]


def precedence(record: RegistryRecord | Record, home_registry: str) -> tuple[int, bool, str, int]:
    """Sort key: among a trial's records, the largest is believed first."""
    is_home = record.registry == home_registry
    rank = 0 if is_home and record.said_by == RecordSource.REGISTRY else _SOURCE_RANK[RecordSource(record.said_by)]
    copies_home = is_home and record.said_by == RecordSource.ICTRP
    return (-rank, copies_home, str(record.effective_on or ""), record.pk or 2**62)


def resolve(
    home_registry: str, records: Iterable[RegistryRecord | Record], overrides: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The value of every fact of one trial; '' or None where nobody states it."""
    return _EMPTY | stated(home_registry, records, overrides)


def stated(
    home_registry: str, records: Iterable[RegistryRecord | Record], overrides: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The facts of one trial that somebody states; '' where staff set it so, or a later word took it back."""
    facts: dict[str, Any] = {}
    for record in sorted(records, key=lambda record: precedence(record, home_registry)):
        _say(
            facts,
            {
                name: value
                for name, value in record.facts.items()
                if value is not None and value != "" and name in _EMPTY
            },
        )
    if overrides:
        _say(facts, {name: value for name, value in overrides.items() if name in _EMPTY})
    return without_no_limits(facts)


def _say(facts: dict[str, Any], said: dict[str, Any]) -> None:
    """Put what is said above `facts`; what explained a value that is another one now goes."""
    for name, explained in EXPLAINS.items():
        if facts.get(name) and name not in said and said.get(explained, facts.get(explained)) != facts.get(explained):
            facts[name] = ""
    facts |= said


def without_no_limits(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts as a trial has them: no age where a record says that there is no limit."""
    for name in _AGES:
        if facts.get(name) == NO_AGE_LIMIT:
            facts[name] = ""
    return facts


def changed_facts(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(field, old, new) for each fact of `after` whose text differs from that of `before`, in the order of `before`."""
    return [
        (name, old, new)
        for name, value in before.items()
        if name in after
        and (value != (now := after[name]) or type(value) is bool)  # True equals 1 and is written otherwise
        and (old := as_text(value)) != (new := as_text(now))
    ]


@transaction.atomic
def store_resolutions(
    trials: Sequence[Trial],
    *,
    run: ImportRun | None = None,
    by: User | None = None,
    at: dt.datetime | None = None,
    unless_stated: Mapping[int, Mapping[str, str]] | None = None,
) -> list[TrialChange]:
    """Resolve `trials` anew and store what changed: columns, countries and a TrialChange per field. Returns the changes.

    `unless_stated`, by trial and field, is what a fact becomes that nobody states any more.
    """
    at = at or timezone.now()
    records, overrides = _records_of(trials), _overrides_of(trials)
    changes = []
    written: list[Written] = []
    for trial in trials:
        facts = resolve(trial.home_registry, records[trial.pk], overrides[trial.pk])
        for name, text in (unless_stated or {}).get(trial.pk, {}).items():
            if facts[name] in (None, "") and text:
                facts[name] = Trial._meta.get_field(name).to_python(text)  # type: ignore[union-attr]
        differing = changed_facts(trial.facts(), facts)
        if not differing:
            continue
        written.append(Written(trial.pk, facts, differing))
        for name, old, new in differing:
            setattr(trial, name, facts[name])
            changes.append(
                TrialChange(trial=trial, field=name, old=old, new=new, changed_at=at, run=run, changed_by=by)
            )
        trial.changed_at = at
    write_facts(written, run=run, by=by, at=at)
    return changes


def write_facts(written: Sequence[Written], *, run: ImportRun | None, by: User | None, at: dt.datetime) -> None:
    """Write what changes in trials, in the caller's transaction: columns, countries, history, flags of pages."""
    alike: dict[tuple[str, ...], list[list[Any]]] = defaultdict(list)
    for trial, facts, differing in written:
        names = sorted(name for name, _old, _new in differing if name in _EMPTY)
        alike[tuple(names)].append([*(facts[name] for name in names), at, trial])
    for columns, rows in alike.items():
        bulk.update(Trial, [*columns, "changed_at"], rows)
    by_countries = [
        (trial, facts["countries"])
        for trial, facts, differing in written
        if any(name == "countries" for name, _old, _new in differing)
    ]
    if by_countries:
        store_countries(by_countries)
    changes = [(trial, *change) for trial, _facts, differing in written for change in differing]
    _write_history(changes, run, by, at)
    flag_changes(_of_pages(changes, run, by, at), at=at)


def write_new(trials: Sequence[tuple[int, str]], *, run: ImportRun | None, by: User | None, at: dt.datetime) -> None:
    """What goes with trials that were just created, as (key, countries): countries, and one TrialChange with no field."""
    _add_countries(trials)
    _write_history([(trial, "", "", "") for trial, _countries in trials], run, by, at)


def _write_history(
    changes: Sequence[tuple[int, str, str, str]], run: ImportRun | None, by: User | None, at: dt.datetime
) -> None:
    who = (at, run and run.pk, by and by.pk)
    names = ["trial_id", "field", "old", "new", "changed_at", "run_id", "changed_by_id"]
    bulk.insert(TrialChange, names, [(*change, *who) for change in changes])


def _of_pages(
    changes: Sequence[tuple[int, str, str, str]], run: ImportRun | None, by: User | None, at: dt.datetime
) -> list[TrialChange]:
    """The changes of trials that a page may show, each with its trial as it is now."""
    trials = Trial.objects.in_bulk(shown_on_pages(trial for trial, field, _old, _new in changes if field in WATCHED))
    return [
        TrialChange(trial=trials[trial], field=name, old=old, new=new, changed_at=at, run=run, changed_by=by)
        for trial, name, old, new in changes
        if trial in trials
    ]


def store_countries(trials: Sequence[tuple[int, str]]) -> None:
    """Make the rows that filters read agree with `Trial.countries`, given as (key of the trial, countries)."""
    TrialCountry.objects.filter(trial__in=[trial for trial, _countries in trials]).delete()
    _add_countries(trials)


def _add_countries(trials: Sequence[tuple[int, str]]) -> None:
    codes = [(trial, code) for trial, countries in trials for code in dict.fromkeys(filter(None, countries.split("|")))]
    bulk.insert(TrialCountry, ["trial_id", "country"], codes)


def store_registries(trials: Iterable[int]) -> None:
    """Make `Trial.other_registries` agree with the numbers of these trials."""
    registries: dict[int, list[str]] = {trial: [] for trial in trials}
    if not registries:
        return
    others = TrialIdentifier.objects.filter(bulk.is_in(TrialIdentifier, "trial_id", registries), is_home=False)
    for trial, registry in others.order_by().values_list("trial", "registry"):
        registries[trial].append(registry)
    bulk.update(Trial, ["other_registries"], [(joined(found), trial) for trial, found in registries.items()])


def joined(registries: Iterable[str]) -> str:
    """As `Trial.other_registries` has them."""
    return "|".join(sorted(registries))


def _records_of(trials: Sequence[Trial]) -> dict[int, list[RegistryRecord]]:
    grouped: dict[int, list[RegistryRecord]] = defaultdict(list)
    for record in RegistryRecord.objects.filter(trial__in=trials).defer("raw"):
        grouped[record.trial_id].append(record)
    return grouped


def _overrides_of(trials: Sequence[Trial]) -> dict[int, dict[str, Any]]:
    grouped: dict[int, dict[str, Any]] = defaultdict(dict)
    for override in StaffOverride.objects.filter(trial__in=trials):
        grouped[override.trial_id][override.field] = override.value
    return grouped
