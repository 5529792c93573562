"""A therapy's page: the site against a minimal Django page and Wagtail with the same text, and a file that nginx sends.

    make bench/wagtail/.venv
    python bench/pages.py [--rounds 5] [--requests 150] [--slug riluzole-tiglutik]

All servers run at once on loopback, one process each, and are asked in turn in every round. CPU is that of the server's own
processes (from /proc), a request at a time, over kept connections; the database of each is SQLite, in the process. Printed are
medians, ranges and ratios of this one run. Throughput is told by wrk (Debian: apt-get install wrk nginx-light) over 8 connections
and moves with what else the machine does.

'Made anew' is what a page costs that nobody kept, in a process that has made its texts, tables and pictures before. The first of a
content version, as deployed, is told twice: of a change that left the page as it was, and of one to all its results (the names of
outcome measures, so that each table and picture is drawn anew). Both are asked once a second, since what is kept is not asked about
sooner, and any page costs more when the processor did something else meanwhile: the minimal page is asked so too. Wagtail has an
environment of its own, and its page what the documentation gives a first site; WordPress is not in it: the shared figures of the
project have it.
"""

import argparse
import contextlib
import copy
import gzip
import http.client
import json
import os
import re
import secrets
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
WAGTAIL = ROOT / "bench" / "wagtail" / ".venv" / "bin"
TICK = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Server:
    """One contender. `path` is asked; `before` is called before each request."""

    def __init__(self, name, command, port, path, environment=None, before=None, encoding="gzip"):
        self.name, self.port, self.path, self.before, self.encoding = name, port, path, before, encoding
        began = time.monotonic()
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | (environment or {}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait()
        self.first_answer = time.monotonic() - began

    def _wait(self):
        for _time in range(4500):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{self.path}", timeout=20) as answer:
                    self.bytes = len(answer.read())
                return
            except OSError:
                time.sleep(0.02)
        self.stop()
        raise SystemExit(f"{self.name} did not start")

    def pids(self):
        found = [self.process.pid]
        for pid in found:
            children = Path(f"/proc/{pid}/task/{pid}/children")
            found += [int(child) for child in children.read_text().split()] if children.exists() else []
        return found

    def cpu(self):
        """Seconds of CPU of the server's processes so far, in steps of about a nanosecond where the kernel tells them."""
        total = 0.0
        for pid in self.pids():
            for thread in Path(f"/proc/{pid}/task").iterdir():
                total += int((thread / "schedstat").read_text().split()[0]) / 1e9
        return total

    def ask(self, connection):
        connection.request(
            "GET", self.path, headers={"Accept-Encoding": self.encoding, "Host": f"127.0.0.1:{self.port}"}
        )
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{self.name}: {answer.status}")
        return len(content)

    def cpu_after_a_change(self, count):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        self.ask(connection)
        spent = 0.0
        for _number in range(count):
            self.before()
            time.sleep(1.05)  # what is kept is not asked about again within a second
            start = self.cpu()
            self.ask(connection)
            spent += self.cpu() - start
        connection.close()
        return spent / count * 1000

    def measured(self, count):
        if self.before:
            return self.cpu_after_a_change(max(10, count // 15))
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        self.ask(connection)  # what is kept from the first time on is measured from the second
        start = self.cpu()
        for _number in range(count):
            self.ask(connection)
        spent = self.cpu() - start
        connection.close()
        return spent / count * 1000

    def throughput(self, seconds=2):
        """Answers a second to 8 connections of wrk, which takes less of the machine than any of the servers."""
        command = ["wrk", "-t1", "-c8", f"-d{seconds}s", "-H", f"Accept-Encoding: {self.encoding}"]
        command += ["-H", f"Host: 127.0.0.1:{self.port}", f"http://127.0.0.1:{self.port}{self.path}"]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        if "Non-2xx" in said or "Socket errors" in said:
            raise SystemExit(f"{self.name}: {said}")
        return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])

    def stop(self):
        self.process.terminate()
        self.process.wait()


def granian(port, target, programs=BIN):
    return [str(programs / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--blocking-threads", "1", "--no-ws", target]  # fmt: skip


def nginx(folder, port, target):
    """The proxy of deploy/nginx.conf, and a server beside it that sends one file."""
    conf = (ROOT / "deploy" / "nginx.conf").read_text().replace("/var/lib/nginx/therapies", f"{folder}/cache")
    conf = (
        conf.replace("127.0.0.1:8000", f"127.0.0.1:{target}")
        .replace("listen 80;", f"listen 127.0.0.1:{port};")
        .replace("listen [::]:80;", "")
    )
    conf = conf.replace("proxy_set_header Host $host;", "proxy_set_header Host 127.0.0.1;")
    conf = conf.replace("therapies.example.org", "127.0.0.1")
    static = f"server {{ listen 127.0.0.1:{port + 1}; root {folder}/static; gzip_static on; default_type text/html; }}"
    head = f"user root;\nworker_processes 1;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{ access_log off;\n"
    (folder / "nginx.conf").write_text(f"{head}{conf}\n{static}\n}}\n")
    return ["nginx", "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]


def manage(environment, *words):
    subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=os.environ | environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def text_of(html, folder):
    """The words of the site's page as sections, and as many sources and links as it has."""
    main = re.search(r"<main.*?</main>", html, re.DOTALL)[0]
    sections = [part for part in re.split(r"(?=<h2)", main) if part]
    sources = re.findall(r'<li id="source[^>]*>(.*?)</li>', html, re.DOTALL)
    words = [re.sub(r"<[^>]+>", "", source)[:190] for source in sources] or ["A source, 2020"] * 20
    menu = [["therapy", "Therapy"], *([f"therapy-{n}", f"Therapy {n}"] for n in range(24))]
    path = folder / "text.json"
    path.write_text(json.dumps({"sections": sections, "sources": words, "menu": menu}))
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=150)
    parser.add_argument("--slug", default="riluzole-tiglutik")
    options = parser.parse_args()
    if not WAGTAIL.exists():
        raise SystemExit("Wagtail is not here: make bench/wagtail/.venv")
    with tempfile.TemporaryDirectory() as temporary, contextlib.ExitStack() as running:
        folder = Path(temporary)
        folder.chmod(0o755)
        servers = []
        for server in contenders(folder, f"/drugs/{options.slug}/"):
            running.callback(server.stop)
            servers.append(server)
        static = copy.copy(servers[-1])
        static.name, static.port = "nginx, a file", static.port + 1
        report([*servers, static], options)


def contenders(folder, path):
    """Each server, started, in the order of the table; the last is nginx, which sends the file too."""
    database = folder / "site.sqlite3"
    base = {
        "ENVIRONMENT": "production", "SECRET_KEY": secrets.token_urlsafe(60), "ALLOWED_HOSTS": "127.0.0.1", "LOG_LEVEL": "WARNING",
        "SECURE_SSL_REDIRECT": "false", "DATABASE_URL": f"sqlite:///{database}", "MEDIA_ROOT": str(folder / "media"),
    }  # fmt: skip
    for words in (["migrate", "-v0"], ["load_content", "-v0"], ["collectstatic", "--noinput", "-v0"]):
        manage(base, *words)

    def bump():
        with contextlib.closing(sqlite3.connect(database, timeout=10)) as connection, connection:
            connection.execute("UPDATE drugs_contentversion SET value = value + 1")

    def change():
        with contextlib.closing(sqlite3.connect(database, timeout=10)) as connection, connection:
            connection.execute(
                "UPDATE drugs_outcomemeasure SET name = name || 'x' WHERE id IN (SELECT outcome_id FROM drugs_reportedresult)"
            )
        bump()

    kept = base | {"KEPT_PAGES_MB": "32"}  # as deploy/environment.example
    ports = [free_port() for _number in range(8)]
    site = "alliance.wsgi:application"
    yield Server("site, each page made anew", granian(ports[0], site), ports[0], path, base)
    html = urllib.request.urlopen(f"http://127.0.0.1:{ports[0]}{path}").read().decode()
    yield Server(
        "site, first of a content version that left the page",
        granian(ports[1], site),
        ports[1],
        path,
        kept,
        before=bump,
    )
    yield Server(
        "site, first of one that changed its results", granian(ports[7], site), ports[7], path, kept, before=change
    )
    yield Server("site, kept bytes", granian(ports[2], site), ports[2], path, kept)

    text = {"BENCH_TEXT": str(text_of(html, folder))}
    minimal = filled(sys.executable, "minimal", folder, text)
    yield Server("minimal Django page", granian(ports[3], "minimal:application"), ports[3], "/therapy/", minimal)
    slowly = granian(ports[6], "minimal:application")
    yield Server("minimal Django page, once a second", slowly, ports[6], "/therapy/", minimal, before=lambda: None)
    wagtail = filled(WAGTAIL / "python", "charity_wagtail", folder, text)
    command = granian(ports[4], "charity_wagtail:application", WAGTAIL)
    yield Server("Wagtail page", command, ports[4], "/therapy/", wagtail)

    place = folder / "static" / path.strip("/")
    place.mkdir(parents=True)
    (place / "index.html").write_text(html)
    (place / "index.html.gz").write_bytes(gzip.compress(html.encode(), 6))
    (folder / "cache").mkdir()
    (folder / "cache").chmod(0o777)
    yield Server("nginx, kept by the proxy", nginx(folder, ports[5], ports[2]), ports[5], path)


def filled(python, module, folder, text):
    """The environment of a site that is one module, once it has filled its database."""
    environment = text | {
        "BENCH_DATABASE": str(folder / f"{module}.sqlite3"),
        "PYTHONPATH": str(ROOT / "bench" / module.split("_")[-1]),
    }
    subprocess.run([python, "-c", f"import {module}"], env=os.environ | environment, check=True)
    return environment


def report(servers, options):
    cpu = {server.name: [] for server in servers}
    rate = {server.name: [] for server in servers if not server.before}
    for _round in range(options.rounds):
        for server in servers:
            cpu[server.name].append(server.measured(options.requests))
            if not server.before:
                rate[server.name].append(server.throughput())
    own = statistics.median(cpu["minimal Django page"])
    print(
        f"{'':50}{'CPU ms (median, range)':>30}{'of minimal':>12}{'requests/s':>12}{'first answer s':>16}{'bytes':>9}"
    )
    for server in servers:
        times = cpu[server.name]
        middle = statistics.median(times)
        speed = f"{statistics.median(rate[server.name]):.0f}" if server.name in rate else ""
        print(
            f"{server.name:50}{middle:>12.3f} ({min(times):.3f} to {max(times):.3f}){middle / own:>12.3f}{speed:>12}"
            f"{server.first_answer:>16.2f}{server.bytes:>9}"
        )
    print(f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
