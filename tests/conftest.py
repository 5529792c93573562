"""What every test may ask for."""

import itertools
import logging
from pathlib import Path

import pytest
from django.conf import settings as site
from django.core.cache import cache
from django.template.backends.django import Template
from django.test import TransactionTestCase

REGISTRY = Path(__file__).resolve().parent.parent.parent / "shared" / "registry"


def pytest_addoption(parser):
    parser.addoption("--faults", action="store_true", help="The slow tests of faults too: make faults.")
    parser.addoption(
        "--all",
        action="store_true",
        help="On PostgreSQL too what says nothing about the database, and the table of who comes in by every method.",
    )


def pytest_collection_modifyitems(config, items):
    """Slow tests are for `make faults`. What is the same on any database is run on SQLite, once: make test runs both."""
    if not config.getoption("--faults"):
        for item in items:
            if item.get_closest_marker("slow_fault"):
                item.add_marker(pytest.mark.skip(reason="slow: make faults"))
    if not config.getoption("--all") and site.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        asks = {item: _asks_the_database(item) for item in items}
        config.hook.pytest_deselected(items=[item for item in items if not asks[item]])
        items[:] = [item for item in items if asks[item]]


def _asks_the_database(item):
    if item.get_closest_marker("any_database"):
        return False
    asks = {"db", "transactional_db", "live_server", "site", "django_db_setup"} & set(getattr(item, "fixturenames", ()))
    is_case = isinstance(getattr(item, "cls", None), type) and issubclass(item.cls, TransactionTestCase)
    return bool(asks or is_case or item.get_closest_marker("django_db"))


@pytest.fixture(scope="session")
def _files(tmp_path_factory):
    """One folder for the files of all tests of a process, with an empty one for collected files."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "static").mkdir()
    return folder


_numbers = itertools.count()


@pytest.fixture(autouse=True)
def _test_settings(settings, _files):
    """Quick passwords, media in a folder of their own (which a test that stores none never makes), nothing kept from another test."""
    cache.clear()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = _files / f"media-{next(_numbers)}"
    settings.STATIC_ROOT = _files / "static"


@pytest.fixture
def unrendered(monkeypatch):
    """Who comes in is decided before a template is drawn; thousands of refusals need no line in a log."""
    monkeypatch.setattr(Template, "render", lambda self, context=None, request=None: "")
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


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
