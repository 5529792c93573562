"""Rows and sections of a comparison."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from drugs.comparison.agreement import Agreement


@dataclass(frozen=True)
class Row:
    """One question with the answer of each therapy, in the order of the columns.

    `kind` names the template of a cell: drugs/compare/_<kind>.html. An empty cell is 'not stated'.
    """

    key: str
    heading: str
    kind: str
    cells: Sequence[Any]
    agreement: Agreement = Agreement.UNMARKED
    #: A second line below the heading.
    note: str = ""

    @property
    def template(self) -> str:
        return f"drugs/compare/_{self.kind}.html"

    @property
    def is_same(self) -> bool:
        return self.agreement == Agreement.SAME


@dataclass(frozen=True)
class Section:
    """Rows on one subject, under one heading."""

    anchor: str
    heading: str
    rows: list[Row]
    #: A sentence above the rows.
    note: str = ""
    #: Rows that none of them states, by their headings.
    missing: Sequence[str] = ()
    #: Folded until a reader opens it.
    is_folded: bool = False
    #: What only one therapy has: (therapy's name, address, words).
    alone: Sequence[tuple[str, str, Sequence[str]]] = field(default=())

    @property
    def has_anything(self) -> bool:
        return bool(self.rows or self.note or self.missing or self.alone)

    @property
    def same_count(self) -> int:
        return sum(row.is_same for row in self.rows)

    @property
    def differing(self) -> list[Row]:
        """All rows but those in which everybody says the same."""
        return [row for row in self.rows if not row.is_same]


def stated(*rows: Row) -> list[Row]:
    """The rows that at least one therapy says something in."""
    return [row for row in rows if any(row.cells)]
