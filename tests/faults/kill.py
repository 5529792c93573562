"""Kill an import with SIGKILL at random moments: nothing or everything was written, and the next run completes.

    python -m tests.faults.kill [--rows 100000] [--kills 20] [--seed 1]

`make faults` runs it on SQLite and on a PostgreSQL server of its own with fsync on. Each kill starts from a fresh
copy of the database: 19 of 20 rows of the file are known there, every twentieth of those changes, the rest is new.
What is compared is every fact, number, record, change and the content version, as one digest.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[2]
HEADER = "NCT Number,Study Title,Study Status,Phases,Enrollment,Start Date,Last Update Posted,Other IDs,Locations\n"


def rows(count: int, *, later: bool) -> Iterator[str]:
    """The file before, of the first 95 %, and the file that is killed: 5 % changed, 5 % new."""
    for n in range(count if later else count * 19 // 20):
        is_changed = later and n % 20 == 7
        status, updated = ("COMPLETED", "2026-02-01") if is_changed else ("RECRUITING", "2025-01-01")
        yield f'NCT{n:08},Trial {n},{status},PHASE2,{n % 500},2024-0{n % 9 + 1},{updated},grant {n},"Rome, Italy"\n'


class Database:
    """Copies of one database: a file of SQLite, or a database of the server that DATABASE_URL names."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.server = folder, os.environ.get("DATABASE_URL", "")

    def url(self, name: str) -> str:
        if self.server.startswith("postgres"):
            return urlunsplit(urlsplit(self.server)._replace(path=f"/{name}"))
        return f"sqlite:///{self.folder / name}.sqlite3"

    def make(self, name: str, like: str = "") -> None:
        if self.server.startswith("postgres"):
            import psycopg

            with psycopg.connect(self.server, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
                connection.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {like}" if like else ""))
            return
        for end in ("", "-wal", "-shm"):
            (self.folder / f"{name}.sqlite3{end}").unlink(missing_ok=True)
            if like and (known := self.folder / f"{like}.sqlite3{end}").exists():
                shutil.copy(known, self.folder / f"{name}.sqlite3{end}")

    def environment(self, name: str) -> dict[str, str]:
        return os.environ | {"DATABASE_URL": self.url(name), "MEDIA_ROOT": str(self.folder / "media")}

    def start(self, name: str, *command: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment(name),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def run(self, name: str, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment(name),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout

    def digest(self, name: str) -> str:
        return self.run(name, "-m", "tests.faults.kill", "--digest").strip()


def digest() -> str:
    """Everything that imports decide, as one SHA-256: for the database that DATABASE_URL names."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alliance.settings")
    django.setup()
    from drugs.models import ContentVersion, RegistryRecord, Trial, TrialChange, TrialCountry, TrialIdentifier

    told = hashlib.sha256()
    trials = Trial.objects.order_by("home_number").values_list("home_number", "other_registries", *Trial.FACTS)
    for values in trials.iterator(chunk_size=2000):
        told.update(json.dumps(values, default=str).encode())
    for model, names in (
        (TrialIdentifier, ("trial__home_number", "number", "is_home")),
        (TrialCountry, ("trial__home_number", "country")),
        (RegistryRecord, ("trial__home_number", "digest")),
        (TrialChange, ("trial__home_number", "field", "old", "new")),
    ):
        found = model.objects.order_by(*names).values_list(*names)
        for values in found.iterator(chunk_size=2000):
            told.update(json.dumps(values, default=str).encode())
    told.update(str(ContentVersion.current()).encode())
    return told.hexdigest()


def kill(count: int, kills: int, seed: int) -> dict[str, object]:
    """What was seen. Raises SystemExit at the first state that is neither, or the first run that does not complete."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        database, before, after = Database(folder), folder / "before.csv", folder / "after.csv"
        before.write_text(HEADER + "".join(rows(count, later=False)))
        after.write_text(HEADER + "".join(rows(count, later=True)))
        database.make("base")
        database.run("base", "manage.py", "migrate", "-v0")
        database.run("base", "manage.py", "import_trials", str(before))
        database.make("whole", like="base")
        started = time.monotonic()
        database.run("whole", "manage.py", "import_trials", str(after))
        seconds = time.monotonic() - started
        nothing, everything = database.digest("base"), database.digest("whole")
        if nothing == everything:
            raise SystemExit("The file changes nothing: this shows nothing.")
        seen: Counter[str] = Counter()
        for number in range(1, kills + 1):
            database.make("killed", like="base")
            process = database.start("killed", "manage.py", "import_trials", str(after))
            moment = chance.uniform(0.02, 1) * seconds
            try:
                process.wait(moment)
                seen["ended before the kill"] += 1
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
            found = {nothing: "nothing", everything: "everything"}.get(database.digest("killed"), "a part")
            seen[found] += 1
            if found == "a part":
                raise SystemExit(f"Kill {number}, after {moment:.2f} s: a part of the import was written.")
            database.run("killed", "manage.py", "import_trials", str(after))
            if database.digest("killed") != everything:
                raise SystemExit(f"Kill {number}, after {moment:.2f} s: the next run did not complete the import.")
            say(f"  kill {number} after {moment:.1f} s: {found} written; the next run completed")
    return {"rows": count, "kills": kills, "seconds of a whole import": round(seconds, 1), **seen}


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--digest", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.digest:
        sys.stdout.write(digest() + "\n")
        return
    name = "PostgreSQL" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "SQLite"
    say(f"{name}, seed {options.seed}")
    told = kill(options.rows, options.kills, options.seed)
    sys.stdout.write(f"{name}: {json.dumps(told)}\n")


if __name__ == "__main__":
    main()
