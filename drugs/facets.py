"""Counts beside each option of a filter: how many records it would show with all the *other* filters as they are."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from drugs.filters import EditionFilterSet
from drugs.filters.editions import furthest_ranks, matching_text
from drugs.models import Dosing, Edition, Sponsor
from drugs.once import Content, once
from drugs.regions import EU, is_in_eu, region_choices
from drugs.standings import Standing, approvals_in_force, standings
from drugs.vocabulary import PHASE_RANKS

#: A facet with more options than this shows those that find most, and those that are chosen.
MOST_OPTIONS = 24
#: A site with more editions than this reads its facets once for each content.
SMALL = 100


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


@dataclass
class EditionFacets:
    """What /drugs/ says beside its rows: the facets, how many there are without any filter, phases and standings by edition."""

    facets: list[Facet]
    whole: int
    furthest: dict[int, list[str]]
    standings: dict[int, list[Standing]]


class FacetSource(NamedTuple):
    """What the facets of a list are counted from: its editions, the (value, edition) pairs of each facet, how they stand."""

    editions: frozenset[int]
    pairs: dict[str, dict[str, set[int]]]
    sponsors: dict[str, str]
    furthest: dict[int, list[str]]
    standings: dict[int, list[Standing]]


def edition_facets(
    filterset: EditionFilterSet, live: QuerySet[Edition], content: Content | None = None, name: str = ""
) -> EditionFacets:
    """The facets of /drugs/, their (value, edition) pairs read once per facet and intersected here.

    docs/design.md, decision 5, has why. With `content` a large site reads once for each content what `name` calls `live`.
    """

    def read() -> FacetSource:
        return _read(live)

    reading = once(content, f"facets|{name}", read, lambda found: len(found.editions) > SMALL) if content else read()
    editions, pairs = set(reading.editions), reading.pairs
    labels = {
        "sponsor": reading.sponsors,
        "country": {code: str(name) for code, name in region_choices()},
    }
    found = _with_text(filterset, live, editions)
    chosen = {name: filterset.accepted().getlist(name) for name in pairs}
    facets = []
    for name, values in pairs.items():
        others = found.copy()
        for other, taken in chosen.items():
            if other != name and taken:
                others &= set().union(*(pairs[other].get(value, set()) for value in taken))
        words = (
            labels[name]
            if name in labels
            else {value: str(label) for value, label in filterset.filters[name].field.choices}
        )
        counts = {value: len(having & others) for value, having in values.items()}
        facets.append(
            Facet(
                name,
                filterset.label_of(name),
                options_of(counts, words, chosen[name], in_order=name in ("stage", "phase")),
            )
        )
    return EditionFacets(facets if filterset.is_valid() else [], len(editions), reading.furthest, reading.standings)


def _read(live: QuerySet[Edition]) -> FacetSource:
    base = list(live.order_by().values_list("pk", "therapy_id", "modality"))
    of_therapy = {therapy: pk for pk, therapy, _modality in base}
    phases = {rank: phase.value for phase, rank in PHASE_RANKS.items()}
    sponsors = list(
        Sponsor.objects.public()
        .filter(edition__in=live)
        .values_list("organisation__slug", "organisation__name", "edition")
        .order_by("organisation__name")
    )
    approvals = approvals_in_force(live)
    standing = standings(live, approvals)
    pairs: dict[str, dict[str, set[int]]] = {
        "stage": _pairs((one.stage, edition) for edition, its in standing.items() for one in its),
        "phase": _pairs(
            (phases[row["rank"]], of_therapy[row["therapy"]])
            for row in furthest_ranks()
            if row["therapy"] in of_therapy
        ),
        "modality": _pairs((modality, pk) for pk, _therapy, modality in base),
        "route": _pairs(Dosing.objects.public().filter(edition__in=live).values_list("route", "edition")),
        "country": _countries((approval.region, approval.edition) for approval in approvals),
        "sponsor": _pairs((slug, edition) for slug, _name, edition in sponsors),
    }
    furthest: dict[int, list[str]] = defaultdict(list)
    for phase, having in pairs["phase"].items():
        for pk in having:
            furthest[pk].append(phase)
    return FacetSource(
        frozenset(pk for pk, _therapy, _modality in base),
        pairs,
        {slug: name for slug, name, _edition in sponsors},
        dict(furthest),
        standing,
    )


def _with_text(filterset: EditionFilterSet, live: QuerySet[Edition], editions: set[int]) -> set[int]:
    """Those of `editions` that the words asked for are found in."""
    text = filterset.value_of("q")
    return set(matching_text(live, text).order_by().values_list("pk", flat=True)) if text else editions.copy()


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


def options_of(
    counts: dict[str, int], labels: dict[str, Any], chosen: list[str], *, in_order: bool = False
) -> list[Option]:
    """Options that find something or are chosen, those that find most first; in the vocabulary's order when `in_order`."""
    options = [
        Option(value, str(labels[value]), counts.get(value, 0), value in chosen)
        for value in labels
        if counts.get(value) or value in chosen
    ]
    if not in_order:
        options.sort(key=lambda option: (-option.found, option.label))
    return [option for position, option in enumerate(options) if position < MOST_OPTIONS or option.is_chosen]
