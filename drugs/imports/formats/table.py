"""A format that is a table: a column of registry numbers, and what becomes of each other column."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext as _

from drugs.imports.asides import is_aside, note
from drugs.imports.cell_number import number_of, numbers_within
from drugs.imports.clean import MISSING, NOT_AVAILABLE, text
from drugs.imports.dates import certain_date, date_of, latest_today, told_order
from drugs.imports.formats.several_rows import Place, as_one
from drugs.imports.limits import too_long
from drugs.imports.problems import (
    BadValueError,
    NotedWordError,
    PartlyKnownError,
    Problem,
    UnknownWordError,
    Weight,
    shown,
)
from drugs.imports.records import UNIT_SEPARATOR, Cleaned, MergedRow, RefusedRow, Unread
from drugs.imports.spreadsheets import no_failure, unharmed
from drugs.imports.tables import Broken, Mended
from drugs.models import Trial
from drugs.registry_numbers import RegistryNumber, parse_number
from drugs.vocabulary import RecordSource

CellCleaner = Callable[[str], Any]


@dataclass(frozen=True)
class Column:
    """What becomes of a column: `fact` names the one column of Trial; without it the cleaner returns facts by name."""

    fact: str = ""
    clean: CellCleaner | None = None
    is_date: bool = False
    #: 'day' or 'month' where the format fixes which comes first in dates with slashes.
    order: str | None = None
    #: A date that cannot be read is reported and left out.
    is_lenient: bool = False
    #: Several rows of a trial may each name one of its values: they are joined with |, and the cleaner takes that.
    is_joined: bool = False
    #: NA is a word of the column ('not applicable', Namibia), and no missing value.
    has_na: bool = False


@dataclass(frozen=True)
class TableFormat:
    name: str
    label: Any
    #: Headers of the number column by key, the usual one first.
    number_headers: Sequence[str]
    #: Header by key -> what becomes of it.
    columns: Mapping[str, Column]
    #: What stands before the digits of its numbers, where a file leaves that out.
    number_prefix: str = ""
    #: Headers by key that are known and say nothing about the trial.
    ignored: frozenset[str] = frozenset()
    said_by: str = RecordSource.REGISTRY
    version: int = 7  # one more whenever a cleaner reads a cell otherwise: unchanged rows are then cleaned anew
    #: The column, by fact, that says when the source last changed the record.
    last_update: str = "last_update_posted"
    #: Headers by key of which at least one must be there.
    marks: frozenset[str] = frozenset()
    #: Facts that may differ between several rows of one trial: the first row counts.
    several: frozenset[str] = frozenset()
    #: Whether a record that changes nothing is kept as another source's word.
    keeps_what_changes_nothing: bool = True
    #: Work across columns, after every cell is clean.
    finish: Callable[[Cleaned], None] | None = None


@dataclass
class Layout:
    """Where a file keeps what: found by `drugs.imports.recognise`."""

    header_row: int
    headers: list[str]
    number_at: int
    places: list[tuple[int, str, Column]]
    banner: list[str] = field(default_factory=list)
    #: Records of JSON or XML: each is one, none is a note between them.
    is_document: bool = False

    @property
    def width(self) -> int:
        return len(self.headers)


class TableSource:
    """An opened table. `rows` starts anew at the first row of the file on each call."""

    def __init__(
        self,
        table: TableFormat,
        layout: Layout,
        rows: Callable[[], Iterator[list[str] | Broken]],
        detection: dict[str, Any],
    ) -> None:
        self.format, self.layout, self._rows, self.detection = table, layout, rows, detection
        self.name, self.cleaner_version, self.said_by = table.name, table.version, table.said_by
        self.several, self.keeps_what_changes_nothing = table.several, table.keeps_what_changes_nothing
        self.signature = "\x1e".join([table.name, str(table.version), *(name for _at, name, _c in layout.places)])
        self.headers = layout.headers

    # Reading

    def records(self) -> Iterator[Unread | MergedRow | RefusedRow]:
        places = [
            Place(name, column.is_joined, column.fact in self.several) for _at, name, column in self.layout.places
        ]
        return as_one(self._each_row(), places)

    def _each_row(self) -> Iterator[Unread | RefusedRow]:
        layout = self.layout
        number_at, width, header_row = layout.number_at, layout.width, layout.header_row
        pick = _picker([at for at, _name, _column in layout.places])
        for row, cells in enumerate(self._rows(), 1):
            if row <= header_row:
                continue
            if type(cells) is Broken:
                yield RefusedRow(row, "", Problem("", cells.line[:200], cells.reason))
                continue
            if type(cells) is Mended:
                self.detection.setdefault("mended_rows", []).append(row)
            if len(cells) != width:
                if not any(cells):
                    continue
                if len(cells) < width or any(cells[width:]):
                    if not self._is_aside(row, cells):
                        yield self._of_wrong_width(row, cells)
                    continue
            number = cells[number_at]
            if (number[:3] != "NCT" or len(number) != 11) and parse_number(number) is None:
                known = number_of(number) or self._bare(number)
                if known is None:
                    if not self._is_aside(row, cells):
                        yield self._without_number(row, cells)
                    continue
                number = known.number
            yield Unread(row, number, UNIT_SEPARATOR.join(pick(cells)))

    def _bare(self, number: str) -> RegistryNumber | None:
        """The number of a column that holds its digits alone, in a format whose numbers are of one registry."""
        digits = number.strip()
        return (
            parse_number(self.format.number_prefix + digits) if self.format.number_prefix and digits.isdigit() else None
        )

    def _without_number(self, row: int, cells: list[str]) -> Unread | RefusedRow:
        """A row whose number is missing or cannot be read."""
        cell = cells[self.layout.number_at]
        several = numbers_within(cell)
        if len(several) < 2:
            return Unread(row, cell, UNIT_SEPARATOR.join(cells[at] for at, _name, _column in self.layout.places))
        reason = _(
            "The cell holds several registry numbers: %(numbers)s. "
            "Leave the trial's own; the others belong into a column of other identifiers."
        )
        told = ", ".join(number.number for number in several[:5])
        column = self.layout.headers[self.layout.number_at]
        return RefusedRow(row, several[0].number, Problem(column, shown(cell), reason % {"numbers": told}))

    def _is_aside(self, row: int, cells: list[str]) -> bool:
        """A row that is no record: skipped, and named in the report."""
        if self.layout.is_document or not is_aside(cells, self.layout.headers, self.format.number_headers):
            return False
        note(self.detection, row, cells)
        return True

    def _of_wrong_width(self, row: int, cells: list[str]) -> RefusedRow:
        number = next((cell for cell in cells if parse_number(cell)), "")
        reason = _(
            "The row has %(found)s cells and the header %(expected)s: a delimiter or quotation mark is missing or too many."
        )
        return RefusedRow(
            row,
            number,
            Problem("", " | ".join(cells)[:200], reason % {"found": len(cells), "expected": self.layout.width}),
        )

    def as_written(self, rows: Container[int]) -> Iterator[tuple[int, list[str]]]:
        """The cells of these rows, as many as there are columns."""
        for row, cells in enumerate(self._rows(), 1):
            if row in rows:
                cells = [cells.line] if isinstance(cells, Broken) else list(cells[: self.layout.width])
                yield row, cells + [""] * (self.layout.width - len(cells))

    # Cleaning

    def clean(self, record: Unread) -> Cleaned:
        cleaned = Cleaned()
        facts, raw, problems, twice = cleaned.facts, cleaned.raw, cleaned.problems, self._told_twice
        cells = record.cells
        if len(cells) != len(self.cleaners):
            reason = _("A cell holds the invisible control character U+001F, which separates cells: take it out.")
            problems.append(Problem("", record.number, reason))
            return cleaned
        for cell, (header, column, cleaner) in zip(cells, self.cleaners, strict=True):
            value = cell if cell[:1] > " " and cell[-1:] > " " else cell.strip()
            if value[:1] == "'":
                value = unharmed(value)
            if value in MISSING or (value in NOT_AVAILABLE and not column.has_na):
                continue
            try:
                if not value.isprintable():
                    text(value)  # raises for a control character, which cleaners of closed lists read past
                fact = cleaner(value) if value[0] != "#" else cleaner(no_failure(value))
            except PartlyKnownError as error:
                problems.append(Problem(header, value, str(error), Weight.NOTE))
                raw[header] = cell
                facts.update({column.fact: error.known} if column.fact and error.known else error.known or {})
            except BadValueError as error:
                weight = _weight(error, column)
                problems.append(Problem(header, value, str(error), weight))
                if weight == Weight.NOTE:
                    raw[header] = shown(cell, len(cell))
            else:
                if column.fact:
                    if fact == "" or fact is None:
                        raw[header] = cell
                        continue
                    if column.fact in twice and facts.get(column.fact, fact) != fact:
                        problems.append(
                            Problem(header, value, _("Another column says otherwise, which counts."), Weight.NOTE)
                        )
                        raw[header] = cell
                        continue
                    facts[column.fact] = fact
                    if fact != value and (type(fact) is str or str(fact) != value):
                        raw[header] = cell
                else:
                    facts.update(fact)
                    if value not in fact.values():
                        raw[header] = cell
        if long := too_long(facts):
            problems += [Problem(self._header_of(fact), facts[fact], reason) for fact, reason in long]
        cleaned.last_update = facts.get(self.format.last_update, "")
        if self.format.finish:
            self.format.finish(cleaned)
        if cleaned.last_update > self._tomorrow:
            self._hold_the_future(cleaned)
        return cleaned

    @cached_property
    def _tomorrow(self) -> str:
        return latest_today()

    def _header_of(self, fact: str) -> str:
        """What the file calls the column of a fact; the field's own name where a column holds several."""
        named = (name for _at, name, column in self.layout.places if column.fact == fact)
        return next(named, "") or (str(Trial._meta.get_field(fact).verbose_name) if fact in Trial.FACTS else fact)

    def _hold_the_future(self, cleaned: Cleaned) -> None:
        """A 'last update' that is yet to come would stand above every later one: a person looks at it."""
        label = next(
            (
                name
                for _at, name, column in self.layout.places
                if column.fact in (self.format.last_update, "_refreshed")
            ),
            "",
        )
        reason = _("This day has not come yet: as the last update it would stand above every later file.")
        cleaned.problems.append(Problem(label, cleaned.last_update, reason, Weight.HELD))
        cleaned.facts.pop(self.format.last_update, None)
        cleaned.last_update = ""

    @cached_property
    def _told_twice(self) -> frozenset[str]:
        """Facts of which several columns of the file speak."""
        told = [column.fact for _at, _name, column in self.layout.places if column.fact]
        return frozenset(fact for fact in told if told.count(fact) > 1)

    @cached_property
    def cleaners(self) -> list[tuple[str, Column, CellCleaner]]:
        return [
            (name, column, self._date_cleaner(at) if column.is_date else column.clean or str)
            for at, name, column in self.layout.places
        ]

    def _date_cleaner(self, at: int) -> CellCleaner:
        def clean(value: str) -> str:
            known = certain_date(value)
            return known if known is not None else date_of(self._date_orders.get(at))(value)

        return clean

    @cached_property
    def _date_orders(self) -> dict[int, str | None]:
        """Which comes first in the slashed dates of each column, told by a day above 12; else as usual in the format.

        None where dates of one column tell both: then each tells for itself, or is not read.

        A spreadsheet that saves a registry's file anew may turn its dates round: the column's own word counts.
        The file is read once more for it, at the first date with slashes: most files have none.
        """
        usual = {at: column.order for at, _name, column in self.layout.places if column.is_date}
        evidence: dict[int, set[str]] = {at: set() for at in usual}
        for cells in self._rows():
            if type(cells) is Broken or len(cells) < self.layout.width:
                continue
            for at in usual:
                if order := told_order(cells[at]):
                    evidence[at].add(order)
        return {at: usual[at] if not said else said.pop() if len(said) == 1 else None for at, said in evidence.items()}


def _picker(places: Sequence[int]) -> Callable[[Sequence[str]], Sequence[str]]:
    """Takes the cells at these places."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda cells: [cells[at] for at in places]


def _weight(error: BadValueError, column: Column) -> str:
    if isinstance(error, NotedWordError) or column.is_lenient:
        return Weight.NOTE
    return Weight.HELD if isinstance(error, UnknownWordError) else Weight.REFUSED


def numbers_in_ids(secondary_ids: str) -> list[RegistryNumber]:
    """The registry numbers, whole ones only, among identifiers separated by |."""
    return [number for part in secondary_ids.split("|") if (number := parse_number(part.strip()))]
