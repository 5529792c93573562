"""The page that compares: what it shows, in how many queries, and what it does with a poor choice."""

import pytest

from drugs.publishing.publish import withdraw
from tests import factories

pytestmark = pytest.mark.django_db

#: The queries of a comparison, in order.
COMPARE_QUERIES = [
    "content version, publications that are due and the next one",
    "live editions with therapies and publications",
    "all rows of all editions in one union",
    "trials of the therapies",
    "organisations of the sponsors",
    "outcome measures of the results",
    "trials that only a result names",
]


def whole(slug, trials=2):
    edition = factories.whole_edition(slug)
    for _number in range(trials):
        factories.TherapyTrialFactory(therapy=edition.therapy)
    factories.publish(edition)
    return edition


@pytest.mark.parametrize(("therapies", "trials"), [(2, 1), (4, 1), (4, 60)])
def test_a_comparison_takes_the_same_queries_for_2_and_4_therapies(
    client, django_assert_num_queries, therapies, trials
):
    slugs = [whole(f"therapy-{number}", trials).therapy.slug for number in range(therapies)]

    with django_assert_num_queries(len(COMPARE_QUERIES)):
        response = client.get("/compare/", {"drug": slugs})

    assert response.status_code == 200
    assert len(COMPARE_QUERIES) <= 8


def test_a_comparison_is_cached_like_any_public_page_and_sets_no_cookie(client):
    whole("aaa"), whole("bbb")

    first = client.get("/compare/?drug=aaa&drug=bbb")

    assert first["Cache-Control"].startswith("public, max-age=60")
    assert not first.cookies
    again = client.get("/compare/?drug=aaa&drug=bbb", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert client.get("/compare/?drug=bbb&drug=aaa")["ETag"] != first["ETag"]


def test_each_value_is_labelled_with_its_therapy(client):
    whole("aaa"), whole("bbb")

    html = client.get("/compare/?drug=aaa&drug=bbb").content.decode()

    assert html.count('data-label="Aaa"') == html.count('data-label="Bbb"') > 8
    assert "Compare Aaa and Bbb" in html
    assert 'href="http://127.0.0.1:8000/compare/?drug=aaa&amp;drug=bbb"' in html


def test_what_differs_says_so_and_the_rest_can_be_left_out(client):
    for slug, modality in (("aaa", "vitamin"), ("bbb", "antibody")):
        edition = factories.EditionFactory(therapy=factories.TherapyFactory(slug=slug), modality=modality)
        factories.DosingFactory(edition=edition)
        factories.publish(edition)

    everything = client.get("/compare/?drug=aaa&drug=bbb").content.decode()
    differing = client.get("/compare/?drug=aaa&drug=bbb&only=differences").content.decode()

    assert everything.count('class="differs">differs<') == differing.count('class="differs">differs<') == 1
    assert "Only what differs: leave 2 rows out" in everything
    assert "twice a day" in everything
    assert "twice a day" not in differing
    assert "2 rows are left out: they are the same for all." in differing
    assert 'href="/compare/?drug=aaa&amp;drug=bbb"' in differing


def test_with_nothing_chosen_each_therapy_is_one_link_away(client):
    factories.live_edition("aaa"), factories.live_edition("bbb")

    html = client.get("/compare/").content.decode()

    assert "Choose two to four therapies" in html
    assert 'href="/compare/?drug=aaa"' in html


def test_with_one_chosen_each_other_gives_a_comparison(client):
    factories.live_edition("aaa"), factories.live_edition("bbb")

    html = client.get("/compare/?drug=aaa").content.decode()

    assert "set beside Aaa" in html
    assert 'href="/compare/?drug=aaa&amp;drug=bbb"' in html
    assert '<input type="hidden" name="drug" value="aaa">' in html
    assert 'href="/compare/"' in html  # takes it off


def test_five_are_too_many_and_each_can_be_taken_off(client):
    slugs = [factories.live_edition(f"t{number}").therapy.slug for number in range(5)]

    response = client.get("/compare/", {"drug": slugs})

    html = response.content.decode()
    assert response.status_code == 200
    assert "5 therapies are chosen; at most 4 fit side by side." in html
    assert 'href="/compare/?drug=t1&amp;drug=t2&amp;drug=t3&amp;drug=t4"' in html
    assert "<table" not in html


def test_an_unknown_and_a_withdrawn_therapy_are_named_and_the_others_compared(client):
    factories.live_edition("aaa"), factories.live_edition("bbb")
    withdraw(factories.live_edition("gone").publication, reason="It named a wrong trial.")

    html = client.get("/compare/?drug=aaa&drug=nobody%3Cscript%3E&drug=gone&drug=bbb").content.decode()

    assert "nobody&lt;script&gt;" in html
    assert "The page of Gone was withdrawn" in html
    assert "It named a wrong trial." in html
    assert "Compare Aaa and Bbb" in html
    assert "<table" in html


@pytest.mark.parametrize(
    "query",
    ["drug=%00", "drug=", "drug=a&drug=a", "q=%00", "q=" + "x" * 5000, "drug=" + "y" * 5000, "only=%00", "more=1"],
)
def test_no_address_breaks_it(client, query):
    factories.live_edition("aaa"), factories.live_edition("bbb")

    assert client.get(f"/compare/?drug=aaa&{query}").status_code == 200


def test_looking_for_a_third_keeps_the_two(client):
    for slug in ("aaa", "bbb", "edaravone"):
        factories.live_edition(slug)

    html = client.get("/compare/?drug=aaa&drug=bbb&q=edavarone").content.decode()

    assert 'href="/compare/?drug=aaa&amp;drug=bbb&amp;drug=edaravone"' in html
    assert "Back to the comparison" in html
    assert "<table" not in html


def test_lists_and_pages_lead_to_a_comparison(client):
    factories.live_edition("aaa")

    for path in ("/drugs/", "/drugs/aaa/"):
        assert 'href="/compare/?drug=aaa"' in client.get(path).content.decode(), path


def test_robots_may_read_comparisons(client):
    lines = client.get("/robots.txt").content.decode().splitlines()

    assert "Allow: /compare/" in lines
