"""What a table of open data is: columns with a type, a meaning and a way to read them from a record."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True)
class Column:
    """One column. `type` is Frictionless Table Schema's; `vocabulary` lists the allowed values of a closed list."""

    name: str
    type: str
    description: str
    value: Callable[[Any], Any]
    vocabulary: tuple[str, ...] = ()

    def schema(self) -> dict[str, Any]:
        field: dict[str, Any] = {"name": self.name, "type": self.type, "description": self.description}
        if self.vocabulary:
            field["constraints"] = {"enum": list(self.vocabulary)}
        return field


@dataclass(frozen=True)
class Table:
    """One table: its records at a moment, read in chunks, and its columns."""

    name: str
    title: str
    description: str
    records: Callable[[dt.datetime], QuerySet[Any]]
    columns: tuple[Column, ...]

    def rows(self, at: dt.datetime) -> Iterator[list[Any]]:
        """The values of each record in the order of the columns; None where nothing is stated."""
        for record in self.records(at).iterator(chunk_size=1000):
            yield [_stated(column.value(record)) for column in self.columns]

    @property
    def header(self) -> list[str]:
        return [column.name for column in self.columns]


def _stated(value: Any) -> Any:
    return None if value == "" else value
