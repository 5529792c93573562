"""What changed between two rich texts: the new one, with what was added and what was removed marked in place.

Blocks are matched first (paragraphs, list items, cells), then words inside the runs of blocks that changed. Only words
are wrapped, in `<ins>` and `<del>`, so the markup of the new text stays whole; tags of removed text are dropped. A
removed block stands as a block of its own where one may stand. What did not change is never marked.
docs/adr/0007-own-text-diff.md says why this is our own.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from drugs.publishing.compare.marks import Marker
from drugs.publishing.compare.sequences import Pair, matching
from drugs.publishing.compare.words import Text, Word, read
from drugs.rich_text import clean_html


class TextDifference(NamedTuple):
    """The new text with marks, and how much changed. `html` holds the tags of `drugs.rich_text`, ins and del only."""

    html: str
    added: int  # words
    removed: int  # words
    is_reformatted: bool  # the words are the same, their markup is not

    @property
    def is_changed(self) -> bool:
        return bool(self.added or self.removed or self.is_reformatted)


def text_difference(old: str, new: str) -> TextDifference:
    """Compare two rich texts; both are cleaned first."""
    old, new = clean_html(old), clean_html(new)
    before, after = read(old), read(new)
    pairs = _matching_words(before, after)
    removed, added = len(before.words) - len(pairs), len(after.words) - len(pairs)
    if not removed and not added:
        return TextDifference(new, 0, 0, before.signature != after.signature)
    return TextDifference(Marker(before, after, pairs).html(), added, removed, False)


def _matching_words(old: Text, new: Text) -> list[Pair]:
    """Which words stayed: all of the blocks that stayed, and those that match inside the runs between them."""
    old_ranges, new_ranges = _ranges(old), _ranges(new)
    old_keys, new_keys = [word.key for word in old.words], [word.key for word in new.words]
    blocks = matching(
        [tuple(old_keys[start:end]) for start, end in old_ranges],
        [tuple(new_keys[start:end]) for start, end in new_ranges],
    )
    pairs: list[Pair] = []
    i = j = 0
    for old_block, new_block in [*blocks, (len(old_ranges), len(new_ranges))]:
        i_end, i_next = old_ranges[old_block] if old_block < len(old_ranges) else (len(old_keys), 0)
        j_end, j_next = new_ranges[new_block] if new_block < len(new_ranges) else (len(new_keys), 0)
        pairs += [(i + x, j + y) for x, y in matching(old_keys[i:i_end], new_keys[j:j_end])]
        pairs += zip(range(i_end, i_next), range(j_end, j_next), strict=False)
        i, j = i_next, j_next
    for direction in (1, -1):
        pairs = list(_whole_words(old.words, new.words, pairs[::direction], direction))[::direction]
    return pairs


def _whole_words(old: list[Word], new: list[Word], pairs: list[Pair], direction: int) -> Iterator[Pair]:
    """The pairs without words that would be torn from those they are written to: a comma from '2.98,'."""
    last_i = last_j = -1
    for i, j in pairs:
        beside = i - direction
        is_glued = 0 <= beside < len(old) and old[beside].block == old[i].block and not old[min(i, beside)].is_spaced
        if is_glued and last_i >= 0 and old[last_i].block == old[i].block and new[last_j].block != new[j].block:
            continue
        yield i, j
        last_i, last_j = i, j


def _ranges(text: Text) -> list[tuple[int, int]]:
    """Where each block's words begin and end."""
    ends = [index for index, (word, after) in enumerate(pairwise(text.words), 1) if word.block != after.block]
    bounds = [0, *ends, len(text.words)]
    return list(pairwise(bounds)) if text.words else []
