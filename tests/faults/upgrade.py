"""Every migration runs under load while the old code still serves, and nobody notices.

    python -m tests.faults.upgrade [--since 0019] [--seconds 10]

For each migration the newest code that does not have it yet is started as it is deployed, with its own schema and all its
content. Readers ask, ten a second, for every page of a list that it has, each at an address that nobody asked before.
Meanwhile today's code migrates to today's schema; the old code goes on, and imports a file, on the new schema; then today's
code takes over. No page may fail at any time. Needs the project's history, PostgreSQL's programs and nginx.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, cycle
from pathlib import Path

from tests.faults.kill import HEADER, rows
from tests.faults.load import PAGES
from tests.faults.stack import ROOT, Stack
from tests.soak.readers import Answer, a_second

#: An import by the old code: so many trials that nobody knows.
TRIALS = 200


def git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def migrations(commit: str) -> tuple[str, ...]:
    """The migrations of a commit, each with the digest of its file, in order."""
    tree = git("ls-tree", "--format=%(path) %(objectname)", commit, "drugs/migrations/").splitlines()
    return tuple(line for line in tree if Path(line).name.startswith("0"))


def steps(since: str) -> dict[str, str]:
    """For each migration from `since` on: the newest commit that has all before it, as they are today, and not it."""
    today = migrations("HEAD")
    found: dict[str, str] = {}
    for commit in git("log", "--format=%h").splitlines():
        its = migrations(commit)
        if len(its) < len(today) and its == today[: len(its)] and Path(today[len(its)]).name >= since:
            found.setdefault(Path(today[len(its)].split()[0]).stem, commit)
    return dict(sorted(found.items()))


@contextmanager
def code_of(commit: str, folder: Path) -> Iterator[Path]:
    place = folder / "code"
    git("worktree", "add", "--force", "--detach", str(place), commit)
    try:
        yield place
    finally:
        git("worktree", "remove", "--force", str(place))


def has(stack: Stack, address: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{stack.ports['web']}{address}", timeout=20) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return False


def upgrade(stack: Stack, seconds: float) -> str:
    """What happened, in words; AssertionError where a page failed."""
    pages = [page for page in PAGES if has(stack, page)]
    assert len(pages) > 3, f"the old code has only {pages}"
    numbers, turns = count(), cycle(pages)
    answers: list[Answer] = []

    def address() -> str:
        return f"{next(turns)}?asked={next(numbers)}"

    def read() -> None:
        answers.extend(asyncio.run(a_second(stack.ports["web"], 10, seconds * 2, address)))

    readers = threading.Thread(target=read)
    readers.start()
    time.sleep(seconds / 5)
    began = time.monotonic()
    stack.manage("migrate", "-v0", root=ROOT)
    took = time.monotonic() - began
    path = stack.folder / "temp" / "old.csv"
    path.write_text(HEADER + "".join(rows(TRIALS, later=True)))
    stack.manage("import_trials", str(path))
    ((stored,),) = stack.sql("SELECT count(*) FROM drugs_trial WHERE home_number LIKE 'NCT00000%'")
    readers.join()
    by_status = Counter(answer.status for answer in answers)
    assert set(by_status) == {200}, f"the old code answered {dict(by_status)}"
    assert stored == TRIALS, f"the old code's import wrote {stored} of {TRIALS} trials"

    stack.kill("web")
    stack.root = ROOT
    stack.start_web()
    stack.wait(30)
    lost = [page for page in pages if not has(stack, page)]
    assert not lost, f"today's code does not answer {lost}"
    return (
        f"migrated in {took:.1f} s, {len(answers)} of {len(answers)} pages answered on {len(pages)} addresses, "
        f"the slowest after {max(answer.seconds for answer in answers):.1f} s; the old code's import is whole"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--since", default="0001")
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    failed = 0
    for label, commit in steps(options.since).items():
        with tempfile.TemporaryDirectory(prefix="therapies-upgrade-", ignore_cleanup_errors=True) as temporary:
            folder = Path(temporary)
            stack = Stack(folder)
            with code_of(commit, folder) as place:
                stack.root = place
                try:
                    stack.up()
                    print(f"before {label}: {upgrade(stack, options.seconds)}", flush=True)
                except (AssertionError, SystemExit) as error:
                    failed += 1
                    print(f"before {label}: NOT held: {error}", flush=True)
                finally:
                    stack.down()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
