"""Why a file, a row or a value cannot be taken: each reason is one clear sentence."""

from typing import NamedTuple


class FileRefusedError(Exception):
    """The file as a whole cannot be imported. The message says why and what to do; nothing was written."""


class BadValueError(ValueError):
    """A cell that cannot be read: the row is refused until somebody mends it."""


class UnknownWordError(BadValueError):
    """A word that is in none of the lists: the row is held, and may be accepted without that cell."""


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
        """Values are cut to 200 characters: enough to find the cell."""
        return {"column": self.column, "value": self.value[:200], "reason": self.reason, "weight": self.weight}
