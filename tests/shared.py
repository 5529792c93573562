"""What one process of tests has made is read by the others: scripts/test makes the folder for a run, and throws it away."""

import os
from pathlib import Path


def place(name: str) -> Path | None:
    """Where `name` is shared; None where nothing is, and each process makes its own."""
    folder = os.environ.get("SHARED_BY_TESTS")
    return Path(folder, name) if folder else None


def own(file: Path) -> Path:
    """To write to, and then rename: another process may look at this moment, and sees all of the file or none."""
    return file.with_suffix(f".{os.getpid()}")


def kept(name: str) -> str | None:
    """The text that a process of this run has kept under this name."""
    file = place(name)
    return file.read_text() if file and file.exists() else None


def keep(name: str, text: str) -> None:
    if file := place(name):
        mine = own(file)
        mine.write_text(text)
        mine.rename(file)
