"""Show where words were found: as pieces of plain text that a template escapes, never as markup."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from drugs.search.names import folded, stem

_WORD = re.compile(r"[^\W_]+")


class Piece(NamedTuple):
    """Some characters of a text, and whether they are what was looked for."""

    text: str
    is_match: bool


def marked(text: str, words: Iterable[str]) -> list[Piece]:
    """`text` in pieces; a word that begins as one of `words`, endings aside, is a match."""
    stems = tuple({stem(folded(word)) for word in words} - {""})
    pieces: list[Piece] = []
    start = 0
    for match in _WORD.finditer(text) if stems else ():
        if _is_one_of(match[0], stems):
            if start < match.start():
                pieces.append(Piece(text[start : match.start()], False))
            pieces.append(Piece(match[0], True))
            start = match.end()
    if start < len(text):
        pieces.append(Piece(text[start:], False))
    return pieces


def _is_one_of(word: str, stems: tuple[str, ...]) -> bool:
    word = folded(word)
    return any(word == known or stem(word) == known or (len(known) > 3 and word.startswith(known)) for known in stems)


def snippet(text: str, words: Iterable[str], *, length: int = 200) -> list[Piece]:
    """The part of `text`, at most about `length` characters, that has the most of `words`; [] where it has none."""
    stems = tuple({stem(folded(word)) for word in words} - {""})
    found = [(match.start(), stem(folded(match[0]))) for match in _WORD.finditer(text) if _is_one_of(match[0], stems)]
    if not found:
        return []
    best, start = 0, found[0][0]
    for position, _word in found:
        different = len({word for place, word in found if position <= place < position + length * 2 // 3})
        if different > best:
            best, start = different, position
    line_start = text.rfind("\n", 0, start) + 1
    line_end = end if (end := text.find("\n", start)) >= 0 else len(text)
    first = max(line_start, start - length // 3)
    if first > line_start:
        first = text.find(" ", first, start) + 1 or first
    last = min(line_end, first + length)
    if last < line_end:
        last = max(text.rfind(" ", start, last), start + 1)
    cut = text[first:last].strip()
    pieces = marked(cut, words)
    if first > line_start:
        pieces.insert(0, Piece("… ", False))
    if last < line_end:
        pieces.append(Piece(" …", False))
    return pieces
