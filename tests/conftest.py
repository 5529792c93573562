"""What every test may ask for."""

import gc
import itertools
import logging
from pathlib import Path

import pytest
from django.conf import settings as site
from django.contrib import admin
from django.core.cache import caches
from django.db import connection
from django.template.backends.django import Template
from django.template.context import make_context
from django.test import TransactionTestCase, signals

from tests import migrated_databases

REGISTRY = Path(__file__).resolve().parent.parent.parent / "shared" / "registry"


def pytest_addoption(parser):
    parser.addoption("--faults", action="store_true", help="The slow tests of faults too: make faults.")
    parser.addoption(
        "--all",
        action="store_true",
        help="On PostgreSQL too what says nothing about the database, the long walks, and the table of who comes in by every method.",
    )


def pytest_collection_finish():
    """What is there by now stays to the end: looking through it for garbage again and again is a tenth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_collection_modifyitems(config, items):
    """Slow tests are for `make faults`, long walks for `make test-all`. What is the same on any database is run on SQLite, once."""
    if not config.getoption("--faults"):
        for item in items:
            if item.get_closest_marker("slow_fault"):
                item.add_marker(pytest.mark.skip(reason="slow: make faults"))
    if not config.getoption("--all"):
        on_postgresql = site.DATABASES["default"]["ENGINE"].endswith("postgresql")
        left_out = [
            item
            for item in items
            if item.get_closest_marker("long_walk") or (on_postgresql and not _asks_the_database(item))
        ]
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]


def _asks_the_database(item):
    """Whether a test says anything about the database: counts of questions do not, Django asks the same of each."""
    fixtures = set(getattr(item, "fixturenames", ()))
    if item.get_closest_marker("any_database") or any("num_queries" in name for name in fixtures):
        return False
    asks = {"db", "transactional_db", "live_server", "site", "django_db_setup"} & fixtures
    is_case = isinstance(getattr(item, "cls", None), type) and issubclass(item.cls, TransactionTestCase)
    return bool(asks or is_case or item.get_closest_marker("django_db"))


@pytest.fixture(scope="session")
def _files(tmp_path_factory):
    """One folder for the files of all tests of a process, with an empty one for collected files."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "static").mkdir()
    return folder


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """As pytest-django makes it; tests of backups copy what it is before any test."""
    with django_db_blocker.unblock():
        migrated_databases.keep()
    yield
    with django_db_blocker.unblock():
        migrated_databases.forget()


_numbers = itertools.count()


@pytest.fixture(autouse=True)
def _test_settings(settings, _files):
    """Quick passwords, media in a folder of their own (which a test that stores none never makes), nothing kept from another test."""
    for cache in caches.all():
        cache.clear()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = _files / f"media-{next(_numbers)}"
    settings.STATIC_ROOT = _files / "static"


@pytest.fixture
def every_value(request):
    """Whether hostile values are tried that no database gets to see, or sees as any other text: on SQLite; everywhere with --all."""
    return request.config.getoption("--all") or connection.vendor == "sqlite"


@pytest.fixture
def unrendered(monkeypatch):
    """Who comes in is decided before a template is drawn, with the menu of the admin; thousands of refusals need no line in a log."""
    monkeypatch.setattr(Template, "render", lambda self, context=None, request=None: "")
    of_one_app = admin.site.get_app_list
    monkeypatch.setattr(admin.site, "get_app_list", lambda request, app=None: of_one_app(request, app) if app else [])
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def undrawn(monkeypatch):
    """Pages have all that they would show in `response.context`; a large form takes twice as long when it is drawn too."""

    def render(self, context=None, request=None):
        made = make_context(context, request, autoescape=self.backend.engine.autoescape)
        signals.template_rendered.send(sender=self.template, template=self.template, context=made)
        return ""

    monkeypatch.setattr(Template, "render", render)


@pytest.fixture(scope="session")
def registry_folder() -> Path:
    """The real registry exports beside the project; tests that need them skip where they are absent."""
    if not REGISTRY.is_dir():
        pytest.skip(f"the real registry files are not at {REGISTRY}")
    return REGISTRY


def _as_on_later_pages(counting):
    """Budgets count a page as every reader but the first after a change gets it: menus and the like are kept by then
    (tests/test_furniture.py counts the first)."""

    def counted(*args, **kwargs):
        from tests import factories

        factories.keep_furniture()
        return counting(*args, **kwargs)

    return counted


@pytest.fixture
def django_assert_num_queries(django_assert_num_queries):
    return _as_on_later_pages(django_assert_num_queries)


@pytest.fixture
def django_assert_max_num_queries(django_assert_max_num_queries):
    return _as_on_later_pages(django_assert_max_num_queries)
