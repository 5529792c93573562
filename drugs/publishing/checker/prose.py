"""Rich text as blocks and sentences, the way a reader takes it in."""

import re
from html.parser import HTMLParser
from typing import NamedTuple

_BLOCKS = {"p", "li", "h3", "h4", "th", "td"}
#: A full stop after these ends no sentence.
_ABBREVIATIONS = re.compile(r"(?:\b(?:et al|e\.g|i\.e|vs|approx|Dr|Prof|St|No|Inc|Ltd|Co|Corp|Fig|ca|incl)|\b[A-Z])\.$")
#: More characters than the longest of them has: only so many before a stop are looked at.
_LONGEST = 20


class Block(NamedTuple):
    """One paragraph, list item, heading or table cell: its tag and its words."""

    tag: str
    text: str

    @property
    def is_prose(self) -> bool:
        return self.tag in ("p", "li")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._tag, self._words = "p", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._close()
            self._tag = tag
        elif tag == "br":
            self._words += " "
        elif tag == "sup":
            self._words += "^"

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS or tag in ("ul", "ol", "table"):
            self._close()

    def handle_data(self, data: str) -> None:
        self._words += data

    def _close(self) -> None:
        if text := " ".join(self._words.split()):
            self.blocks.append(Block(self._tag, text))
        self._tag, self._words = "p", ""

    def close(self) -> None:
        super().close()
        self._close()


def blocks(html: str) -> list[Block]:
    """The blocks of cleaned rich text in order; superscript is written 10^6."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.blocks


def sentences(text: str) -> list[str]:
    """The sentences of a block. Full stops of numbers, abbreviations and 'et al.' end none."""
    found: list[str] = []
    start = counted = depth = 0
    for match in re.finditer(r"([.!?][)\]”’\"']*)\s+(?=[“‘\"'(\[]?[A-Z0-9])", text):
        end = match.end(1)
        depth += text.count("(", counted, end) - text.count(")", counted, end)
        counted = end
        if depth > 0 or _ABBREVIATIONS.search(text[max(start, end - _LONGEST) : end]):
            continue
        found.append(text[start:end])
        start = counted = match.end()
        depth = 0
    if tail := text[start:].strip():
        found.append(tail)
    return found
