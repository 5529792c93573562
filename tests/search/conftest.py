"""The content that ships, and the page that stands first for what is typed."""

import pytest
from django.utils import timezone

from drugs.search import search
from tests.shipped import load as load_shipped


@pytest.fixture(scope="module")
def shipped(django_db_setup, django_db_blocker):
    """The content that ships, once for this module."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        load_shipped()
        yield timezone.now()
        transaction.set_rollback(True)


@pytest.fixture
def first_page(shipped, django_db_blocker):
    """The key of the page that stands first for a query: a therapy's slug, a trial's number or a term's slug."""

    def first(query):
        with django_db_blocker.unblock():
            hits = search(query, at=shipped).hits()
            return hits[0].key if hits else None

    return first
