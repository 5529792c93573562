"""Therapies whose names stand in a trial's interventions: suggested for its page, confirmed by staff."""

import re
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property

from drugs.models import Alias, Edition, RegistryRecord, TherapyTrial
from drugs.vocabulary import LinkDecision

_SHORTEST = 4


class Suggester:
    """Finds names of live editions in interventions; one search over all names a trial."""

    @cached_property
    def _therapies(self) -> dict[str, set[int]]:
        live = Edition.objects.live(timezone.now())
        names: dict[str, set[int]] = defaultdict(set)
        for name, display_name, therapy in live.values_list("name", "display_name", "therapy"):
            for text in {name, *re.split(r"[/,]", display_name)}:
                names[text.strip().lower()].add(therapy)
        for text, therapy in Alias.objects.filter(edition__in=live).values_list("text", "edition__therapy"):
            names[text.strip().lower()].add(therapy)
        return {name: therapies for name, therapies in names.items() if len(name) >= _SHORTEST}

    @cached_property
    def _names(self) -> re.Pattern[str] | None:
        names = sorted(self._therapies, key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)") if names else None

    def suggest(self, trials: Iterable[tuple[int, str]]) -> None:
        """Suggest each therapy once for each (key, interventions); what staff confirmed or dismissed stays so."""
        if not self._names:
            return
        links = [
            TherapyTrial(therapy_id=therapy, trial_id=trial, why=name[:200])
            for trial, interventions in trials
            for name in dict.fromkeys(self._names.findall(interventions.lower()))
            for therapy in sorted(self._therapies[name])
        ]
        TherapyTrial.objects.bulk_create(links, ignore_conflicts=True)


def suggested_by(records: QuerySet[RegistryRecord]) -> dict[int, list[TherapyTrial]]:
    """The suggestions, by trial, whose name stands in the interventions of one of the records."""
    waiting: dict[int, list[TherapyTrial]] = defaultdict(list)
    for link in TherapyTrial.objects.filter(trial__in=records.values("trial"), decision=LinkDecision.SUGGESTED):
        waiting[link.trial_id].append(link)
    found: dict[int, list[TherapyTrial]] = defaultdict(list)
    said = records.filter(trial__in=waiting, facts__has_key="interventions")
    for trial, interventions in said.values_list("trial", "facts__interventions"):
        found[trial] += [link for link in waiting[trial] if link.why and link.why in interventions.lower()]
    return found
