"""Writes a new text with what was added and what was removed marked at its place.

Items of the new text stay in their order; removed words are put before one of them, inside a block where words around
them stayed, as blocks of their own where whole blocks went.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby, pairwise

from drugs.publishing.compare.sequences import Pair
from drugs.publishing.compare.words import Text, Word

#: Stands before the address of a link, in a mark of its own: `<ins> → https://example.org/</ins>`.
ARROW = " → "


class Marker:
    """Writes the new text, with the removed words at the places where they stood."""

    def __init__(self, old: Text, new: Text, pairs: list[Pair]) -> None:
        self.old, self.new = old, new
        self.added = [True] * len(new.words)
        self.space_added = [False] * len(new.words)
        self.first, self.last = _places(new)
        self.cells = Counter(block.row for block in old.blocks if block.kind == "cell")
        self.put: dict[int, list[str]] = {}  # index of an item -> HTML before it
        self.removed = [True] * len(old.words)
        for i, j in pairs:
            self.added[j] = self.removed[i] = False
        corners = [(-1, -1), *pairs, (len(old.words), len(new.words))]
        for (i, j), (i_next, j_next) in pairwise(corners):
            self._between(i, j, i_next, j_next)

    # What changed between two words that stayed

    def _between(self, i: int, j: int, i_next: int, j_next: int) -> None:
        """Words i and i_next of the old text are words j and j_next of the new one; what lies between changed."""
        removed = range(i + 1, i_next)
        edge = self._edge(j, j_next)
        if edge is None:
            self._in_line(i, j, list(removed), range(j + 1, j_next))
            return
        whole: list[list[int]] = []
        tail: list[int] = []
        head: list[int] = []
        for block, group in groupby(removed, lambda word: self.old.words[word].block):
            words = list(group)
            if i >= 0 and block == self.old.words[i].block:
                tail = words
            elif i_next < len(self.old.words) and block == self.old.words[i_next].block:
                head = words
            else:
                whole.append(words)
        self._in_line(i, j, tail, range(j + 1, edge), ends=True)
        for word in range(edge, j_next):
            self.space_added[word] = True
        left, edge = self._replaced(whole, edge, j_next)
        next_row = self._row(i_next) if i_next < len(self.old.words) else 0
        self._whole(left, edge, next_row if i < 0 or self._row(i) != next_row else 0)
        if head:
            self._head(head, j, j_next)

    def _edge(self, j: int, j_next: int) -> int | None:
        """The first word from j + 1 to j_next that begins a block; None where all stand in one block."""
        words = self.new.words
        for word in range(j + 1, j_next + 1):
            if word in (0, len(words)) or words[word - 1].block != words[word].block:
                return word
        return None

    def _in_line(self, i: int, j: int, removed: Sequence[int], added: Sequence[int], *, ends: bool = False) -> None:
        """Removed words after word j. White space that both texts have there is not marked; `ends`: the block does."""
        if j < 0:
            return
        old_space, new_space = self.old.words[i].is_spaced, self.new.words[j].is_spaced
        old_end = bool(removed) and not ends and self.old.words[removed[-1]].is_spaced
        new_end = bool(added) and not ends and self.new.words[added[-1]].is_spaced
        if ends and not added:
            new_space = False
            old_space = old_space and bool(removed)
        lead = old_space and new_space
        trail = not lead if not removed or not added else True
        trail = trail and (old_end if removed else old_space) and (new_end if added else new_space)
        if not removed and not added:
            trail = False
        for word in added:
            self.space_added[word] = True
        if trail and added:
            self.space_added[added[-1]] = False
        self.space_added[j] = not lead and not (trail and not added)
        before = old_space and not lead and not (trail and not removed)
        beside_address = bool(added and removed) and all(
            word.is_address for word in (self.new.words[added[0]], self.old.words[removed[0]])
        )
        place = self.first[j + 1] if lead or beside_address else self.last[j] + 1
        self._put_in_line(place, removed, before=before, after=old_end and not trail)

    def _head(self, removed: list[int], j: int, j_next: int) -> None:
        """Removed words from the beginning of a block that goes on with word j_next of the new text."""
        words = self.new.words
        place = j_next
        while place > j + 1 and words[place - 1].block == words[j_next].block:
            place -= 1
        after = self.old.words[removed[-1]].is_spaced
        if after and place < j_next and words[j_next - 1].is_spaced:
            self.space_added[j_next - 1] = after = False
        self._put_in_line(self.first[place], removed, after=after)

    # Blocks that went as a whole

    def _replaced(self, groups: list[list[int]], edge: int, j_next: int) -> tuple[list[list[int]], int]:
        """Put removed blocks into the new blocks of their kind that stand in their place: a cell stays one cell.

        Returns the blocks that are left, and the first word after those that were taken.
        """
        words = self.new.words
        for position, group in enumerate(groups):
            end = edge
            while end < j_next and words[end].block == words[edge].block:
                end += 1
            goes_on = end < len(words) and end > edge and words[end].block == words[edge].block
            kind = self.old.blocks[self.old.words[group[0]].block].kind
            if end == edge or goes_on or self.new.blocks[words[edge].block].kind != kind:
                return groups[position:], edge
            self._put_in_line(self.first[edge], group)
            edge = end
        return [], edge

    def _whole(self, groups: list[list[int]], edge: int, next_row: int) -> None:
        """Blocks that are gone, each as a block of its own between the blocks of the new text.

        `next_row`: cells of this row stand before those that stayed of it, as late as may be.
        """
        start = self.last[edge - 1] + 1 if edge else 0
        end = self.first[edge] if edge < len(self.new.words) else len(self.new.items)
        sizes = Counter(self._row(words[0]) for words in groups)
        for (kind, row), same in groupby(groups, lambda words: self._kind(words, sizes)):
            places = [index for index in range(start, end + 1) if not self._is_in_line(index)] or [start]
            if row and row == next_row:
                places.reverse()
            start = place = min(places, key=lambda index: _rank(kind, self._inside(index)))
            self._put(place, self._wrapped(kind, list(same), self._inside(place)))

    def _kind(self, words: list[int], sizes: Counter[int]) -> tuple[str, int]:
        """'p', 'li', 'row' for the cells of a row that went as a whole, else 'cell' and the number of its row."""
        kind, row = self.old.blocks[self.old.words[words[0]].block].kind, self._row(words[0])
        if kind != "cell":
            return kind, 0
        return ("row", 0) if sizes[row] == self.cells[row] else ("cell", row)

    def _row(self, word: int) -> int:
        block = self.old.blocks[self.old.words[word].block]
        return block.row if block.kind == "cell" else 0

    def _is_in_line(self, index: int) -> bool:
        """Whether a place is just inside tags that hold words: <strong>, <sup>, <a>."""
        before, after = self.new.items[index - 1 : index], self.new.items[index : index + 1]
        return any(one.is_in_line and one.text[1] != "/" for one in before) or any(
            one.is_in_line and one.text[1] == "/" for one in after
        )

    def _inside(self, index: int) -> tuple[str, ...]:
        """The block tags that are open before an item."""
        return self.new.items[index - 1].inside if index else ()

    def _wrapped(self, kind: str, blocks: list[list[int]], inside: tuple[str, ...]) -> str:
        place = inside[-1] if inside else ""
        if _rank(kind, inside)[0] == _NOWHERE:
            return "".join(self._removed(words, before=True, after=True) for words in blocks)
        shown = [(self._row(words[0]), self._removed(words)) for words in blocks]
        if place in ("ul", "ol"):
            return "".join(f"<li>{text}</li>" for _row, text in shown)
        if place == "tr":
            return "".join(f"<td>{text}</td>" for _row, text in shown)
        if place in ("tbody", "thead", "table") or kind in ("row", "cell"):
            rows = (
                "".join(f"<td>{text}</td>" for _row, text in row) for _key, row in groupby(shown, lambda one: one[0])
            )
            body = "".join(f"<tr>{cells}</tr>" for cells in rows)
            return (
                body
                if place in ("tbody", "thead")
                else f"<tbody>{body}</tbody>"
                if place == "table"
                else (f"<table><tbody>{body}</tbody></table>")
            )
        if kind == "li":
            return f"<ul>{''.join(f'<li>{text}</li>' for _row, text in shown)}</ul>"
        return "".join(f"<p>{text}</p>" for _row, text in shown)

    # Writing

    def _put(self, index: int, html: str) -> None:
        self.put.setdefault(index, []).append(html)

    def _put_in_line(self, index: int, removed: Sequence[int], *, before: bool = False, after: bool = False) -> None:
        """Removed words inside a block, outside its raised and lowered text where that begins or ends there."""
        items = self.new.items
        while index and items[index - 1].text in ("<sup>", "<sub>"):
            index -= 1
        while index < len(items) and items[index].text in ("</sup>", "</sub>"):
            index += 1
        self._put(index, self._removed(removed, before=before, after=after))

    def _removed(self, words: Iterable[int], *, before: bool = False, after: bool = False) -> str:
        """Removed words in marks, with white space between them, and around them where asked."""
        pieces = [(" ", "")] if before else []
        chosen = list(words)
        for position, index in enumerate(chosen, 1):
            word = self.old.words[index]
            pieces.append((_shown(self.old.words, index, self.removed), word.key[0]))
            if position < len(chosen) and word.is_spaced:
                pieces.append((" ", ""))
        if after:
            pieces.append((" ", ""))
        return _mark("del", pieces)

    def html(self) -> str:
        out: list[str] = []
        added: list[tuple[str, str]] = []

        def flush() -> None:
            out.append(_mark("ins", added))
            added.clear()

        for index, item in enumerate([*self.new.items, None]):
            if index in self.put:
                flush()
                out += self.put[index]
            if item is None:
                flush()
            elif item.is_tag:
                flush()
                out.append(item.text)
            elif item.word >= 0 and (self.space_added if item.is_space else self.added)[item.word]:
                word = self.new.words[item.word]
                is_address = word.is_address and not item.is_space
                added.append((_shown(self.new.words, item.word, self.added), "href") if is_address else (item.text, ""))
            else:
                flush()
                out.append(escape(item.text, quote=False))
        return "".join(out)


def _places(text: Text) -> tuple[list[int], list[int]]:
    """For each word the index of its first item and of its last."""
    first, last = [-1] * len(text.words), [-1] * len(text.words)
    for index, item in enumerate(text.items):
        if not item.is_tag and not item.is_space:
            first[item.word] = index if first[item.word] < 0 else first[item.word]
            last[item.word] = index
    return first, last


_NOWHERE = 9
_HOMES = {"p": ("",), "li": ("ul", "ol"), "row": ("tbody", "thead"), "cell": ("tr",)}


def _rank(kind: str, inside: tuple[str, ...]) -> tuple[int, int]:
    """How well a removed block stands there; smaller is better."""
    place = inside[-1] if inside else ""
    if place in _HOMES[kind]:
        return 0, len(inside)
    if place in ("", "li", "td", "th"):
        return 1, len(inside)
    return (2, len(inside)) if place in ("ul", "ol", "tbody", "thead", "table", "tr") else (_NOWHERE, len(inside))


def _shown(words: list[Word], index: int, changed: list[bool]) -> str:
    """A word as it is written; the address of a link where the link's words stayed, else nothing."""
    word = words[index]
    if not word.is_address:
        return word.text
    return "" if index and changed[index - 1] else f"{ARROW}{word.text}"


def _mark(tag: str, pieces: list[tuple[str, str]]) -> str:
    """Pieces of text with their kind in as few marks as keep addresses apart. A removed 10⁶ does not become 106."""
    marks = []
    written = [piece for piece in pieces if piece[0]]
    for is_address, group in groupby(written, lambda piece: piece[1] == "href"):
        if is_address:
            marks += [escape(text, quote=False) for text, _kind in group]
            continue
        inner = ""
        for kind, texts in groupby(group, lambda piece: piece[1]):
            text = escape("".join(text for text, _kind in texts), quote=False)
            inner += f"<{kind}>{text}</{kind}>" if kind else text
        marks.append(inner)
    return "".join(f"<{tag}>{inner}</{tag}>" for inner in marks)
