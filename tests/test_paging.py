"""Pages of a list: the rows of each, and how few rows of many are asked for."""

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from drugs.models import Trial
from drugs.paging import FEW, PAGE_SIZE, few_first, page_of
from tests import factories

pytestmark = pytest.mark.django_db

SOUGHT = QueryDict("q=quercetin")


def trials(count, **fields):
    for number in range(count):
        factories.TrialFactory(last_update_posted=f"2026-05-{number % 7 + 1:02}", **fields)


def sought():
    found = Trial.objects.public().found_by("quercetin")
    return found.order_by("-last_update_posted", "home_number").values("pk", "home_number")


def test_few_rows_are_the_same_rows_in_the_same_order():
    trials(5, brief_title="Quercetin in ALS")
    trials(3)

    assert list(few_first(sought(), 5)) == list(sought())
    assert len(few_first(sought(), 0)) == 0


def test_many_rows_are_asked_for_as_they_are():
    assert few_first(sought(), FEW + 1).query.sql_with_params() == sought().query.sql_with_params()


@pytest.mark.parametrize("is_narrowed", [True, False])
def test_what_a_filter_leaves_is_found_before_it_is_put_in_order(is_narrowed):
    trials(PAGE_SIZE + 2, brief_title="Quercetin in ALS")

    with CaptureQueriesContext(connection) as asked:
        last = page_of(sought(), "2", SOUGHT if is_narrowed else QueryDict())

    assert [row["home_number"] for row in last.rows] == [row["home_number"] for row in sought()][PAGE_SIZE:]
    limits = asked[-1]["sql"].count("LIMIT")
    assert limits == (2 if is_narrowed else 1)


def test_pages_of_the_api_do_the_same(client):
    trials(3, brief_title="Quercetin in ALS")

    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/api/v1/trials/?q=quercetin&page_size=2&page=2").json()

    assert (answer["count"], len(answer["results"])) == (3, 1)
    assert any(query["sql"].count("LIMIT") == 2 for query in asked)
