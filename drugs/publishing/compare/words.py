"""Rich text as words that can be compared, in the places where its markup holds them."""

import re
from collections import deque
from dataclasses import dataclass, field
from html import unescape

_PIECE = re.compile(r'(<[^">]*(?:"[^"]*"[^">]*)*>)')
_NAME = re.compile(r"</?([a-z0-9]+)")
_HREF = re.compile(r'href="([^"]*)"')
BLOCKS = frozenset("p h3 h4 ul ol li table thead tbody tr th td".split())

#: One word: a day or month as ISO writes it, a number with its sign and its per cent, letters and digits, or one sign.
_WORD = re.compile(
    r"\b\d{4}-\d\d(?:-\d\d)?\b(?![.,]?\d)"
    r"|(?<![^\W_])[−+±-]?\d+(?:[.,:/^]\d+)*(?:%|(?![^\W_]))"
    r"|[^\W_]+(?:['’][^\W_]+)*"
    r"|[^\s]"
)


@dataclass(slots=True)
class Word:
    """A word of a text. `key` decides whether two are the same; an address that a link leads to is a word of its own."""

    text: str
    key: tuple[str, str]
    block: int
    is_spaced: bool = False  # white space, a line break or the end of its block follows

    @property
    def is_address(self) -> bool:
        return self.key[0] == "href"


@dataclass(slots=True)
class Block:
    """A run of text between two block tags: a paragraph, a list item or a cell with its row."""

    kind: str
    row: int = 0


@dataclass(slots=True)
class Item:
    """A tag as it is written, or some characters: of a word (its index), or white space after one."""

    text: str
    is_tag: bool
    word: int = -1
    is_space: bool = False
    inside: tuple[str, ...] = ()  # the open block tags, the outermost first
    is_in_line: bool = False  # a tag that holds words, such as <strong>


@dataclass
class Text:
    """One cleaned rich text, read."""

    words: list[Word] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)

    @property
    def signature(self) -> list[object]:
        """What it says and how, white space aside: two texts with one signature look the same."""
        said: list[object] = []
        for item in self.items:
            if item.is_tag:
                said.append(item.text)
            elif not item.is_space and item.word >= 0 and said[-1:] != [item.word]:
                said.append(self.words[item.word].key)
        return said


def read(html: str) -> Text:
    """The words, blocks and items of HTML that `clean_html` returned."""
    return _Reader(html).text


class _Reader:
    def __init__(self, html: str) -> None:
        self.text = Text()
        self.open: list[str] = []
        self.rows = 0
        self._start_block()
        for piece in _PIECE.split(html):
            name = match[1] if piece.startswith("<") and (match := _NAME.match(piece)) else ""
            if name in BLOCKS:
                self._end_block()
                self._block_tag(piece, name)
            elif name:
                self.tags.append((len(self.characters), piece, name))
            else:
                self.characters += unescape(piece)
        self._end_block()

    def _block_tag(self, tag: str, name: str) -> None:
        if tag.startswith("</"):
            while self.open and self.open.pop() != name:
                pass
        else:
            self.open.append(name)
            self.rows += name == "tr"
        self.text.items.append(Item(tag, is_tag=True, inside=tuple(self.open)))

    def _start_block(self) -> None:
        self.characters = ""
        self.before = -1  # the word that white space belongs to
        self.tags: list[tuple[int, str, str]] = []  # (place in the characters, tag, name)
        self.spans: deque[tuple[int, int, int]] = deque()  # (start, end, index of the word)

    def _end_block(self) -> None:
        """The block's words first, then its items in order: a word that markup cuts is one word of several items."""
        first = len(self.text.words)
        addresses = self._words()
        inside = tuple(self.open)
        at = 0
        for index, (place, tag, name) in enumerate(self.tags):
            self._characters(at, place, inside)
            at = place
            self.text.items.append(Item(tag, is_tag=True, inside=inside, is_in_line=name != "br"))
            if index in addresses:
                self.text.items.append(Item("", is_tag=False, word=addresses[index], inside=inside))
                self.before = addresses[index]
        self._characters(at, len(self.characters), inside)
        if len(self.text.words) > first:
            self.text.words[-1].is_spaced = True
            cell = next((name for name in reversed(inside) if name in ("td", "th", "li")), "p")
            self.text.blocks.append(Block("cell" if cell in ("td", "th") else cell, self.rows))
        self._start_block()

    def _words(self) -> dict[int, int]:
        """Cut the block at tags that change what words say (sup, sub, br, a). Returns tag -> word for addresses."""
        addresses: dict[int, int] = {}
        start, raised, address = 0, "", ""
        for index, (place, tag, name) in enumerate(self.tags):
            if name not in ("sup", "sub", "br", "a"):
                continue
            self._words_between(start, place, raised)
            start = place
            closes = tag.startswith("</")
            if name in ("sup", "sub"):
                raised = "" if closes else name
            elif name == "br" and self.spans:
                self.text.words[-1].is_spaced = True
            elif name == "a" and not closes:
                address = unescape(match[1]) if (match := _HREF.search(tag)) else ""
            elif name == "a" and address:
                addresses[index] = len(self.text.words)
                self.text.words.append(Word(address, ("href", address), len(self.text.blocks)))
        self._words_between(start, len(self.characters), raised)
        return addresses

    def _words_between(self, start: int, end: int, raised: str) -> None:
        for match in _WORD.finditer(self.characters, start, end):
            if self.text.words and match.start() > start and self.characters[match.start() - 1].isspace():
                self.text.words[-1].is_spaced = True
            self.spans.append((*match.span(), len(self.text.words)))
            self.text.words.append(Word(match[0], (raised, match[0]), len(self.text.blocks)))
        if self.text.words and end > start and self.characters[end - 1].isspace():
            self.text.words[-1].is_spaced = True

    def _characters(self, start: int, end: int, inside: tuple[str, ...]) -> None:
        """Items for some of the block's characters; white space belongs to the word before."""
        while start < end:
            word_start, word_end, word = self.spans[0] if self.spans else (end, end, -1)
            stop = min(end, word_start if start < word_start else word_end)
            is_space = start < word_start
            text = self.characters[start:stop]
            self.text.items.append(
                Item(text, is_tag=False, word=self.before if is_space else word, is_space=is_space, inside=inside)
            )
            start = stop
            while self.spans and self.spans[0][1] <= start:
                self.before = self.spans.popleft()[2]
