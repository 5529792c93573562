"""Half an hour of readers and an import a minute: memory, files and connections stay as they are.

    python -m tests.soak.soak [--minutes 30] [--rows 5000] [--new 1]

On the deployed site (tests/faults/stack.py). Readers ask for published pages, searches that nobody asked before, the API and
downloads, ten a second. Once a minute the command imports a file of trials of which one in twenty changed and about `--new`
are new: few, since what is kept of lists grows with the trials, and what is looked for here grows without them. Once a minute
each part is looked at: memory, open files, connections of the database. The first fifth is left out (everything is loaded once);
the median of the second fifth is held against that of the last.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections import Counter
from itertools import count
from pathlib import Path
from typing import NamedTuple

from tests.faults.kill import HEADER, rows
from tests.faults.load import PAGES
from tests.faults.stack import Stack
from tests.soak.readers import Answer, a_second

#: Published pages, and what nobody asked before: {} is a number that never comes again.
ASKED = (
    *PAGES,
    "/trials/?q=edaravone+{}",
    "/search/?q=tofersen+{}",
    "/api/v1/therapies/?page_size=5&n={}",
    "/data/trials.csv",
)
#: By how much a median may differ.
FLAT = 0.05
READERS_A_SECOND = 10


class Look(NamedTuple):
    """What each part takes: bytes, files, connections."""

    memory: dict[str, int]
    files: dict[str, int]
    connections: int


def look(stack: Stack) -> Look:
    memory: dict[str, int] = {}
    files: dict[str, int] = {}
    for name, process in stack.processes.items():
        pids = [process.pid, *stack.children(name)]
        memory[name] = sum(_memory(pid) for pid in pids)
        files[name] = sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in pids)
    return Look(memory, files, len(stack.backends()))


def _memory(pid: int) -> int:
    """Bytes that the process itself wrote, what it shares with others in parts (PSS); of the files that it has mapped, such as
    libraries, a part counts more when another process that has them too ends."""
    kept = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in kept if line.startswith(("Pss_Anon:", "Pss_Shmem:")))


def import_once(stack: Stack, turn: int, count_of_rows: int, new: int) -> None:
    """A file in which other trials than last time have changed, and new ones stand at the end."""
    path = stack.folder / "temp" / "soak.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for number, row in enumerate(rows(count_of_rows + turn * new, later=False)):
            file.write(row.replace("RECRUITING", "SUSPENDED") if number % 20 == turn % 20 else row)
    stack.manage("import_trials", str(path))


async def read(port: int, seconds: float) -> list[Answer]:
    numbers = count()
    return await a_second(port, READERS_A_SECOND, seconds, lambda: _address(next(numbers)))


def _address(number: int) -> str:
    return ASKED[number % len(ASKED)].format(number)


def told(name: str, values: list[int]) -> tuple[str, bool]:
    """The medians of the second and of the last fifth, and whether they are alike."""
    fifth = max(1, len(values) // 5)
    early, late = statistics.median(values[fifth : 2 * fifth]), statistics.median(values[-fifth:])
    change = late / early - 1 if early else 0.0
    return f"{name}: {early:,.0f} to {late:,.0f} ({change:+.1%})", change <= FLAT


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=30)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--new", type=int, default=1, help="how many trials each file adds")
    options = parser.parse_args()
    looks: list[Look] = []
    statuses: Counter[int] = Counter()
    with tempfile.TemporaryDirectory(prefix="therapies-soak-", ignore_cleanup_errors=True) as temporary:
        stack = Stack(Path(temporary))
        try:
            stack.more = {"KEPT_PAGES_MB": "8"}
            stack.up()
            for turn in range(options.minutes):
                began = time.monotonic()
                answers = asyncio.run(_minute(stack, turn, options.rows, options.new))
                statuses.update(answer.status for answer in answers)
                looks.append(look(stack))
                print(turn + 1, looks[-1], dict(statuses), f"{time.monotonic() - began:.0f} s", flush=True)
        finally:
            stack.down()
    series = {f"memory of {name}": [each.memory[name] for each in looks] for name in looks[0].memory}
    series |= {f"files of {name}": [each.files[name] for each in looks] for name in looks[0].files}
    series["connections"] = [each.connections for each in looks]
    verdicts = [told(name, values) for name, values in series.items()]
    for line, is_flat in verdicts:
        print(line if is_flat else f"{line}  NOT FLAT")
    wrong = sum(number for status, number in statuses.items() if status != 200)
    print(f"{sum(statuses.values()):,} answers, {wrong} other than 200")
    return 0 if all(is_flat for _line, is_flat in verdicts) and not wrong else 1


async def _minute(stack: Stack, turn: int, count_of_rows: int, new: int) -> list[Answer]:
    reading = asyncio.create_task(read(stack.ports["site"], 60))
    await asyncio.to_thread(import_once, stack, turn, count_of_rows, new)
    return await reading


if __name__ == "__main__":
    sys.exit(main())
