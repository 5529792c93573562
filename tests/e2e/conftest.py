"""Browser tests: real Chromium. What only reads asks one site for the whole run, deployed as in production; what writes
asks Django's live server, with a database that is emptied after each test. Both are on the kind of database that
DATABASE_URL names."""

import os
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.e2e.browser import chromium

# Playwright's event loop makes Django believe that every query comes from async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

#: The file that the address of the readers' site is written to; set by the process that starts it for all others.
_ADDRESS = "READERS_SITE"
_SECONDS = 300  # for migrations, static files and content on a slow machine


def pytest_sessionstart(session):
    """The first process of a run starts the readers' site, and does not wait for it."""
    if _ADDRESS in os.environ or session.config.option.collectonly:
        return
    folder = tempfile.TemporaryDirectory()
    address = os.environ[_ADDRESS] = f"{folder.name}/address"
    script = 'scripts/with-site .venv/bin/python -m tests.e2e.readers_site "$0" >"$0.log" 2>&1 || touch "$0"'
    database = _database(os.environ.get("DATABASE_URL", ""), session.config)
    environment = os.environ | {"EMAIL_URL": "console://"} | database
    server = subprocess.Popen(["bash", "-c", script, address], stdin=subprocess.PIPE, env=environment)

    def stop():
        server.stdin.close()  # which it waits for
        server.wait(timeout=60)
        folder.cleanup()

    session.config.add_cleanup(stop)


def _database(address, config):
    """A database of its own on the server of the tests; SQLite's is a file that comes and goes with the site."""
    if not address.startswith("postgres"):
        return {}
    name = f"readers_{os.getpid()}"

    def ask(what):
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(what)

    ask(f"CREATE DATABASE {name}")
    config.add_cleanup(lambda: ask(f"DROP DATABASE {name} WITH (FORCE)"))
    return {"SITE_DATABASE_URL": urlsplit(address)._replace(path=f"/{name}").geturl()}


@pytest.fixture(scope="session")
def site():
    """The address of the readers' site."""
    address = Path(os.environ[_ADDRESS])
    until = time.monotonic() + _SECONDS
    while not address.exists() and time.monotonic() < until:
        time.sleep(0.5)
    said = address.read_text() if address.exists() else ""
    return said or pytest.fail(f"The readers' site did not come up:\n{Path(f'{address}.log').read_text()}")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": chromium(), "args": ["--no-sandbox", "--disable-gpu"]}


@pytest.fixture(autouse=True)
def _plain_static(settings):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
