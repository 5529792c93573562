"""Which items two sequences share, in order: the longest common runs where that is cheap, bounded where it is not.

`difflib` alone reads best and costs too much: 9 s for two texts of 6,000 words. So it is asked only of stretches with
few pairs of equal items; longer ones are settled by Myers' algorithm when they are nearly equal (E. Myers, An O(ND)
difference algorithm, 1986), else cut at the items that occur once on both sides, and cut again.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

Items = Sequence[Hashable]
Pair = tuple[int, int]

#: Pairs of equal items (x in a, x in b) that `difflib` may look at, for one stretch and for a whole comparison.
_PAIRS_AT_ONCE = 20_000
_PAIRS_IN_ALL = 100_000
#: Items added or removed up to which Myers' algorithm is followed: its cost grows with their square.
_MOST_EDITS = 150


def matching(a: Items, b: Items) -> list[Pair]:
    """Pairs (i, j) with a[i] == b[j], both rising: what stayed. Equal ends are always found."""
    return list(_Matcher(a, b).between(0, len(a), 0, len(b)))


class _Matcher:
    def __init__(self, a: Items, b: Items) -> None:
        self.a, self.b = a, b
        self.pairs_left = _PAIRS_IN_ALL

    def between(self, a0: int, a1: int, b0: int, b1: int) -> Iterator[Pair]:
        """The pairs inside a[a0:a1] and b[b0:b1]."""
        waiting = [(a0, a1, b0, b1)]
        while waiting:
            a0, a1, b0, b1 = waiting.pop()
            while a0 < a1 and b0 < b1 and self.a[a0] == self.b[b0]:
                yield a0, b0
                a0, b0 = a0 + 1, b0 + 1
            end = 0
            while a0 < a1 - end and b0 < b1 - end and self.a[a1 - end - 1] == self.b[b1 - end - 1]:
                end += 1
            if end:
                # Taken up again when what stands before it is done: a stretch that is equal throughout.
                waiting.append((a1 - end, a1, b1 - end, b1))
                a1, b1 = a1 - end, b1 - end
            if a0 == a1 or b0 == b1:
                continue
            found = self._stretch(a0, a1, b0, b1)
            if found is not None:
                yield from found
                continue
            corners = [(a0, b0), *self._anchors(a0, a1, b0, b1), (a1, b1)]
            if len(corners) > 2:
                waiting += reversed([(i, end_i, j, end_j) for (i, j), (end_i, end_j) in pairwise(corners)])

    def _stretch(self, a0: int, a1: int, b0: int, b1: int) -> list[Pair] | None:
        """The pairs of a stretch whose ends differ; None where that would take too long."""
        here, there = Counter(self.a[a0:a1]), Counter(self.b[b0:b1])
        pairs = sum(count * there[item] for item, count in here.items() if item in there)
        if not pairs:
            return []
        if pairs <= min(_PAIRS_AT_ONCE, self.pairs_left):
            self.pairs_left -= pairs
            blocks = SequenceMatcher(None, self.a[a0:a1], self.b[b0:b1], autojunk=False).get_matching_blocks()
            return [(a0 + i + k, b0 + j + k) for i, j, size in blocks for k in range(size)]
        nearly = _nearly_equal(self.a[a0:a1], self.b[b0:b1])
        return nearly and [(a0 + i, b0 + j) for i, j in nearly]

    def _anchors(self, a0: int, a1: int, b0: int, b1: int) -> list[Pair]:
        """The longest rising chain of items that occur once on both sides (patience sorting); [] where none does."""
        here, there = Counter(self.a[a0:a1]), Counter(self.b[b0:b1])
        once = {item for item, count in here.items() if count == 1 and there[item] == 1}
        place = {self.b[j]: j for j in range(b0, b1) if self.b[j] in once}
        tails: list[int] = []
        chain: list[tuple[int, int, int]] = []  # (i, j, index in chain of the one before)
        ends: list[int] = []
        for i in range(a0, a1):
            j = place.get(self.a[i])
            if j is None:
                continue
            at = bisect_left(tails, j)
            chain.append((i, j, ends[at - 1] if at else -1))
            if at == len(tails):
                tails.append(j)
                ends.append(len(chain) - 1)
            else:
                tails[at], ends[at] = j, len(chain) - 1
        pairs, last = [], ends[-1] if ends else -1
        while last >= 0:
            i, j, last = chain[last]
            pairs.append((i, j))
        return pairs[::-1]


def _nearly_equal(a: Items, b: Items) -> list[Pair] | None:
    """The pairs of a shortest edit of at most `_MOST_EDITS` steps; None where it takes more.

    `furthest[k]`: how far into `a` one comes on the diagonal i - j = k; `trace` keeps it as it was before each step.
    """
    n, m = len(a), len(b)
    if abs(n - m) > _MOST_EDITS:
        return None
    furthest = {1: 0}
    trace: list[dict[int, int]] = []
    for edits in range(_MOST_EDITS + 1):
        trace.append(dict(furthest))
        for k in range(-edits, edits + 1, 2):
            before = _step_from(furthest, k, edits)
            i = furthest[before] + (before < k)
            while i < n and i - k < m and a[i] == b[i - k]:
                i += 1
            furthest[k] = i
            if i >= n and i - k >= m:
                return _walk_back(trace, n, m)
    return None


def _step_from(furthest: dict[int, int], k: int, edits: int) -> int:
    """The diagonal that step number `edits` came from: the one above (an item added) or below (one removed)."""
    added = k == -edits or (k != edits and furthest[k - 1] < furthest[k + 1])
    return k + 1 if added else k - 1


def _walk_back(trace: list[dict[int, int]], i: int, j: int) -> list[Pair]:
    pairs: list[Pair] = []
    for edits in reversed(range(len(trace))):
        k = i - j
        before = _step_from(trace[edits], k, edits)
        start = trace[edits][before] + (before < k)
        pairs += [(x, x - k) for x in range(i - 1, start - 1, -1)]
        i = trace[edits][before]
        j = i - before
    return pairs[::-1]
