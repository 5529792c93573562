"""What every test may ask for."""

from pathlib import Path

import pytest
from django.core.cache import cache

REGISTRY = Path(__file__).resolve().parent.parent.parent / "shared" / "registry"


@pytest.fixture(autouse=True)
def _test_settings(settings, tmp_path):
    """Quick passwords, media in a temporary folder, mail in memory, nothing kept from another test."""
    cache.clear()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()


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
