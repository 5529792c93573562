"""The browser of tests/e2e, and readers who are signed in."""

import pytest
from django.conf import settings as site
from django.test import Client

from tests.e2e.conftest import _plain_static, browser_type_launch_args  # noqa: F401 (fixtures)
from tests.xss.reading import Reader


@pytest.fixture
def reader(browser, live_server):
    """A reader, with the policy or without it, signed in as whom it is given."""
    made = []

    def start(person=None, *, policy=True):
        one = Reader(browser, live_server.url, policy=policy)
        made.append(one)
        if person is not None:
            client = Client()
            client.force_login(person)
            cookie = client.cookies[site.SESSION_COOKIE_NAME]
            one.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        return one

    yield start
    for one in made:
        one.close()
