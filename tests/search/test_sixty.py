"""Three times sixty things that people type, over the content that ships: the right page comes first."""

import pytest

from tests.search import queries, questions, strangers

pytestmark = pytest.mark.django_db


#: One set on both databases; the others on PostgreSQL too with --all.
@pytest.mark.parametrize(
    "asked",
    [
        queries,
        pytest.param(strangers, marks=pytest.mark.any_database),
        pytest.param(questions, marks=pytest.mark.any_database),
    ],
    ids=["queries", "strangers", "questions"],
)
def test_the_right_page_comes_first_in_at_least_57_of_60(first_page, asked):
    wrong = [(query, found) for query, pages in asked.QUERIES if (found := first_page(query)) not in pages.split()]

    assert len(asked.QUERIES) == 60
    assert len(wrong) <= 3, wrong
