"""What is stored of the trials that a batch of records leads to, in a handful of reads."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from drugs.imports.candidate import Candidate
from drugs.models import RegistryRecord, StaffOverride, Trial, TrialIdentifier


class Stored:
    """All that is stored of the trials that a batch of candidates leads to."""

    def __init__(self, candidates: Sequence[Candidate], *, lock: bool) -> None:
        wanted = {number.number for candidate in candidates for number in [candidate.number, *candidate.others]}
        found = TrialIdentifier.objects.filter(number__in=wanted).order_by() if wanted else []
        self.trial_of: dict[str, int] = {identifier.number: identifier.trial_id for identifier in found}
        pks = set(self.trial_of.values())
        trials = Trial.objects.filter(pk__in=pks).order_by("pk")
        self.trials: dict[int, Trial] = (
            {trial.pk: trial for trial in (trials.select_for_update() if lock else trials)} if pks else {}
        )
        self.numbers: dict[int, dict[str, str]] = defaultdict(dict)
        for identifier in TrialIdentifier.objects.filter(trial__in=pks).order_by() if pks else []:
            self.numbers[identifier.trial_id][identifier.registry] = identifier.number
        self.records = grouped(RegistryRecord.objects.filter(trial__in=pks).defer("raw") if pks else [])
        self.overrides: dict[int, dict[str, Any]] = defaultdict(dict)
        for override in StaffOverride.objects.filter(trial__in=pks) if pks else []:
            self.overrides[override.trial_id][override.field] = override.value


def grouped(records: Iterable[RegistryRecord]) -> dict[int, list[RegistryRecord]]:
    grouped: dict[int, list[RegistryRecord]] = defaultdict(list)
    for record in records:
        grouped[record.trial_id].append(record)
    return grouped


def said_by_records(records: Sequence[RegistryRecord]) -> dict[str, Any]:
    """What one source says, all its records together, the newest first."""
    said: dict[str, Any] = {}
    for record in sorted(records, key=lambda record: (str(record.effective_on), record.pk or 2**62)):
        said |= record.facts
    return said
