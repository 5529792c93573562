"""Counts beside each option of a filter: how many records it would show with all the *other* filters as they are."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet
from django.utils import timezone

from drugs.filters import EditionFilterSet, TrialFilterSet
from drugs.filters.editions import furthest_ranks, matching_text
from drugs.models import Approval, Dosing, Edition, Sponsor, StatusEvent, TherapyTrial, TrialCountry, TrialIdentifier
from drugs.regions import EU, is_in_eu, region_choices
from drugs.vocabulary import PHASE_RANKS

#: A facet with more options than this shows those that find most, and those that are chosen.
MOST_OPTIONS = 24


class Option(NamedTuple):
    value: str
    label: str
    found: int
    is_chosen: bool


@dataclass
class Facet:
    name: str
    label: str
    options: list[Option]

    @property
    def has_chosen(self) -> bool:
        return any(option.is_chosen for option in self.options)


def edition_facets(filterset: EditionFilterSet, live: QuerySet[Edition]) -> tuple[list[Facet], dict[int, list[str]]]:
    """The facets of /drugs/ and each live edition's furthest phase.

    (value, edition) pairs are read once per facet and intersected here (docs/design.md, decision 5).
    """
    text = filterset.form.cleaned_data.get("q") if filterset.is_valid() else ""
    base = list(matching_text(live, text or "").values_list("pk", "therapy_id", "modality"))
    editions = {pk for pk, _therapy, _modality in base}
    of_therapy = {therapy: pk for pk, therapy, _modality in base}
    phases = {rank: phase.value for phase, rank in PHASE_RANKS.items()}
    sponsors = list(
        Sponsor.objects.public()
        .filter(edition__in=live)
        .values_list("organisation__slug", "organisation__name", "edition")
        .order_by("organisation__name")
    )
    pairs: dict[str, dict[str, set[int]]] = {
        "stage": _pairs(
            StatusEvent.objects.public().filter(edition__in=live, is_current=True).values_list("stage", "edition")
        ),
        "phase": _pairs((phases[row["rank"]], of_therapy.get(row["therapy"], 0)) for row in furthest_ranks()),
        "modality": _pairs((modality, pk) for pk, _therapy, modality in base),
        "route": _pairs(Dosing.objects.public().filter(edition__in=live).values_list("route", "edition")),
        "country": _countries(
            Approval.objects.public().filter(edition__in=live, withdrawn_on="").values_list("region", "edition")
        ),
        "sponsor": _pairs((slug, edition) for slug, _name, edition in sponsors),
    }
    labels = {
        "sponsor": {slug: name for slug, name, _edition in sponsors},
        "country": {code: str(name) for code, name in region_choices()},
    }
    chosen = {name: filterset.accepted().getlist(name) for name in pairs}
    facets = []
    for name, values in pairs.items():
        others = editions.copy()
        for other, taken in chosen.items():
            if other != name and taken:
                others &= set().union(*(pairs[other].get(value, set()) for value in taken))
        words = labels.get(name) or {value: str(label) for value, label in filterset.filters[name].field.choices}
        counts = {value: len(found & others) for value, found in values.items()}
        facets.append(
            Facet(
                name,
                filterset.label_of(name),
                _options(counts, words, chosen[name], in_order=name in ("stage", "phase")),
            )
        )
    furthest: dict[int, list[str]] = defaultdict(list)
    for phase, found in pairs["phase"].items():
        for pk in found:
            furthest[pk].append(phase)
    return facets, furthest


def trial_facets(filterset: TrialFilterSet) -> list[Facet]:
    """The facets of /trials/, each counted by the database under all filters but its own."""
    if not filterset.is_valid():
        return []
    labels = {
        name: {str(value): str(label) for value, label in filterset.form.fields[name].choices}
        for name in ("status", "phase", "study_type", "country", "registry")
    }
    therapies = {edition.therapy_id: edition for edition in filterset.form.fields["therapy"].queryset}
    labels["therapy"] = {edition.therapy.slug: edition.display_name for edition in therapies.values()}
    facets = []
    for name in ("status", "phase", "study_type", "therapy", "country", "registry"):
        rows = _without(filterset, name)
        counts = _trial_counts(name, rows)
        if name == "therapy":
            counts = {therapies[pk].therapy.slug: count for pk, count in counts.items() if pk in therapies}
        facets.append(
            Facet(name, filterset.label_of(name), _options(counts, labels[name], filterset.accepted().getlist(name)))
        )
    return facets


def _trial_counts(name: str, rows: QuerySet[Any]) -> dict[Any, int]:
    if column := {"status": "overall_status", "phase": "phases", "study_type": "study_type"}.get(name):
        return dict(rows.order_by().values_list(column).annotate(count=Count("pk")))
    related: QuerySet[Any] = {
        "country": TrialCountry.objects.values_list("country"),
        "registry": TrialIdentifier.objects.values_list("registry"),
        "therapy": TherapyTrial.objects.public().values_list("therapy"),
    }[name]
    return dict(
        related.filter(trial__in=rows.order_by().values("pk")).order_by().annotate(count=Count("trial", distinct=True))
    )


def _without(filterset: TrialFilterSet, name: str) -> QuerySet[Any]:
    """The rows under every filter but one."""
    data = filterset.accepted()
    data.pop(name, None)
    data.pop("sort", None)
    return TrialFilterSet(data, queryset=filterset.queryset, request=filterset.request).rows


def _pairs(pairs: Iterable[tuple[Any, int]]) -> dict[str, set[int]]:
    grouped: dict[str, set[int]] = defaultdict(set)
    for value, pk in pairs:
        grouped[value].add(pk)
    return grouped


def _countries(pairs: Iterable[tuple[str, int]]) -> dict[str, set[int]]:
    """Editions by country of approval; one of the European Union counts for each member of today."""
    today = timezone.localdate()
    by_region = _pairs(pairs)
    in_eu = by_region.pop(EU, set())
    if in_eu:
        for code, _name in region_choices():
            if is_in_eu(code, today):
                by_region[code] = by_region.get(code, set()) | in_eu
    return by_region


def _options(
    counts: dict[str, int], labels: dict[str, str], chosen: list[str], *, in_order: bool = False
) -> list[Option]:
    """Options that find something or are chosen, those that find most first; in the vocabulary's order when `in_order`."""
    options = [
        Option(value, labels[value], counts.get(value, 0), value in chosen)
        for value in labels
        if counts.get(value) or value in chosen
    ]
    if not in_order:
        options.sort(key=lambda option: (-option.found, option.label))
    return [option for position, option in enumerate(options) if position < MOST_OPTIONS or option.is_chosen]
