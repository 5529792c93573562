"""The kinds of fault. Each is a function of the stack: it breaks something, waits, and mends it; it may say what it saw."""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg

from tests.faults.stack import ROOT, Stack

Fault = Callable[[Stack, float], str | None]
KINDS: dict[str, Fault] = {}
MOMENT = 2.0
#: What lets a process see another time than its machine (Debian: libfaketime).
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
SKIPPED: dict[str, str] = {} if FAKETIME else {"clock jumps": "needs libfaketime (Debian: apt-get install libfaketime)"}


def kind(function: Fault) -> Fault:
    KINDS[function.__name__.replace("_", " ")] = function
    return function


# Processes of the site


@kind
def web_worker_killed(stack: Stack, seconds: float) -> None:
    os.kill(random.choice(stack.children("web")), signal.SIGKILL)
    time.sleep(MOMENT)


@kind
def web_master_killed(stack: Stack, seconds: float) -> None:
    os.kill(stack.processes["web"].pid, signal.SIGKILL)
    time.sleep(0.5)


@kind
def job_worker_killed(stack: Stack, seconds: float) -> None:
    stack.kill("worker")
    time.sleep(0.5)


@kind
def all_processes_killed(stack: Stack, seconds: float) -> None:
    stack.kill("web")
    stack.kill("worker")
    time.sleep(0.5)


@kind
def web_worker_stopped(stack: Stack, seconds: float) -> None:
    """One of two workers hangs for a while."""
    pid = stack.children("web")[0]
    os.kill(pid, signal.SIGSTOP)
    time.sleep(4)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


@kind
def deploy_under_load(stack: Stack, seconds: float) -> None:
    """migrate, load_content, then restart, as docs/deploy.md has it."""
    stack.manage("migrate", "-v0")
    stack.manage("load_content", "-v0")
    stack.kill("web", signal.SIGTERM)
    stack.kill("worker", signal.SIGTERM)


@kind
def nginx_worker_killed(stack: Stack, seconds: float) -> None:
    for pid in stack.children("nginx"):
        command = Path(f"/proc/{pid}/cmdline").read_text()
        if "worker process" in command:
            os.kill(pid, signal.SIGTERM)
    time.sleep(1)


@kind
def nginx_reloaded(stack: Stack, seconds: float) -> None:
    os.kill(stack.processes["nginx"].pid, signal.SIGHUP)
    time.sleep(1)


# PostgreSQL


@kind
def backends_terminated(stack: Stack, seconds: float) -> None:
    stack.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    time.sleep(MOMENT)


@kind
def backend_killed(stack: Stack, seconds: float) -> None:
    """kill -9 of one: PostgreSQL ends all others and recovers."""
    if backends := stack.backends():
        os.kill(random.choice(backends), signal.SIGKILL)
    time.sleep(MOMENT)


@kind
def server_killed_and_restarted(stack: Stack, seconds: float) -> None:
    pid = stack.postmaster()
    _send(signal.SIGKILL, [pid, *_children(pid)])
    time.sleep(MOMENT)
    (stack.folder / "database" / "data" / "postmaster.pid").unlink(missing_ok=True)
    stack.start_postgres()


@kind
def server_stopped_at_once(stack: Stack, seconds: float) -> None:
    stack.stop_postgres("immediate")
    time.sleep(MOMENT)
    stack.start_postgres()


@kind
def server_restarted(stack: Stack, seconds: float) -> None:
    stack.stop_postgres("fast")
    stack.start_postgres()


@kind
def server_frozen(stack: Stack, seconds: float) -> None:
    """SIGSTOP of the server and all that it started."""
    pids = [stack.postmaster(), *_children(stack.postmaster())]
    _send(signal.SIGSTOP, pids)
    time.sleep(seconds)
    _send(signal.SIGCONT, pids)


@kind
def database_slow(stack: Stack, seconds: float) -> None:
    stack.proxy.delay = 0.3
    time.sleep(5)
    stack.proxy.delay = 0.0


@kind
def database_cut_off(stack: Stack, seconds: float) -> None:
    stack.proxy.cut()
    time.sleep(MOMENT)


@kind
def database_unreachable(stack: Stack, seconds: float) -> None:
    stack.proxy.is_open = False
    stack.proxy.cut()
    time.sleep(5)
    stack.proxy.is_open = True


@kind
def connections_used_up(stack: Stack, seconds: float) -> str:
    held = []
    with suppress(psycopg.OperationalError):
        while True:
            held.append(
                psycopg.connect(f"postgres://postgres@127.0.0.1:{stack.ports['postgres']}/postgres", connect_timeout=5)
            )
    time.sleep(4)
    for connection in held:
        connection.close()
    return f"{len(held)} connections held"


@kind
def database_read_only(stack: Stack, seconds: float) -> None:
    stack.sql("ALTER SYSTEM SET default_transaction_read_only = on")
    stack.sql("SELECT pg_reload_conf()")
    time.sleep(4)
    with stack.connect(options="-c default_transaction_read_only=off") as connection:
        connection.execute("ALTER SYSTEM RESET default_transaction_read_only")
        connection.execute("SELECT pg_reload_conf()")
    time.sleep(0.5)


@kind
def table_locked(stack: Stack, seconds: float) -> None:
    with stack.connect() as connection, connection.transaction():
        connection.execute("LOCK TABLE drugs_correction IN ACCESS EXCLUSIVE MODE")
        time.sleep(4)


# Disks


@kind
def disk_of_the_database_full(stack: Stack, seconds: float) -> None:
    ballast = stack.fill("database")
    with suppress(psycopg.Error):  # what a large write meets there
        stack.sql("CREATE TABLE too_large AS SELECT repeat('x', 1000) AS text FROM generate_series(1, 100000)")
    time.sleep(3)
    ballast.unlink()
    with suppress(psycopg.Error):
        stack.sql("DROP TABLE IF EXISTS too_large")
    if not stack.is_ready():
        with suppress(subprocess.CalledProcessError):
            stack.start_postgres()


@kind
def disk_of_files_full(stack: Stack, seconds: float) -> str:
    """An upload is refused as a whole and leaves no import that says it was done."""
    ballast = stack.fill("media")
    try:
        done = stack.manage("import_trials", str(_trials_file(stack, 2000)), check=False)
    finally:
        ballast.unlink()
    assert done.returncode != 0, "an import without a disk for its file said that it was done"
    return done.stderr.strip().splitlines()[-1][:150] if done.stderr.strip() else ""


@kind
def disk_of_temporary_files_full(stack: Stack, seconds: float) -> None:
    ballast = stack.fill("temp")
    time.sleep(3)
    ballast.unlink()


@kind
def disk_full_during_a_backup(stack: Stack, seconds: float) -> str:
    kept = stack.folder / "temp" / "kept"
    ballast = stack.fill("temp")
    done = stack.manage("backup", "--to", str(kept), check=False)
    ballast.unlink()
    left = list(kept.glob("*.zip")) if kept.exists() else []
    assert done.returncode != 0 and not left, "a backup without a disk said that it was done"
    return done.stderr.strip().splitlines()[-1][:150]


# What stands around


@kind
def cache_gone(stack: Stack, seconds: float) -> None:
    """Redis does not answer: the site is started with an address where nobody listens."""
    stack.more = {"CACHE_URL": "redis://127.0.0.1:1/0"}
    stack.kill("web", signal.SIGTERM)
    stack.wait(30)
    time.sleep(MOMENT)
    stack.more = {}
    stack.kill("web", signal.SIGTERM)


@kind
def mail_gone(stack: Stack, seconds: float) -> str:
    stack.more = {"EMAIL_URL": "smtp://127.0.0.1:1", "DIGEST_RECIPIENTS": "editor@example.org"}
    done = stack.manage("send_digest", check=False)
    stack.more = {}
    assert "1 sent" not in done.stdout, "a mail without a server was said to be sent"
    return done.stdout.strip()[:100]


def _clock_jumps(stack: Stack, by: str) -> None:
    """The time of web and worker goes wrong and is put right again; what counts seconds since the start goes on evenly."""
    clock = stack.folder / "clock"
    clock.write_text("+0\n")
    stack.more = {
        "LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1", "DONT_FAKE_MONOTONIC": "1",
    }  # fmt: skip
    for name in ("web", "worker"):
        stack.kill(name, signal.SIGTERM)
    stack.wait(45)
    for jump in (by, "+0"):
        clock.write_text(f"{jump}\n")
        time.sleep(4)
    stack.more = {}
    for name in ("web", "worker"):
        stack.kill(name, signal.SIGTERM)


if FAKETIME:

    @kind
    def clock_jumps_ahead(stack: Stack, seconds: float) -> None:
        _clock_jumps(stack, "+26h")

    @kind
    def clock_jumps_back(stack: Stack, seconds: float) -> None:
        _clock_jumps(stack, "-2h")


# Twice at once, and killed half-way


@kind
def import_confirmed_twice(stack: Stack, seconds: float) -> str:
    return _twice(stack, "confirm")


@kind
def edition_published_twice(stack: Stack, seconds: float) -> str:
    return _twice(stack, "publish")


@kind
def import_killed(stack: Stack, seconds: float) -> str:
    """The trials of a killed import are all there or none is."""
    before = stack.sql("SELECT count(*) FROM drugs_trial")[0][0]
    count = 3000
    file = _trials_file(stack, count)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_trials", str(file), "--accept-large-change"],
        cwd=ROOT, env=stack.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    with suppress(subprocess.TimeoutExpired):
        process.wait(random.uniform(1.0, 5.0))
    process.kill()
    process.wait()
    time.sleep(0.5)
    written = stack.sql("SELECT count(*) FROM drugs_trial")[0][0] - before
    assert written in (0, count), f"{written} of {count} trials of a killed import are there"
    return f"{written} of {count} written"


@kind
def backup_killed(stack: Stack, seconds: float) -> str:
    kept = stack.folder / "kept"
    shutil.rmtree(kept, ignore_errors=True)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "backup", "--to", str(kept)],
        cwd=ROOT,
        env=stack.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with suppress(subprocess.TimeoutExpired):
        process.wait(random.uniform(0.5, 2.5))
    process.kill()
    process.wait()
    for archive in kept.glob("*.zip"):
        assert stack.manage("restore", str(archive), "--check", check=False).returncode == 0, (
            "a killed backup looks whole"
        )
    return f"{len(list(kept.glob('*.zip')))} archives"


@kind
def backup_under_load(stack: Stack, seconds: float) -> str:
    kept = stack.folder / "kept"
    shutil.rmtree(kept, ignore_errors=True)
    done = stack.manage("backup", "--to", str(kept))
    archive = next(kept.glob("*.zip"))
    checked = stack.manage("restore", str(archive), "--check")
    assert "is whole" in checked.stdout
    return done.stdout.strip().rsplit(": ", 1)[-1]


def _send(number: int, pids: list[int]) -> None:
    """To all of them that are still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def _trials_file(stack: Stack, count: int) -> Path:
    """A registry file of so many trials that are not known yet."""
    from tests.faults.kill import HEADER

    first = random.randrange(10_000_000, 90_000_000)
    path = stack.folder / f"trials-{first}.csv"
    lines = (
        f'NCT{first + n:08},Trial {first + n},RECRUITING,PHASE2,{n % 500},2024-01,2025-01-01,,"Rome, Italy"\n'
        for n in range(count)
    )
    path.write_text(HEADER + "".join(lines))
    return path


def _twice(stack: Stack, what: str) -> str:
    """Two processes do the same at once; one of them has to be told that it was done already."""
    prepared = _python(stack, "prepare", what)
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.append(_python(stack, what, prepared))) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["done", "refused"], f"{what} twice: {answers}"
    assert _python(stack, "count", f"{what}:{prepared}") == "1", f"{what} twice was done twice"
    return ", ".join(answers)


def _python(stack: Stack, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.twice", *words],
        cwd=ROOT,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-800:]
    return done.stdout.strip().splitlines()[-1]
