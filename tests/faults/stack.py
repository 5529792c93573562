"""The site as it is deployed, on loopback: PostgreSQL with fsync, granian, the job worker and nginx from deploy/nginx.conf.

Each part can be killed, stopped, filled up or started again. Data, files and temporary files lie on small disks of their
own where the runner may mount them (as root), so that they can be full.
"""

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.proxy import Proxy

ROOT = Path(__file__).resolve().parents[2]
DISKS = {"database": 400, "media": 24, "temp": 24}  # MB


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def proxy_conf(conf: str, folder: Path, web: int, site: int) -> str:
    """A whole configuration for nginx around deploy/nginx.conf, its ports and folders changed. `folder` has a folder `cache`."""
    for shipped, here in {
        "/var/lib/nginx/therapies": str(folder / "cache"),
        "127.0.0.1:8000": f"127.0.0.1:{web}",
        "listen 80;": f"listen 127.0.0.1:{site};",
        "listen [::]:80;": "",
        "server_name therapies.example.org;": "server_name 127.0.0.1;",
        "proxy_set_header Host $host;": "proxy_set_header Host 127.0.0.1;",
    }.items():
        conf = conf.replace(shipped, here)
    main = (
        f"user root;\nworker_processes 1;\nworker_rlimit_nofile 16384;\n"
        f"pid {folder}/nginx.pid;\nerror_log {folder}/nginx-error.log;\n"
    )
    return f"{main}events {{ worker_connections 4096; }}\nhttp {{\naccess_log {folder}/nginx-access.log;\n{conf}\n}}\n"


class Stack:
    def __init__(self, folder: Path) -> None:
        self.folder, self.root = folder, ROOT  # whose code runs
        self.ports = {name: free_port() for name in ("postgres", "web", "site")}
        self.proxy = Proxy(self.ports["postgres"])
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.mounted: list[Path] = []
        self.programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        self.more: dict[str, str] = {}
        self.key = secrets.token_urlsafe(60)

    # Up and down

    def up(self) -> None:
        for name, size in DISKS.items():
            self._disk(name, size)
        (self.folder / "cache").mkdir()
        self.folder.chmod(0o755)
        (self.folder / "cache").chmod(0o777)
        (self.folder / "media").chmod(0o777)
        self._postgres("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.start_postgres()
        for command in (["migrate", "-v0"], ["load_content", "-v0"], ["collectstatic", "--noinput", "-v0"]):
            self.manage(*command)
        self.start_web()
        self.start_worker()
        self.start_nginx()
        self.wait(30)

    def down(self) -> None:
        for name in list(self.processes):
            self.kill(name)
        self._postgres("pg_ctl", "-m", "immediate", "stop", check=False)
        self.proxy.close()
        for place in self.mounted:
            subprocess.run(["umount", "-l", str(place)], check=False)

    def _disk(self, name: str, size: int) -> None:
        place = self.folder / name
        place.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", str(place)], check=False)
        if done.returncode == 0:
            self.mounted.append(place)
        if name == "database":
            shutil.chown(place, "postgres")
            place.chmod(0o700)

    # PostgreSQL

    def _postgres(self, program: str, *options: str, check: bool = True) -> None:
        command = [
            "runuser",
            "-u",
            "postgres",
            "--",
            str(self.programs / program),
            "-D",
            str(self.folder / "database" / "data"),
            *options,
        ]
        subprocess.run(command, cwd="/", check=check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start_postgres(self) -> None:
        limits = "-c max_connections=40 -c max_wal_size=64MB -c min_wal_size=32MB"
        options = f"-p {self.ports['postgres']} -k /tmp -c listen_addresses=127.0.0.1 {limits}"
        self._postgres("pg_ctl", "-w", "-l", str(self.folder / "database" / "log"), "-o", options, "start")

    def stop_postgres(self, mode: str) -> None:
        self._postgres("pg_ctl", "-w", "-m", mode, "stop")

    def postmaster(self) -> int:
        return int((self.folder / "database" / "data" / "postmaster.pid").read_text().split()[0])

    def backends(self) -> list[int]:
        """The processes of PostgreSQL that serve the site."""
        return [
            row[0]
            for row in self.sql(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
        ]

    def connect(self, **more: Any) -> "psycopg.Connection[Any]":
        return psycopg.connect(
            f"postgres://postgres@127.0.0.1:{self.ports['postgres']}/postgres",
            autocommit=True,
            connect_timeout=5,
            **more,
        )

    def sql(self, text: str) -> list[Any]:
        with self.connect() as connection:
            cursor = connection.execute(text)
            return cursor.fetchall() if cursor.description else []

    # The site

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "ENVIRONMENT": "production",
            "SECRET_KEY": self.key,
            "ALLOWED_HOSTS": "127.0.0.1",
            "SITE_URL": f"http://127.0.0.1:{self.ports['site']}",
            "SECURE_SSL_REDIRECT": "false",
            "DATABASE_URL": f"postgres://postgres@127.0.0.1:{self.proxy.port}/postgres",
            "MEDIA_ROOT": str(self.folder / "media"),
            "TMPDIR": str(self.folder / "temp"),
            "TASKS": "database",
            "CORRECTIONS_PER_ADDRESS": "1000000",
            "CORRECTIONS_AN_HOUR": "1000000",
            **self.more,
        }

    def manage(self, *command: str, check: bool = True, root: Path | None = None) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=root or self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise SystemExit(f"{command} ended with {done.returncode}: {done.stderr[-1500:]}")
        return done

    def start(self, name: str, command: list[str], more: dict[str, str] | None = None) -> None:
        environment = self.environment | (more or {})
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, cwd=self.root, env=environment, stdout=log, stderr=log, start_new_session=True
            )

    def nginx_conf(self) -> str:
        return (ROOT / "deploy" / "nginx.conf").read_text()

    def start_web(self, name: str = "web") -> None:
        """With the command of deploy/therapies-web.service, and what it says of memory."""
        unit = (ROOT / "deploy" / "therapies-web.service").read_text()
        line = re.search(r"^ExecStart=\S+/bin/granian (.*)$", unit, re.MULTILINE)
        assert line
        options = line[1].replace("--port 8000", f"--port {self.ports[name]}").split()
        memory = dict(re.findall(r"^Environment=(MALLOC_\w+)=(\S+)$", unit, re.MULTILINE))
        self.start(name, [str(Path(sys.executable).parent / "granian"), *options], memory)

    def start_worker(self) -> None:
        self.start("worker", [sys.executable, "manage.py", "db_worker", "--no-reload"])

    def start_nginx(self) -> None:
        conf = proxy_conf(self.nginx_conf(), self.folder, self.ports["web"], self.ports["site"])
        (self.folder / "nginx.conf").write_text(conf)
        self.start("nginx", ["nginx", "-c", str(self.folder / "nginx.conf"), "-g", "daemon off;"])

    def children(self, name: str) -> list[int]:
        pid = self.processes[name].pid
        return [
            int(line)
            for line in subprocess.run(
                ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
            ).stdout.split()
        ]

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """The whole group of one part, as systemd ends a unit."""
        process = self.processes.pop(name, None)
        if process is None:
            return
        with suppress(ProcessLookupError):  # children that outlived their parent too
            os.killpg(process.pid, number)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def restarted(self) -> None:
        """What systemd does: start again whatever has ended."""
        for name, start in (("web", self.start_web), ("worker", self.start_worker), ("nginx", self.start_nginx)):
            if name not in self.processes or self.processes[name].poll() is not None:
                self.kill(name)
                start()

    def errors(self) -> list[str]:
        """What the site answered with a 500 so far: the end of each line of its log, with the reason."""
        lines = (self.folder / "web.log").read_text(errors="replace").splitlines()
        return [f"a 500: {line[-400:]}" for line in lines if "Internal Server Error: " in line]

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['web']}/readyz", timeout=3) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def wait(self, seconds: float) -> float:
        """Until the site is ready, for so long at most. Returns how long it took."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            self.restarted()
            if self.is_ready():
                return time.monotonic() - began
            time.sleep(0.2)
        raise AssertionError(f"The site is not ready {seconds} s after the fault")

    def fill(self, disk: str) -> Path:
        """Fill a disk to its last byte; delete the answer to make room again."""
        place = self.folder / disk
        if place not in self.mounted:
            raise NotImplementedError("no disk of its own: run as root")
        ballast = place / "ballast"
        try:
            with ballast.open("wb") as file:
                while True:
                    file.write(b"\0" * (1 << 16))
                    file.flush()
        except OSError:
            return ballast
