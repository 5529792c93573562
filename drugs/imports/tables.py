"""Records of a delimited text, one list of cells each; quoting is strict and a slip stays with its row."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any, BinaryIO, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from drugs.imports.problems import FileRefusedError
from drugs.registry_numbers import parse_number

#: Characters in a cell. Real cells reach 75,000; the csv module's own limit is 131,072.
MAX_CELL = 1_000_000
MAX_COLUMNS = 400
#: Rows among which the header must be.
HEADER_WITHIN = 20

csv.field_size_limit(MAX_CELL)


class Dialect(NamedTuple):
    delimiter: str
    is_quoted: bool = True
    #: A space follows each delimiter, and a quotation mark may follow that.
    is_spaced: bool = False

    @property
    def options(self) -> dict[str, object]:
        if self.is_quoted:
            return {"delimiter": self.delimiter, "strict": True, "skipinitialspace": self.is_spaced}
        return {"delimiter": self.delimiter, "quoting": csv.QUOTE_NONE, "strict": True}


class Broken(NamedTuple):
    """A record whose quotes do not match: its first line, and why."""

    line: str
    reason: str


class Mended(list[str]):
    """A record with a stray quotation mark in a cell, read all the same."""


#: A line that shows whether the row above it ended.
_NEXT = "next"
#: Lines that are handed to the csv module at a time: one by one would cost as much again as its own work.
_LINES = 500


class _Feed:
    """Lines for the csv module in blocks, which remembers those from the current record on and goes back to one."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: list[str] = []
        #: The lines from number `_first` on.
        self._kept: list[str] = []
        self._first = 0
        #: Lines of the records that are done with.
        self.done = 0

    def reader(self, dialect: Dialect) -> Any:
        return csv.reader(chain.from_iterable(self._blocks()), **dialect.options)  # type: ignore[arg-type]

    def _blocks(self) -> Iterator[list[str]]:
        while block := self._again or list(islice(self._lines, _LINES)):
            self._again = []
            self._kept = self._kept[self.done - self._first :] + block
            self._first = self.done
            yield block

    def current(self, to: int) -> list[str]:
        """The lines of the current record, when `to` lines were taken."""
        return self._kept[self.done - self._first : to - self._first]

    def go_back(self, line: int) -> None:
        """Read anew from this line of the current record on, counted from 0; with a new reader."""
        self._again = self._kept[self.done + line - self._first :]
        self._kept, self._first, self.done = [], 0, 0


#: Opens the stored bytes anew, from their start: two readers of one file do not disturb each other.
Opener = Callable[[], BinaryIO]


@contextmanager
def open_text(opener: Opener, encoding: str) -> Iterator[io.TextIOWrapper]:
    with opener() as file, io.TextIOWrapper(file, encoding=encoding, newline="") as text:
        yield text


def records(
    lines: Iterator[str], dialect: Dialect, *, width: int = 0, number_at: int | None = None
) -> Iterator[list[str] | Broken]:
    """Every record in order. With `width` and `number_at` known, a quote that swallows the rows below it is found.

    After a slip the lines below are read anew, so that one bad row costs that row alone.
    """
    feed = _Feed(lines)
    slips = 0
    while True:
        reader = feed.reader(dialect)
        try:
            for record in reader:
                taken = reader.line_num
                if taken - feed.done > 1 and number_at is not None:
                    current = feed.current(taken)
                    if end := _swallowed(current, dialect, width, number_at):
                        yield Broken(current[0], _("A quotation mark opens and is not closed in this row."))
                        feed.go_back(end)
                        break
                feed.done = taken
                yield record
            else:
                return
        except csv.Error as error:
            slips += 1
            if slips > 1000:
                raise FileRefusedError(
                    _("The quotation marks of more than 1,000 rows do not match: this is no table.")
                ) from error
            current = feed.current(reader.line_num)
            yield _mended(current, dialect, width, number_at) or Broken(current[0], _reason(error))
            feed.go_back(1)


def _reason(error: csv.Error) -> str:
    if "field larger" in str(error):
        return _("A cell has more than 1 million characters.")
    return _("The quotation marks of this row do not match.")


def _mended(lines: list[str], dialect: Dialect, width: int, number_at: int | None) -> list[str] | None:
    """A row of one line with a stray quote inside a cell, when all its cells can be told apart all the same.

    Seen: `"Expanded Access":Treatment IND/Protocol"` in files of the old site (2018).
    """
    if number_at is None:
        return None
    try:
        rows = list(csv.reader([lines[0], _NEXT], **dialect.options | {"strict": False}))  # type: ignore[arg-type]
    except csv.Error:
        return None
    is_whole = len(rows) == 2 and rows[1] == [_NEXT] and len(rows[0]) == width and parse_number(rows[0][number_at])
    return Mended(rows[0]) if is_whole else None


def _swallowed(lines: list[str], dialect: Dialect, width: int, number_at: int) -> int | None:
    """Where, among the lines of one record, another record starts; None where none does.

    A line of a cell's own text may begin with a number, and go on as a sentence does: with a space after the comma.
    """
    if lines[0].count(dialect.delimiter) + 1 < width:
        return None
    for index, line in enumerate(lines[1:], 1):
        if line.count(dialect.delimiter) + 1 < max(2, width // 2):
            continue
        cells = line.split(dialect.delimiter, number_at + 1)
        if (
            len(cells) > number_at
            and parse_number(cells[number_at].strip().strip('"'))
            and _starts_plain(cells[:number_at])
            and (dialect.is_spaced or not any(cell[:1] == " " for cell in line.split(dialect.delimiter)))
        ):
            return index
    return None


def _starts_plain(cells: list[str]) -> bool:
    return all(len(cell) < 40 for cell in cells)


def sample_rows(opener: Opener, encoding: str, dialect: Dialect) -> list[list[str]]:
    """The first rows, broken ones left out, as a header is looked for among them."""
    rows: list[list[str]] = []
    with open_text(opener, encoding) as text:
        for record in records(iter(text), dialect):
            if not isinstance(record, Broken):
                rows.append(record)
            if len(rows) > HEADER_WITHIN * 3:
                break
    return rows


def check_width(cells: list[str]) -> None:
    if len(cells) > MAX_COLUMNS:
        raise FileRefusedError(
            _("The table has %(count)s columns; at most %(most)s are read.")
            % {"count": len(cells), "most": MAX_COLUMNS}
        )


def max_rows() -> int:
    return settings.IMPORT_MAX_ROWS
