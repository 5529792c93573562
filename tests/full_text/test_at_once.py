"""Rows that are indexed together, at the end: they are found like any other, and the trigger is back whatever happens."""

import pytest
from django.db import connection, transaction

from drugs.full_text import Query
from drugs.full_text.sqlite import indexed_at_once, missing
from drugs.models import Trial
from tests import factories

sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps a generated column")


def add(number, title):
    Trial.objects.bulk_create([Trial(home_number=number, home_registry="CTGOV", brief_title=title)])


def found(text):
    return [trial.home_number for trial in Trial.objects.matching(Query.parse(text)).order_by("home_number")]


@pytest.mark.django_db
def test_trials_written_together_are_found_as_are_those_before_and_after():
    factories.TrialFactory(home_number="NCT00000001", brief_title="Quercetin before")

    with transaction.atomic(), indexed_at_once("drugs_trial"):
        add("NCT00000002", "Quercetin together")
        add("NCT00000003", "Quercetin together too")
    add("NCT00000004", "Quercetin after")

    assert found("quercetin") == [f"NCT0000000{number}" for number in (1, 2, 3, 4)]
    Trial.objects.get(home_number="NCT00000002").delete()
    assert found("quercetin together") == ["NCT00000003"]


@pytest.mark.django_db(transaction=True)
@sqlite_only
def test_what_fails_inside_leaves_the_index_and_its_trigger_as_they_were():
    with pytest.raises(ZeroDivisionError), transaction.atomic(), indexed_at_once("drugs_trial"):
        add("NCT00000002", "Quercetin")
        raise ZeroDivisionError

    assert missing(connection) == []
    assert found("quercetin") == []
    add("NCT00000003", "Quercetin")
    assert found("quercetin") == ["NCT00000003"]


@pytest.mark.django_db(transaction=True)
@sqlite_only
def test_outside_a_transaction_it_is_refused():
    with pytest.raises(transaction.TransactionManagementError), indexed_at_once("drugs_trial"):
        pass
    assert missing(connection) == []
