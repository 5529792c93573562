"""Pages of 25, their number in the address, far pages read from the nearer end."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

PAGE_SIZE = 25
#: Beyond so many rows a page is looked up by its keys.
FAR = 1_000
#: Up to so many rows are found before they are put in order.
FEW = 1_000


@dataclass
class Page:
    """One page of a list. `number` counts from 1; a number that is none, or beyond the last page, is put right."""

    rows: list[Any]
    number: int
    page_count: int
    total: int
    query: QueryDict

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_SIZE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def is_split(self) -> bool:
        return self.page_count > 1

    @property
    def previous(self) -> str:
        return self._address(self.number - 1) if self.number > 1 else ""

    @property
    def next(self) -> str:
        return self._address(self.number + 1) if self.number < self.page_count else ""

    @property
    def first_page(self) -> str:
        return self._address(1)

    @property
    def last_page(self) -> str:
        return self._address(self.page_count)

    def _address(self, number: int) -> str:
        query = self.query.copy()
        query["page"] = str(number)
        return "?" + query.urlencode()


def few_first(rows: QuerySet[Any], total: int) -> QuerySet[Any]:
    """The same `total` rows in the same order; where they are few, the database finds them before it puts them in order.

    Left to itself PostgreSQL, which guesses how many rows hold a word, may read a whole table in the order of the list to find the
    few that a page shows: two seconds at half a million.
    """
    return rows.filter(pk__in=rows.order_by().values("pk")[:total]) if total <= FEW else rows


def page_of(rows: QuerySet[Any], asked: str, query: QueryDict, *, total: int | None = None) -> Page:
    """The page that was asked for, of rows in a total order; two queries, one where `total` is known.

    `query`: what the list is filtered by.
    """
    if total is None:
        total = rows.order_by().count()
    if query:
        rows = few_first(rows, total)
    page_count = max(1, -(-total // PAGE_SIZE))
    number = min(max(int(asked), 1), page_count) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1
    start, stop = (number - 1) * PAGE_SIZE, min(number * PAGE_SIZE, total)
    is_nearer_the_end = start > total // 2
    found = (
        _slice(rows.reverse(), total - stop, total - start)[::-1] if is_nearer_the_end else _slice(rows, start, stop)
    )
    return Page(found, number, page_count, total, query)


def _slice(rows: QuerySet[Any], start: int, stop: int) -> list[Any]:
    """Rows `start` to `stop`. Far in, those that are passed by are counted in an index, and only the page's are read."""
    if start < FAR:
        return list(rows[start:stop])
    keys = list(rows.values_list("pk", flat=True)[start:stop])
    return list(rows.filter(pk__in=keys))
