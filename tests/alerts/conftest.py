"""Alerts are on: mail is configured, and kept in memory."""

import pytest


@pytest.fixture(autouse=True)
def alerts_on(settings):
    settings.ALERTS_BY_MAIL = True
    settings.SITE_URL = "https://therapies.example.org"
