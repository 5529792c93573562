"""Whether therapies agree in one row: said only of what can be compared, never of what nobody stated."""

from collections.abc import Hashable, Iterable
from enum import StrEnum


class Agreement(StrEnum):
    SAME = "same"
    DIFFERS = "differs"
    #: Not stated for all, and no difference among those that state it: nobody knows.
    GAP = "gap"
    #: Texts, figures of different studies, dates of editions: set beside each other and not judged.
    UNMARKED = "unmarked"


def agreement(values: Iterable[Hashable]) -> Agreement:
    """What the stated values say together; an empty one ('', None, an empty set) is not stated."""
    values = list(values)
    stated = {value for value in values if value}
    if len(stated) > 1:
        return Agreement.DIFFERS
    return Agreement.SAME if all(values) else Agreement.GAP
