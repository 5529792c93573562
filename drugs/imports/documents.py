"""Records of JSON and XML files, one at a time and bounded in size, as rows of text.

A record becomes a row of cells below a header, so that everything after reading is the same for
every kind of file. Row 1 is that header: the first record is row 2, as in a spreadsheet.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _

from drugs.imports.problems import FileRefusedError
from drugs.imports.tables import Opener, open_text

_CHUNK = 1 << 20
#: Characters of one study; the largest of ClinicalTrials.gov, results included, have about 20 million.
MAX_STUDY = 64 << 20
_MAX_DEPTH = 60
_STUDIES = re.compile(
    r'\s*\{(?:\s*"(?:totalCount|nextPageToken)"\s*:\s*(?:\d+|"[^"]*"|null)\s*,)*\s*"studies"\s*:\s*\['
)
_SEPARATORS = " \t\r\n,"
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])')
_DECODER = json.JSONDecoder(strict=False)


def studies(opener: Opener, encoding: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSON list, of `{"studies": [...]}`, or the one object that the file is."""
    with open_text(opener, encoding) as text:
        buffer = text.read(_CHUNK).lstrip("\ufeff")
        if found := _STUDIES.match(buffer):
            position = found.end()
        else:
            position = len(buffer) - len(buffer.lstrip())
            position += buffer[position : position + 1] == "["
        while True:
            while True:
                while position < len(buffer) and buffer[position] in _SEPARATORS:
                    position += 1
                if position < len(buffer):
                    break
                buffer, position = text.read(_CHUNK), 0
                if not buffer:
                    return
            if buffer[position] == "]":
                return
            while True:
                value, end = _decoded(buffer, position)
                if end:
                    break
                more = text.read(max(_CHUNK, len(buffer)))
                if not more or len(buffer) - position > MAX_STUDY:
                    raise _no_json(buffer, position)
                buffer, position = buffer[position:] + more, 0
            if isinstance(value, dict) and isinstance(value.get("studies"), list):
                yield from (study for study in value["studies"] if isinstance(study, dict))
            elif isinstance(value, dict):
                yield value
            else:
                raise FileRefusedError(
                    _("The JSON holds something else than studies: %(what)s.") % {"what": repr(value)[:60]}
                )
            buffer, position = buffer[end:], 0


def _decoded(buffer: str, position: int) -> tuple[Any, int]:
    """The value at `position` and where it ends; (None, 0) when it is not whole yet."""
    try:
        return _DECODER.raw_decode(buffer, position)
    except RecursionError:
        raise FileRefusedError(_("The JSON is nested too deeply to be a list of studies.")) from None
    except ValueError as error:
        if "Invalid \\escape" not in str(error):
            return None, 0
    mended = _BAD_ESCAPE.sub(r"\\\\", buffer[position:])  # seen: a lone backslash inside a text
    try:
        value, length = _DECODER.raw_decode(mended)
    except (ValueError, RecursionError):
        return None, 0
    return value, position + length - _added(buffer, position, length)


def _added(buffer: str, position: int, length: int) -> int:
    """How many backslashes mending put into the first `length` characters after `position`."""
    added = 0
    for found in _BAD_ESCAPE.finditer(buffer, position):
        if found.start() - position + added >= length:
            break
        added += 1
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

    Entities and document types are refused: no registry's file has them, and bombs do.
    """
    with opener() as file:
        path: list[Element] = []
        try:
            for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
                if event == "start":
                    path.append(element)
                    if len(path) > _MAX_DEPTH:
                        raise FileRefusedError(_("The XML is nested too deeply to be a list of trials."))
                    continue
                path.pop()
                if local_name(element) in tags:
                    yield element
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


def local_name(element: Element) -> str:
    """The name of an element without its namespace, in small letters."""
    return str(element.tag).rpartition("}")[2].lower()


def as_rows(
    records: Callable[[], Iterator[Any]], headers: list[str], cells: Callable[[Any], dict[str, str]]
) -> Callable[[], Iterator[list[str]]]:
    """Records as rows: the header, then one row each with the cells that the header names."""

    def rows() -> Iterator[list[str]]:
        yield headers
        for record in records():
            named = cells(record)
            yield [named.get(header, "") for header in headers]

    return rows
