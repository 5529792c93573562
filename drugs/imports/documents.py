"""Records of JSON and XML files, one at a time and bounded in size, as rows of text.

A record becomes a row of cells below a header, so that everything after reading is the same for
every kind of file. Row 1 is that header: the first record is row 2, as in a spreadsheet.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TextIO
from xml.etree.ElementTree import Element, ParseError  # safe: the type alone (defusedxml reads)

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _

from drugs.imports.problems import FileRefusedError
from drugs.imports.tables import Broken, Opener, open_text

_CHUNK = 1 << 20
#: Characters of one study; the largest of ClinicalTrials.gov, results included, have about 20 million.
MAX_STUDY = 64 << 20
_MAX_DEPTH = 60
#: Records of another kind after which a file is no list of studies: each would be a row of the preview.
_MOST_STRANGERS = 1000
_STUDIES = re.compile(
    r'\s*\{(?:\s*"(?:totalCount|nextPageToken)"\s*:\s*(?:\d+|"[^"]*"|null)\s*,)*\s*"studies"\s*:\s*\['
)
_SEPARATORS = " \t\r\n,"
#: A backslash with the character that it stands before in JSON; with none where it is alone.
_ESCAPE = re.compile(r'\\(["\\/bfnrtu]?)')
#: Digits of a number that is a number; Python refuses to read one of thousands.
_LONGEST_NUMBER = 30


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) < _LONGEST_NUMBER else digits


_DECODER = json.JSONDecoder(strict=False, parse_int=_whole)


def studies(opener: Opener, encoding: str) -> Iterator[Any]:
    """The values of a JSON list, of `{"studies": [...]}`, or the objects that the file is, one or one a line.

    A file that ends in the middle is refused: what is missing would look like absent trials.
    """
    with open_text(opener, encoding) as text:
        reader = _Reader(text)
        while reader.peek():
            if reader.starts(_STUDIES):
                yield from reader.items()
                reader.rest_of_object()
            elif reader.peek() == "[":
                reader.position += 1
                yield from reader.items()
            else:
                yield from _pages(reader.value())


def _pages(value: Any) -> Iterator[Any]:
    """A study, or those of a page of studies."""
    if isinstance(value, dict) and isinstance(value.get("studies"), list):
        yield from value["studies"]
    else:
        yield value


class _Reader:
    """JSON values from a text, read in pieces: never more of it in memory than one study."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.buffer, self.position = text.read(_CHUNK).lstrip("\ufeff"), 0

    def peek(self) -> str:
        """The next character that says something; '' at the end."""
        while True:
            while self.position < len(self.buffer) and self.buffer[self.position] in _SEPARATORS:
                self.position += 1
            if self.position < len(self.buffer):
                return self.buffer[self.position]
            self.buffer, self.position = self._text.read(_CHUNK), 0
            if not self.buffer:
                return ""

    def starts(self, pattern: re.Pattern[str]) -> bool:
        """Step over `pattern` where it stands next."""
        if len(self.buffer) - self.position < 1000:
            self.buffer, self.position = self.buffer[self.position :] + self._text.read(_CHUNK), 0
        if found := pattern.match(self.buffer, self.position):
            self.position = found.end()
        return found is not None

    def items(self) -> Iterator[Any]:
        """The values of a list whose bracket is open."""
        while (next_one := self.peek()) != "]":
            if not next_one:
                raise _cut_off()
            yield from _pages(self.value())
        self.position += 1

    def value(self) -> Any:
        while True:
            value, end = _decoded(self.buffer, self.position)
            if end:
                self.buffer, self.position = self.buffer[end:], 0
                return value
            more = self._text.read(max(_CHUNK, len(self.buffer)))
            if not more or len(self.buffer) - self.position > MAX_STUDY:
                raise _no_json(self.buffer, self.position)
            self.buffer, self.position = self.buffer[self.position :] + more, 0

    def rest_of_object(self) -> None:
        """What follows the list of studies in its object: the token of the next page."""
        if not self.peek():
            raise _cut_off()
        is_empty = self.peek() == "}"
        self.buffer, self.position = ("{" if is_empty else '{"studies": 0, ') + self.buffer[self.position :], 0
        self.value()


def _cut_off() -> FileRefusedError:
    return FileRefusedError(_("The JSON ends in the middle of its list of studies. Download it again."))


def _decoded(buffer: str, position: int) -> tuple[Any, int]:
    """The value at `position` and where it ends; (None, 0) when it is not whole yet."""
    try:
        return _DECODER.raw_decode(buffer, position)
    except RecursionError:
        raise FileRefusedError(_("The JSON is nested too deeply to be a list of studies.")) from None
    except ValueError as error:
        if "Invalid \\escape" not in str(error):
            return None, 0
    # Seen: a lone backslash inside a text.
    mended = _ESCAPE.sub(lambda found: found[0] if found[1] else r"\\", buffer[position:])
    try:
        value, length = _DECODER.raw_decode(mended)
    except (ValueError, RecursionError):
        return None, 0
    return value, position + length - _added(buffer, position, length)


def _added(buffer: str, position: int, length: int) -> int:
    """How many backslashes mending put into the first `length` characters after `position`."""
    added = 0
    for found in _ESCAPE.finditer(buffer, position):
        if found.start() - position + added >= length:
            break
        added += not found[1]
    return added


def _no_json(buffer: str, position: int) -> FileRefusedError:
    try:
        _DECODER.raw_decode(buffer, position)
    except ValueError as error:
        return FileRefusedError(
            _("The file starts like JSON and is none: %(reason)s. Download it again.") % {"reason": str(error)[:120]}
        )
    return FileRefusedError(_("A study in the JSON is larger than %(most)s characters.") % {"most": MAX_STUDY})


def elements(opener: Opener, tags: frozenset[str]) -> Iterator[Element]:
    """The elements of these names, one after the other; each is emptied once the next is asked for.

    What stands beside them is emptied as soon as it ends, so that memory holds one of them at a time.

    Entities and document types are refused: no registry's file has them, and bombs do.
    """
    with opener() as file:
        path: list[Element] = []
        inside = 0  # how many elements of these names are open
        try:
            for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
                if event == "start":
                    path.append(element)
                    inside += local_name(element) in tags
                    if len(path) > _MAX_DEPTH:
                        raise FileRefusedError(_("The XML is nested too deeply to be a list of trials."))
                    continue
                path.pop()
                element.tag = str(element.tag).rpartition("}")[2]  # a namespace says nothing that the name does not
                if local_name(element) in tags:
                    inside -= 1
                    yield element
                elif inside:
                    continue
                element.clear()
                if path:
                    path[-1].remove(element)
        except DefusedXmlException:
            raise FileRefusedError(
                _("The XML declares entities or a document type, which may hide a bomb: it is not read.")
            ) from None
        except ParseError as error:
            raise FileRefusedError(
                _("The file starts like XML and is none: %(reason)s. Download it again.") % {"reason": str(error)[:120]}
            ) from None
        except (UnicodeError, LookupError, ValueError):
            raise FileRefusedError(_("The XML names an encoding that it does not have. Download it again.")) from None


def root_name(opener: Opener) -> str:
    """The name of the element that holds all others, in small letters; '' where it cannot be read."""
    with opener() as file:
        try:
            return next(
                (local_name(element) for _event, element in iterparse(file, events=("start",), forbid_dtd=True)), ""
            )
        except (DefusedXmlException, ParseError, UnicodeError, LookupError, ValueError):
            return ""


def local_name(element: Element) -> str:
    """The name of an element without its namespace, in small letters."""
    return str(element.tag).rpartition("}")[2].lower()


def as_rows(
    records: Callable[[], Iterator[Any]],
    names: Mapping[str, str],
    is_own: Callable[[Any], bool],
    cells: Callable[[Any], dict[str, str]],
) -> Callable[[], Iterator[list[str] | Broken]]:
    """Records as rows: the header, then one row each with its cells, which `names` gives by key under the file's own name."""

    def rows() -> Iterator[list[str] | Broken]:
        yield list(names.values())
        strangers = 0
        for record in records():
            if is_own(record):
                found = cells(record)
                yield [found.get(name, "") for name in names]
            else:
                strangers += 1
                if strangers > _MOST_STRANGERS:
                    raise FileRefusedError(
                        _("More than %(most)s records are no study of the registry whose file this is.")
                        % {"most": _MOST_STRANGERS}
                    )
                yield Broken(repr(record)[:200], _("This record is no study of the registry whose file this is."))

    return rows
