"""One thing that an editor should look at."""

import hashlib
from dataclasses import dataclass, replace
from typing import Self

from django.utils.text import Truncator


@dataclass(frozen=True)
class Finding:
    """Where (a field's or row's words), the passage, why it was found, and the reason given for leaving it."""

    rule: str
    where: str
    passage: str
    why: str
    reason: str = ""

    @property
    def key(self) -> str:
        """The same passage under the same rule has the same key in every edition: a reason once given holds."""
        text = "\x1f".join((self.rule, self.where, " ".join(self.passage.split()), self.why))
        return hashlib.sha256(text.encode()).hexdigest()[:40]

    @property
    def excerpt(self) -> str:
        return Truncator(self.passage).chars(240)

    def answered(self, reason: str) -> Self:
        return replace(self, reason=reason)
