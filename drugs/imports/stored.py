"""What is stored of the trials that a batch of records leads to, in a handful of reads."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from django.db import connection

from drugs.bulk import is_in, json_text, read_json, reading_by_key, write_json
from drugs.imports.candidate import Candidate
from drugs.models import RegistryRecord, StaffOverride, Trial, TrialIdentifier
from drugs.resolution import Record


class StoredTrial(NamedTuple):
    """A trial as it is stored: its columns of `Trial.FACTS` by name."""

    pk: int
    home_number: str
    home_registry: str
    facts: dict[str, Any]


class Stored:
    """All that is stored of the trials that a batch of candidates leads to."""

    def __init__(self, candidates: Sequence[Candidate], *, lock: bool) -> None:
        self.trial_of: dict[str, int] = {}
        self.trials: dict[int, StoredTrial] = {}
        self.numbers: dict[int, dict[str, str]] = defaultdict(dict)
        self.records: dict[int, list[Record]] = defaultdict(list)
        self.overrides: dict[int, dict[str, Any]] = defaultdict(dict)
        if candidates:
            with reading_by_key():
                self._read(candidates, lock)

    def _read(self, candidates: Sequence[Candidate], lock: bool) -> None:
        wanted = {candidate.number.number for candidate in candidates}
        wanted.update(number.number for candidate in candidates for number in candidate.others)
        found = TrialIdentifier.objects.filter(is_in(TrialIdentifier, "number", wanted)).order_by()
        self.trial_of = dict(found.values_list("number", "trial"))
        pks = set(self.trial_of.values())
        if not pks:
            return
        trials = Trial.objects.filter(is_in(Trial, "id", pks)).order_by("pk")
        trials = trials.select_for_update() if lock else trials
        for pk, home_number, home_registry, *facts in trials.values_list(
            "pk", "home_number", "home_registry", *Trial.FACTS
        ):
            facts_by_name = dict(zip(Trial.FACTS, facts, strict=True))
            self.trials[pk] = StoredTrial(pk, home_number, home_registry, facts_by_name)
        numbers = TrialIdentifier.objects.filter(is_in(TrialIdentifier, "trial_id", pks)).order_by()
        for trial, registry, number in numbers.values_list("trial", "registry", "number"):
            self.numbers[trial][registry] = number
        self.records = stored_records(pks)
        overrides = StaffOverride.objects.filter(is_in(StaffOverride, "trial_id", pks)).order_by()
        for trial, name, value in overrides.values_list("trial", "field", "value"):
            self.overrides[trial][name] = value


def stored_records(trials: Collection[int], **conditions: Any) -> dict[int, list[Record]]:
    """The records of trials, by trial, in no order."""
    grouped: dict[int, list[Record]] = defaultdict(list)
    found = RegistryRecord.objects.filter(is_in(RegistryRecord, "trial_id", trials), **conditions).order_by()
    for *values, facts in found.values_list(*Record._fields[:-1], json_text("facts")):
        grouped[values[0]].append(Record._make([*values, read_json(facts)]))
    return grouped


#: The SQL of the ORM for the same, made anew for each batch, takes longer than the database.
_OLD_NEWS = """
    SELECT digest FROM {asked} AND (last_update <> '' OR COALESCE(run_id, 0) <= %s OR NOT EXISTS (
        SELECT 1 FROM drugs_registryrecord newer
        WHERE newer.trial_id = record.trial_id AND newer.said_by = record.said_by AND newer.registry = record.registry
        AND (newer.effective_on > record.effective_on
             OR (newer.effective_on = record.effective_on AND newer.id > record.id))
    ))
"""


def old_news(digests: Sequence[str], *, until_run: int | None) -> set[str]:
    """Those of a stored record that is dated, or came with a run up to this one, or is the newest of its trial and source."""
    if not digests:
        return set()
    if connection.vendor == "postgresql":
        asked, parameter = "drugs_registryrecord record WHERE digest = ANY(%s)", list(digests)
    else:  # in the order of the index, so that neighbours are read together
        asked = "json_each(%s) asked CROSS JOIN drugs_registryrecord record WHERE digest = asked.value"
        parameter = write_json(sorted(digests))
    with reading_by_key(), connection.cursor() as cursor:
        cursor.execute(_OLD_NEWS.format(asked=asked), (parameter, -1 if until_run is None else until_run))
        return {digest for (digest,) in cursor.fetchall()}


def said_by_records(records: Sequence[Record]) -> dict[str, Any]:
    """What one source says, all its records together, the newest first."""
    if len(records) == 1:
        return records[0].facts
    said: dict[str, Any] = {}
    for record in sorted(records, key=lambda record: (str(record.effective_on), record.pk or 2**62)):
        said |= record.facts
    return said
