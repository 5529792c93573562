"""The word that a misspelt one was meant to be. Asked only when nothing was found."""

from collections.abc import Iterable

from drugs.search.names import folded

#: How alike two words must be, from 0 to 1.
ALIKE = 0.65
SHORTEST = 4

_SOUNDS = str.maketrans({"l": "r", "v": "b", "c": "k", "q": "k", "j": "z", "y": "i"})
#: Scripts that write few vowels, or none: their words are compared by consonants.
_CONSONANTS = str.maketrans(
    {"l": "r", "v": "b", "f": "b", "p": "b", "c": "k", "q": "k", "j": "z"} | dict.fromkeys("aeiouwyh'")
)
FEWEST_CONSONANTS = 4


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The word of `known` (folded) that is most like `word`; None when none is alike enough.

    A word of another script has passed through a transcription: letters of one sound count as equal.
    """
    plain = folded(word)
    if len(plain) < SHORTEST or plain.isdigit():
        return None
    by_sound = plain != word.lower() and not word.isascii()
    best, best_score = None, ALIKE
    for candidate in known:
        if len(candidate) < SHORTEST or abs(len(candidate) - len(plain)) > 3 or candidate.isdigit():
            continue
        score = likeness(plain, candidate)
        if by_sound:
            score = max(score, likeness(plain.translate(_SOUNDS), candidate.translate(_SOUNDS)) - 0.01)
            skeleton = plain.translate(_CONSONANTS)
            if len(skeleton) >= FEWEST_CONSONANTS and skeleton == candidate.translate(_CONSONANTS):
                score = max(score, 0.75)
        # A word of four or five letters changes its meaning with two of them.
        if score > best_score and (len(plain) > 5 or score >= 0.75):
            best, best_score = candidate, score
    return best


def likeness(one: str, other: str) -> float:
    """1 for equal words, less for each letter left out, put in, changed or swapped with its neighbour."""
    return 1 - _edits(one, other) / max(len(one), len(other), 1)


def _edits(one: str, other: str) -> int:
    """The optimal string alignment distance."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        earlier, before, row = before, row, [i] + [0] * len(other)
        for j, b in enumerate(other, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                row[j] = min(row[j], earlier[j - 2] + 1)
    return row[-1]
