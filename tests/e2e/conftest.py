"""Browser tests: real Chromium against Django's live server, on the database that DATABASE_URL names."""

import os

import pytest

from tests.e2e.browser import chromium

# Playwright's event loop makes Django believe that every query comes from async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": chromium(), "args": ["--no-sandbox", "--disable-gpu"]}


@pytest.fixture(autouse=True)
def _plain_static(settings):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
