"""How far an import is, told while it works: to whoever looks at its page.

A small file beside the run's own, since the database cannot tell: what is written of a run is seen all at once.
"""

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from drugs.imports.tables import Opener
from drugs.models import ImportRun

#: Seconds between two notes.
_PAUSE = 0.5


class Progress(NamedTuple):
    """Records done, and how many there are in all, as far as can be told; 0 where not."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0


def _path(run: ImportRun) -> Path | None:
    """Beside the run's file; None where files are stored elsewhere, or the run has none: then nothing is told meanwhile."""
    try:
        return Path(run.file.path + ".progress")
    except (NotImplementedError, ValueError):
        return None


class Gauge:
    """Notes how far the work on a run is; asked often, it writes seldom. It never stops the work."""

    def __init__(self, run: ImportRun) -> None:
        self._path, self._next = _path(run), 0.0

    def note(self, done: int, total: int | Callable[[], int]) -> None:
        if self._path is None or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _PAUSE
        with contextlib.suppress(OSError):  # a full disk stops the import elsewhere, with its own words
            fresh = self._path.with_suffix(".fresh")
            fresh.write_text(json.dumps([done, total if isinstance(total, int) else total()]))
            fresh.replace(self._path)

    def end(self) -> None:
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)


def of(run: ImportRun) -> Progress:
    """What was noted last of a run that is at work."""
    path = _path(run)
    try:
        done, total = json.loads(path.read_text()) if path else (run.progress, 0)
        return Progress(int(done), int(total))
    except (OSError, ValueError, TypeError):
        return Progress(run.progress, 0)


class Read:
    """Opens a run's file, and knows which part of it was read."""

    def __init__(self, opener: Opener, size: int) -> None:
        self._opener, self._size = opener, size
        self._files: list[BinaryIO] = []

    def __call__(self) -> BinaryIO:
        file = self._opener()
        self._files = [*(each for each in self._files if not each.closed), file]
        return file

    def expected(self, records: int) -> int:
        """How many records there will be, when so many were read so far; 0 where nobody knows."""
        at = next((file.tell() for file in reversed(self._files) if not file.closed), self._size)
        return max(records, records * self._size // at) if at else 0
