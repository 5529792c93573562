"""What passes between the steps of an import: a record as it was read, and what cleaning made of it."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from drugs.imports.problems import Problem
from drugs.registry_numbers import RegistryNumber

#: Between the cells of a record: ASCII's own sign for it. A row that has it inside a cell is refused.
UNIT_SEPARATOR = "\x1f"


class Unread(NamedTuple):
    """One record of a file before cleaning. Equal `text` of one source and cleaner means equal facts.

    Its cells stay one text until they are needed: twenty for each row that waits would cost as much as cleaning them.
    """

    row: int
    number: str
    text: str

    @property
    def cells(self) -> list[str]:
        return self.text.split(UNIT_SEPARATOR)


class MergedRow(NamedTuple):
    """One more row of the trial of row `into`, whose cells were read with that row's."""

    row: int
    number: str
    into: int
    #: Columns in which it says otherwise: the row before it counts there.
    differing: tuple[str, ...] = ()


class RefusedRow(NamedTuple):
    """A record that cannot be read at all."""

    row: int
    number: str
    problem: Problem


@dataclass(slots=True)
class Cleaned:
    """What a record says: facts by column of `Trial`, and the text of cells that differ from them."""

    facts: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)
    last_update: str = ""
    others: list[RegistryNumber] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class Source(Protocol):
    """An opened file whose format is known."""

    name: str
    cleaner_version: int
    said_by: str
    detection: dict[str, Any]
    #: Facts that may differ between several rows of one trial.
    several: frozenset[str]
    keeps_what_changes_nothing: bool
    #: What every digest starts with: format, version and columns.
    signature: str
    #: The columns as the file names them, for a download of rows to mend.
    headers: list[str]

    def records(self) -> Iterator[Unread | MergedRow | RefusedRow]: ...

    def clean(self, record: Unread) -> Cleaned: ...

    def as_written(self, rows: Container[int]) -> Iterator[tuple[int, list[str]]]: ...
