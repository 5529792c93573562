"""How many trials a list has, and how many each option of its filters would show, quick at half a million.

A facet counts under all filters but its own. Facets of which nothing is chosen share the list's own rows: one
statement reads these rows once and counts them all, so that the numbers of a page agree with each other.

What a large site counted is kept for its content (drugs/once.py). A small site counts anew each time.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

from drugs.facets import Facet, options_of
from drugs.filters import TrialFilterSet
from drugs.models import TherapyTrial, Trial
from drugs.once import Content, once

#: Up to so many trials counting is quick enough to be done every time.
SMALL = 500

#: The facets in the order of the page: those of one value a trial, and those of several.
COLUMNS = {"status": "overall_status", "phase": "phases", "study_type": "study_type"}
RELATED = ("therapy", "country", "registry")
#: What of the latter the trial holds itself, between |: its countries, and the registries of its numbers.
_COUNTRIES, _REGISTRIES = ("countries",), ("home_registry", "other_registries")

Counts = dict[str, Counter[str]]


@dataclass
class TrialCounts:
    """`total`: trials in the list; `whole`: trials without any filter; `by_value`: trials by facet and value."""

    total: int
    whole: int
    by_value: Counts

    @property
    def is_of_a_large_site(self) -> bool:
        return self.whole > SMALL


def trial_counts(filterset: TrialFilterSet, content: Content) -> TrialCounts:
    """The counts of a list; none by value where the filters ask for something that cannot be."""

    def whole(count: Callable[[], int]) -> int:
        return once(content, "trials", count, lambda count: count > SMALL)

    if not filterset.is_valid():
        return TrialCounts(0, whole(filterset.queryset.count), {})
    query = filterset.accepted()
    query.pop("sort", None)
    name = f"counts of trials|{query.urlencode()}"
    if not query:
        total, counts = once(content, name, lambda: _counted(filterset), lambda found: found[0] > SMALL)
        return TrialCounts(total, whole(lambda: total), counts)
    all_of_them = whole(filterset.queryset.count)
    total, counts = once(content, name, lambda: _counted(filterset), lambda _found: all_of_them > SMALL)
    return TrialCounts(total, all_of_them, counts)


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

    An ORM query for each facet would read the rows each time. Here PostgreSQL groups them in both ways in one pass;
    SQLite, which cannot, takes them aside once. The few registries are grouped with the columns; the therapies of the few
    trials that have one are found from their links.
    """
    counts: Counts = {name: Counter() for name in names}
    groups: list[Sequence[Any]] = []
    columns = (*COLUMNS.values(), *(_REGISTRIES if "registry" in names else ()))
    countries = _COUNTRIES if "country" in names else ()
    try:
        statement, parameters = _statement(
            rows, [way for way in (columns, countries) if way], with_therapies="therapy" in names
        )
    except EmptyResultSet:
        return groups, counts

    def count_each(name: str, between_bars: Sequence[str], count: int) -> None:
        for value in set(filter(None, "|".join(between_bars).split("|"))):
            counts[name][value] += count

    with connections[rows.db].cursor() as cursor:
        cursor.execute(statement, parameters)
        for therapy, *values, count in cursor.fetchall():
            own, others = values[: len(columns)], values[len(columns) :]
            if therapy is not None:
                counts["therapy"][therapy] += count
            elif own[0] is None:
                count_each("country", others, count)
            else:
                groups.append((*own[: len(COLUMNS)], count))
                if "registry" in names:
                    count_each("registry", own[len(COLUMNS) :], count)
    return groups, counts


def _statement(
    rows: QuerySet[Trial], ways: Sequence[Sequence[str]], *, with_therapies: bool
) -> tuple[str, tuple[Any, ...]]:
    """SQL for (therapy, the columns of each way, count): in a row all is NULL but what it is a group of."""
    columns = [column for way in ways for column in way]
    found, parameters = _sql(rows.order_by().values_list("pk", *columns))

    def grouped(way: Sequence[str], by: str) -> str:
        shown = ", ".join(column if column in way else "NULL" for column in columns)
        return f"SELECT NULL, {shown}, COUNT(*) FROM found GROUP BY {by}"  # noqa: S608 (our own names)

    each = [", ".join(way) for way in ways]
    if connections[rows.db].vendor == "postgresql":
        kept, selects = "NOT MATERIALIZED", [grouped(columns, f"GROUPING SETS (({'), ('.join(each)}))")]
        # Each link asks for its own trial: PostgreSQL, left to choose, may read through all trials in the order of keys.
        linked = "CROSS JOIN LATERAL (SELECT 1 FROM found WHERE found.trial = links.trial LIMIT 1) its"
    else:
        linked = "JOIN found ON found.trial = links.trial"
        kept, selects = "MATERIALIZED", [grouped(way, by) for way, by in zip(ways, each, strict=True)]
    parts = [f"found (trial, {', '.join(columns)}) AS {kept} ({found})"]
    if with_therapies:
        links, more = _sql(TherapyTrial.objects.public().order_by().values_list("trial", "therapy"))
        parts.append(f"links (trial, therapy) AS ({links})")
        parameters += more
        selects.append(
            f"SELECT CAST(links.therapy AS text), {', '.join(['NULL'] * len(columns))}, COUNT(*) "  # noqa: S608 (our own names)
            f"FROM links {linked} GROUP BY links.therapy"
        )
    return f"WITH {', '.join(parts)} {' UNION ALL '.join(selects)}", parameters


def _sql(queryset: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
    return queryset.query.get_compiler(queryset.db).as_sql()  # type: ignore[return-value]


def trial_facets(filterset: TrialFilterSet, counts: TrialCounts) -> list[Facet]:
    """The facets of /trials/, from their counts."""
    therapies = {str(therapy.pk): therapy for therapy in filterset.therapies}
    facets = []
    for name in (*COLUMNS, *RELATED) if counts.by_value else ():
        found = dict(counts.by_value[name])
        if name == "therapy":
            found = {therapies[pk].slug: count for pk, count in found.items() if pk in therapies}
            labels = {therapy.slug: therapy.name for therapy in filterset.therapies}
        else:
            labels = {str(value): label for value, label in filterset.filters[name].field.choices}
        facets.append(
            Facet(name, filterset.label_of(name), options_of(found, labels, filterset.accepted().getlist(name)))
        )
    return facets
