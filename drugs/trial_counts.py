"""How many trials a list has, and how many each option of its filters would show, quick at half a million.

A facet counts under all filters but its own. Facets of which nothing is chosen share the list's own rows: one
statement reads these rows once and counts them all, so that the numbers of a page agree with each other.

What a large site counted is kept under the content version, which every public change raises in its own
transaction: a kept number is never of an older content. A small site counts anew each time.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

from drugs.facets import Facet, options_of
from drugs.filters import TrialFilterSet
from drugs.models import ContentVersion, Edition, TherapyTrial, Trial, TrialIdentifier
from drugs.unchanged import cannot_be_told

#: Up to so many trials counting is quick enough to be done every time.
SMALL = 5_000
#: How long kept counts may stay, in seconds; a new content version leaves them behind at once.
KEPT_FOR = 24 * 60 * 60

#: The facets in the order of the page: those that are columns of Trial, and those of tables of their own.
COLUMNS = {"status": "overall_status", "phase": "phases", "study_type": "study_type"}
RELATED = ("therapy", "country", "registry")
#: What of the latter a column of Trial holds as well: its countries, between |, and the registry of its home number.
_ON_THE_TRIAL = {"country": "countries", "registry": "home_registry"}
#: (trial, value) of the rest, each pair once: numbers in other registries, and therapies.
_ELSEWHERE: dict[str, Callable[[], QuerySet[Any]]] = {
    "registry": lambda: TrialIdentifier.objects.filter(is_home=False).order_by().values_list("trial", "registry"),
    "therapy": lambda: TherapyTrial.objects.public().order_by().values_list("trial", "therapy"),
}

Counts = dict[str, Counter[str]]


@dataclass
class TrialCounts:
    """`total`: trials in the list; `whole`: trials without any filter; `facets`: the options with their counts."""

    total: int
    whole: int
    facets: list[Facet]


def trial_counts(filterset: TrialFilterSet, live: Sequence[Edition], version: int) -> TrialCounts:
    """The counts of a list. `live`: the live editions; `version`: the content version of this request."""
    whole = partial(_kept, version, "whole", filterset.queryset.count, lambda count: count)
    if not filterset.is_valid():
        return TrialCounts(0, whole(), [])
    query = filterset.accepted()
    query.pop("sort", None)
    count = partial(_counted, filterset)
    if not query:
        total, counts = _kept(version, "", count, lambda counted: counted[0])
        _kept(version, "whole", lambda: total, lambda count: count)
        return TrialCounts(total, total, _facets(filterset, live, counts))
    all_of_them = whole()
    total, counts = _kept(version, query.urlencode(), count, lambda _counted: all_of_them)
    return TrialCounts(total, all_of_them, _facets(filterset, live, counts))


def _kept(version: int, name: str, count: Callable[[], Any], size: Callable[[Any], int]) -> Any:
    """What `count` says, asked once for each content where the site is large; `size` has its trials."""
    key = f"trial-counts-{hashlib.sha256(f'{settings.RELEASE}|{version}|{name}'.encode()).hexdigest()[:32]}"
    found = cache.get(key)
    if found is not None:
        cannot_be_told()
    else:
        found = count()
        # Trials that were written meanwhile may be among them: then they are of no version.
        if size(found) > SMALL and ContentVersion.current() == version:
            cache.set(key, found, KEPT_FOR)
    return found


def _counted(filterset: TrialFilterSet) -> tuple[int, Counts]:
    """The total, and the counts of each facet by value."""
    chosen = {name: set(values) for name, values in filterset.accepted().lists()}
    shared = [name for name in RELATED if name not in chosen]
    groups, counts = _tally(filterset.rows, shared)
    total = sum(count for *_values, count in groups)
    if chosen.keys() & COLUMNS.keys():
        groups, _none = _tally(filterset.rows_without(*COLUMNS), [])
    counts |= _of_columns(groups, chosen)
    for name in RELATED:
        if name in chosen:
            counts |= _tally(filterset.rows_without(name), [name])[1]
    return total, counts


def _of_columns(groups: Sequence[Sequence[Any]], chosen: dict[str, set[str]]) -> Counts:
    """The counts of the column facets from (status, phase, study type, count) under all filters but these three."""
    counts: Counts = {name: Counter() for name in COLUMNS}
    taken = [chosen.get(name, set()) for name in COLUMNS]
    for *values, count in groups:
        fits = [not wanted or value in wanted for value, wanted in zip(values, taken, strict=True)]
        for own, (name, value) in enumerate(zip(COLUMNS, values, strict=True)):
            if all(fits[:own] + fits[own + 1 :]):
                counts[name][value] += count
    return counts


def _tally(rows: QuerySet[Trial], names: Sequence[str]) -> tuple[list[Sequence[Any]], Counts]:
    """(status, phase, study type, count) of the rows, and the counts of related facets: one statement.

    The rows are read once, however many facets count them: an ORM query for each would read them each time.
    """
    counts: Counts = {name: Counter() for name in names}
    kept = {**COLUMNS, **{name: column for name, column in _ON_THE_TRIAL.items() if name in names}}
    try:
        found, parameters = _sql(rows.order_by().values_list("pk", *kept.values()))
    except EmptyResultSet:
        return [], counts
    parts = [f"found (trial, {', '.join(kept)}) AS MATERIALIZED ({found})"]
    columns, empty = ", ".join(COLUMNS), ", ''" * (len(COLUMNS) - 1)
    selects = [f"SELECT 'columns', {columns}, COUNT(*) FROM found GROUP BY {columns}"]  # noqa: S608 (our own names)
    for name in names:
        if name in _ON_THE_TRIAL:
            selects.append(f"SELECT '{name}', {name}{empty}, COUNT(*) FROM found GROUP BY {name}")  # noqa: S608 (our own names)
        if name in _ELSEWHERE:
            related, more = _sql(_ELSEWHERE[name]())
            parts.append(f"of_{name} (trial, value) AS ({related})")
            parameters += more
            selects.append(
                f"SELECT '{name}', CAST(value AS text){empty}, COUNT(*) "  # noqa: S608 (our own names)
                f"FROM of_{name} related JOIN found ON found.trial = related.trial GROUP BY value"
            )
    groups: list[Sequence[Any]] = []
    with connections[rows.db].cursor() as cursor:
        cursor.execute(f"WITH {', '.join(parts)} {' UNION ALL '.join(selects)}", parameters)
        for name, *values, count in cursor.fetchall():
            if name == "columns":
                groups.append((*values, count))
            else:
                for value in filter(None, values[0].split("|")):
                    counts[name][value] += count
    return groups, counts


def _sql(queryset: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
    return queryset.query.get_compiler(queryset.db).as_sql()  # type: ignore[return-value]


def _facets(filterset: TrialFilterSet, live: Sequence[Edition], counts: Counts) -> list[Facet]:
    slugs = {str(edition.therapy_id): edition.therapy.slug for edition in live}
    facets = []
    for name in (*COLUMNS, *RELATED):
        found = dict(counts[name])
        if name == "therapy":
            found = {slugs[pk]: count for pk, count in found.items() if pk in slugs}
            labels = {edition.therapy.slug: edition.display_name for edition in live}
        else:
            labels = {str(value): label for value, label in filterset.form.fields[name].choices}
        facets.append(
            Facet(name, filterset.label_of(name), options_of(found, labels, filterset.accepted().getlist(name)))
        )
    return facets
