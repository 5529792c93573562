"""Two app servers and two workers behind nginx, a primary and a streaming replica: what happens when one of them goes.

    python -m tests.faults.machines [--seconds 10]

Each on a port of this machine, as two hosts would be (docs/deploy.md). Readers ask, twenty a second, for pages that nobody
has kept. A trial's page shows what a public change is worth: the status that an import gave it.
"""

import argparse
import asyncio
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count, cycle
from pathlib import Path

import psycopg

from tests.faults.kill import HEADER
from tests.faults.stack import Stack, free_port
from tests.soak.readers import Answer, a_second, unasked

NUMBER = "NCT09999999"
_STATUSES = cycle((("Recruiting", "RECRUITING"), ("Suspended", "SUSPENDED")))
_days = count(1)


class Machines(Stack):
    """The stack with a second of everything but nginx."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.ports |= {"second web": free_port(), "replica": free_port()}
        self.more = {"DATABASE_REPLICA_URL": f"postgres://postgres@127.0.0.1:{self.ports['replica']}/postgres"}

    def up(self) -> None:
        super().up()
        place = self.folder / "replica"
        place.mkdir()
        shutil.chown(place, "postgres")
        port = str(self.ports["postgres"])
        self._replica("pg_basebackup", "-h", "127.0.0.1", "-p", port, "-U", "postgres", "-R", "-X", "stream")
        self.start_replica()
        self.start_web("second web")
        self.start("second worker", [sys.executable, "manage.py", "db_worker", "--no-reload"])

    def down(self) -> None:
        self.stop_replica()
        super().down()

    def nginx_conf(self) -> str:
        one, _semicolon, rest = super().nginx_conf().partition("    server 127.0.0.1:8000 ")
        options = rest.partition("\n")[0]
        second = f"    server 127.0.0.1:{self.ports['second web']} {options}\n"
        return f"{one}{second}    server 127.0.0.1:8000 {rest}"

    def _replica(self, program: str, *options: str) -> None:
        command = ["runuser", "-u", "postgres", "--", str(self.programs / program)]
        data = str(self.folder / "replica" / "data")
        subprocess.run([*command, "-D", data, *options], cwd="/", check=False, stdout=subprocess.DEVNULL)

    def start_replica(self) -> None:
        options = f"-p {self.ports['replica']} -k /tmp -c listen_addresses=127.0.0.1 -c max_connections=40"
        self._replica("pg_ctl", "-w", "-l", str(self.folder / "replica" / "log"), "-o", options, "start")

    def stop_replica(self) -> None:
        with suppress(FileNotFoundError):
            self._replica("pg_ctl", "-m", "immediate", "stop")

    def on_replica(self, text: str) -> list[tuple[object, ...]]:
        url = f"postgres://postgres@127.0.0.1:{self.ports['replica']}/postgres"
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(text)
            return cursor.fetchall() if cursor.description else []

    def rows_read(self, *, replica: bool) -> int:
        """Rows of the list of trials that one of the two has read so far: nothing but a page reads so many."""
        text = "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables WHERE relname = 'drugs_trial'"
        time.sleep(1.5)  # what a connection counted is told a second later
        return int(str((self.on_replica(text) if replica else self.sql(text))[0][0]))


# What readers see


@contextmanager
def readers(stack: Machines, seconds: float) -> Iterator[list[Answer]]:
    """Twenty a second while the block runs, for `seconds` at least; the answers stand in the list after it."""
    answers: list[Answer] = []

    def read() -> None:
        answers.extend(asyncio.run(a_second(stack.ports["site"], 20, seconds, unasked)))

    thread = threading.Thread(target=read)
    thread.start()
    time.sleep(seconds / 4)
    try:
        yield answers
    finally:
        thread.join()


def all_answered(answers: list[Answer]) -> str:
    by_status = Counter(answer.status for answer in answers)
    slowest = max(answer.seconds for answer in answers)
    assert set(by_status) == {200}, dict(by_status)
    return f"{len(answers)} of {len(answers)} pages answered, the slowest after {slowest:.1f} s"


def publish(stack: Machines) -> str:
    """An import gives the trial another status. Returns the words that its page has to show."""
    words, status = next(_STATUSES)
    path = stack.folder / "temp" / "one.csv"
    day = f"2026-{next(_days):02}-01"
    path.write_text(f"{HEADER}{NUMBER},Two machines,{status},PHASE2,10,2024-01-01,{day},,Rome\n")
    stack.manage("import_trials", str(path))
    return words


def shows(stack: Machines, words: str, *, within: float = 5.0) -> float:
    """Seconds until twenty answers in a row, from both app servers, show it."""
    began, row = time.monotonic(), 0
    while row < 20:
        address = f"http://127.0.0.1:{stack.ports['site']}/trials/{NUMBER}/?asked={time.monotonic_ns()}"
        with urllib.request.urlopen(address, timeout=10) as answer:
            row = row + 1 if words in answer.read().decode() else 0
        assert time.monotonic() - began < within, f"'{words}' is not shown by every server"
    return time.monotonic() - began


def from_replica(stack: Machines) -> tuple[int, int]:
    """Rows of trials that fifty pages read from the replica and from the primary."""
    before = stack.rows_read(replica=True), stack.rows_read(replica=False)
    asyncio.run(a_second(stack.ports["site"], 25, 2, unasked))
    return stack.rows_read(replica=True) - before[0], stack.rows_read(replica=False) - before[1]


def back_on_replica(stack: Machines) -> str:
    for _time in range(10):
        there, here = from_replica(stack)
        if there > 100 * max(here, 1):
            return "reads are back on the replica"
    raise AssertionError(f"rows read from the replica {there}, from the primary {here}")


# What is done to them


def reads(stack: Machines, seconds: float) -> str:
    there, here = from_replica(stack)
    assert there > 1000 and here == 0, (there, here)
    return f"50 pages read {there} rows of trials from the replica, {here} from the primary"


def change(stack: Machines, seconds: float) -> str:
    return f"shown by both servers {shows(stack, publish(stack)):.2f} s after the command ended"


def behind(stack: Machines, seconds: float) -> str:
    stack.on_replica("SELECT pg_wal_replay_pause()")
    try:
        waited = shows(stack, publish(stack))
    finally:
        stack.on_replica("SELECT pg_wal_replay_resume()")
    return f"shown {waited:.2f} s after the command ended, from the primary; {back_on_replica(stack)}"


def replica_killed(stack: Machines, seconds: float) -> str:
    with readers(stack, seconds) as answers:
        stack.stop_replica()
    told = all_answered(answers)
    stack.start_replica()
    return f"{told}; {back_on_replica(stack)}"


def app_server_killed(stack: Machines, seconds: float) -> str:
    with readers(stack, seconds) as answers:
        stack.kill("second web", signal.SIGKILL)
    told = all_answered(answers)
    stack.start_web("second web")
    time.sleep(5)
    return told


def primary_stopped(stack: Machines, seconds: float) -> str:
    with readers(stack, seconds) as answers:
        stack.stop_postgres("immediate")
    told = all_answered(answers)
    stack.start_postgres()
    stack.wait(30)
    return f"{told}; after its return {change(stack, seconds)}; {back_on_replica(stack)}"


FAULTS: tuple[Callable[[Machines, float], str], ...] = (
    reads, change, behind, replica_killed, app_server_killed, primary_stopped,
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory(prefix="therapies-machines-", ignore_cleanup_errors=True) as temporary:
        stack = Machines(Path(temporary))
        try:
            stack.up()
            publish(stack)
            for fault in FAULTS:
                try:
                    print(f"{fault.__name__}: {fault(stack, options.seconds)}", flush=True)
                except AssertionError as error:
                    failed += 1
                    print(f"{fault.__name__}: NOT held: {error}", flush=True)
        finally:
            stack.down()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
