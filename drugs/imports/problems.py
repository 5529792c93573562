"""Why a file, a row or a value cannot be taken: each reason is one clear sentence."""

import re
from typing import Any, NamedTuple

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def shown(text: str, most: int = 200) -> str:
    """Text of a file as a report may hold it: control characters as a sign, cut where it gets long."""
    return _UNPRINTABLE.sub("\ufffd", text[:most])


def one_stop(sentence: str) -> str:
    """A sentence that ends with a quoted text ends with one full stop: '... a.m..' loses its second."""
    return f"{sentence[:-1]}" if sentence.endswith("..") and not sentence.endswith("...") else sentence


class FileRefusedError(Exception):
    """The file as a whole cannot be imported. The message says why and what to do; nothing was written."""

    def __init__(self, message: str) -> None:
        super().__init__(one_stop(message))


class BadValueError(ValueError):
    """A cell that cannot be read: the row is refused until somebody mends it."""


class UnknownWordError(BadValueError):
    """A word that is in none of the lists: the row is held, and may be accepted without that cell."""


class NotedWordError(BadValueError):
    """A word of an open list that is not known: reported, left out, and the rest of the row is taken."""


class PartlyKnownError(NotedWordError):
    """A list of which some words are not known: they are reported, and `known` is taken."""

    def __init__(self, reason: str, known: Any) -> None:
        super().__init__(reason)
        self.known = known


class Weight:
    """What a problem does to its row."""

    REFUSED = "refused"
    HELD = "held"
    NOTE = "note"


class Problem(NamedTuple):
    column: str
    value: str
    reason: str
    weight: str = Weight.REFUSED

    def as_json(self) -> dict[str, str]:
        return {
            "column": shown(self.column),
            "value": shown(self.value),
            "reason": one_stop(shown(self.reason, 500)),
            "weight": self.weight,
        }
