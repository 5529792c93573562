"""The CSV of all trials from a running site: memory of the server, first byte, total. Then the queries of an API list of 100.

    python bench/downloads.py [--size 100000] [--rounds 3] [--only sqlite|postgresql]

The site runs as it is deployed (granian, one worker) on a database of invented trials (bench/lists.py), SQLite and a PostgreSQL
server of its own. Memory is what the server and its worker hold (resident), read every 20 ms while the file comes, above what
they held before, after an answer that loaded all code. The first byte and the first trial are timed from the request. Exit
status 1 where the aims are missed: 64 MB, one second, 8 queries.
"""

import argparse
import io
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from lists import seed

ROOT = Path(__file__).resolve().parent.parent
MOST_MB, MOST_SECONDS, MOST_QUERIES = 64, 1.0, 8


class Download(NamedTuple):
    growth_mb: float
    first_byte: float
    first_trial: float
    total: float
    megabytes: float
    trials: int


def resident_mb(pid: int) -> float:
    """Of a process and its children, in MB."""
    pages, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        try:
            pages += int(Path(f"/proc/{one}/statm").read_text().split()[1])
            waiting += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
        except FileNotFoundError:  # it has just ended
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Watch(threading.Thread):
    """The most memory that a process held while it was watched."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.before, self.most, self.ended = pid, resident_mb(pid), 0.0, threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.02):
            self.most = max(self.most, resident_mb(self.pid))

    def growth(self) -> float:
        self.ended.set()
        self.join()
        return max(self.most, resident_mb(self.pid)) - self.before


def download(pid: int, address: str) -> Download:
    watch = Watch(pid)
    watch.start()
    began = time.perf_counter()
    with urllib.request.urlopen(address, timeout=600) as answer:
        first = answer.read(1)
        first_byte = time.perf_counter() - began
        header = answer.readline()
        row = answer.readline()
        first_trial = time.perf_counter() - began
        size, lines = len(first) + len(header) + len(row), 1
        while piece := answer.read(1 << 16):
            size += len(piece)
            lines += piece.count(b"\r\n")
    total = time.perf_counter() - began
    return Download(watch.growth(), first_byte, first_trial, total, size / 1e6, lines)


@contextmanager
def running_site() -> Iterator[tuple[int, str]]:
    """The process and the address of the site on the database of DATABASE_URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as media:
        environment = os.environ | {
            "ENVIRONMENT": "production", "SECRET_KEY": secrets.token_urlsafe(60), "ALLOWED_HOSTS": "127.0.0.1",
            "SITE_URL": address, "SECURE_SSL_REDIRECT": "false", "MEDIA_ROOT": media, "DEBUG": "false",
        }  # fmt: skip
        command = [Path(sys.executable).with_name("granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port"]
        command += [
            str(port),
            "--workers",
            "1",
            "--blocking-threads",
            "4",
            "--no-access-log",
            "alliance.wsgi:application",
        ]
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            for _ in range(300):
                try:
                    urllib.request.urlopen(f"{address}/readyz", timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.2)
            else:
                raise SystemExit("The site did not come up.")
            yield server.pid, address
        finally:
            server.terminate()
            server.wait()


def queries_of_a_list() -> int:
    from django.db import connection, reset_queries
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    reset_queries()
    with CaptureQueriesContext(connection) as asked:
        body = Client().get("/api/v1/trials/?page_size=100").json()
    if len(body["results"]) != 100 or not asked:
        raise SystemExit("The list has no 100 trials, or its queries were not seen.")
    return len(asked)


def here(size: int, rounds: int) -> int:
    """Measure on the database of DATABASE_URL, which is filled."""
    sys.path.insert(0, str(ROOT))
    os.environ |= {"DJANGO_SETTINGS_MODULE": "alliance.settings", "DEBUG": "false", "LOG_LEVEL": "ERROR"}
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("load_content", verbosity=0, stdout=io.StringIO())
    seed(size)
    print(f"\n{connection.vendor}, {size:,} trials, load {os.getloadavg()[0]:.1f}")
    print(
        f"  {'round':8}{'growth MB':>10}{'first byte s':>14}{'first trial s':>15}{'total s':>9}{'file MB':>9}{'trials':>9}"
    )
    done = []
    with running_site() as (pid, address):
        urllib.request.urlopen(f"{address}/data/sources.csv", timeout=60).read()
        for number in range(1, rounds + 1):
            done.append(one := download(pid, f"{address}/data/trials.csv"))
            print(
                f"  {number:<8}{one.growth_mb:>10.1f}{one.first_byte:>14.3f}{one.first_trial:>15.3f}{one.total:>9.1f}"
                f"{one.megabytes:>9.1f}{one.trials:>9,}",
                flush=True,
            )
    queries = queries_of_a_list()
    print(f"  an API list of 100 trials: {queries} queries")
    most, slowest = max(one.growth_mb for one in done), max(one.first_byte for one in done)
    missed = most > MOST_MB or slowest > MOST_SECONDS or queries > MOST_QUERIES
    print("  MISSED" if missed else f"  within {MOST_MB} MB, {MOST_SECONDS} s, {MOST_QUERIES} queries", flush=True)
    return int(missed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--here", action="store_true", help="measure on the database of DATABASE_URL, which is filled")
    options = parser.parse_args()
    if options.here:
        return here(options.size, options.rounds)
    command = [sys.executable, __file__, "--here", "--size", str(options.size), "--rounds", str(options.rounds)]
    missed = 0
    if options.only != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            database = {"DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"}
            missed |= subprocess.run(command, check=False, cwd=ROOT, env=os.environ | database).returncode
    if options.only != "sqlite":
        missed |= subprocess.run(["scripts/with-postgres", *command], check=False, cwd=ROOT).returncode
    return missed


if __name__ == "__main__":
    sys.exit(main())
