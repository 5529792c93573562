"""The search page: what it shows, how it fails, and that it costs little."""

import datetime as dt

import pytest
from django.utils import timezone

from tests import factories

pytestmark = pytest.mark.django_db


def page(client, q, status=200):
    response = client.get("/search/", {"q": q})
    assert response.status_code == status
    return response.content.decode()


def test_search_shows_each_kind_with_its_address(client):
    factories.live_edition("imaginol", name="Imaginol", display_name="Imaginol")
    factories.TrialFactory(home_number="NCT00000001", brief_title="Imaginol in ALS", acronym="IMAGINE")
    factories.GlossaryTermFactory(slug="imaginol-word", term="Imaginol word", meaning="A word.")

    html = page(client, "imaginol")

    assert "1 therapy, 1 word explained, 1 trial" in " ".join(html.split())
    for address in ("/drugs/imaginol/", "/glossary/#imaginol-word", "/trials/NCT00000001/"):
        assert f'href="{address}"' in html
    assert "IMAGINE: <mark>Imaginol</mark> in ALS" in html


def test_search_sends_no_cookie_and_may_be_kept(client):
    response = client.get("/search/", {"q": "x"})

    assert not response.cookies
    assert "public" in response["Cache-Control"]
    assert 'name="robots" content="noindex"' in response.content.decode()


def test_search_escapes_what_was_typed_and_what_was_found(client):
    factories.TrialFactory(brief_title="<script>alert(1)</script> imaginol")

    html = page(client, "<script>alert(1)</script> imaginol")

    assert "<script>alert" not in html
    assert "&lt;<mark>script</mark>&gt;" in html


def test_search_without_a_question_says_what_can_be_typed(client):
    assert "Small spelling mistakes do not matter" in page(client, "")
    assert client.get("/search/").status_code == 200


def test_search_that_finds_nothing_leads_on(client):
    html = page(client, "imaginol")

    assert "Nothing was found for “imaginol”." in html
    assert 'href="/drugs/"' in html and 'href="/trials/"' in html and 'href="/glossary/"' in html


def test_search_for_a_number_that_is_not_here_leads_to_the_registry(client):
    html = page(client, "nct 99999999")

    assert "NCT99999999 is a number of ClinicalTrials.gov" in html
    assert 'href="https://clinicaltrials.gov/study/NCT99999999"' in html


def test_search_says_that_the_spelling_was_put_right(client):
    factories.live_edition("edaravone", name="Edaravone", display_name="Edaravone")

    html = page(client, "edavarone")

    assert "Nothing was found for “edavarone”. This is what “Edaravone” finds." in html
    assert 'href="/drugs/edaravone/"' in html


def test_search_says_that_only_some_words_were_found(client):
    factories.live_edition("imaginol", background="<p>For swallowing.</p>")

    assert "No page has all the words of “swallowing underwater”" in page(client, "swallowing underwater")


def test_search_offers_the_name_that_may_be_meant(client):
    factories.live_edition("edaravone", name="Edaravone", display_name="Edaravone")
    factories.TrialFactory(conditions="Use of edavarone")

    html = page(client, "edavarone")

    assert "Did you mean" in html and 'href="/search/?q=Edaravone"' in html


def test_search_leads_to_all_trials_and_the_list_has_as_many(client):
    for n in range(12):
        factories.TrialFactory(brief_title=f"Imaginol {n}")

    html = page(client, "imaginol")
    listed = client.get("/trials/", {"q": "imaginol"}).content.decode()

    assert 'href="/trials/?q=imaginol"' in html and "All 12 trials" in html
    assert "12 trials" in listed


def test_search_says_when_what_was_typed_is_too_long(client):
    assert "Only the first 100 characters" in page(client, "x" * 60_000)


@pytest.mark.parametrize(
    "query", ["q=%00", "q=%ff%fe", "q=%ED%A0%80", "q=a&q=b", "x=1", "q=%F0%9F%99%82", "q=%22", "q=%"]
)
def test_search_answers_whatever_the_address_holds(client, query):
    assert client.get(f"/search/?{query}").status_code == 200


def test_search_never_shows_what_is_not_public(client):
    draft = factories.EditionFactory(name="Secretol", summary="<p>Hidden secretol.</p>")
    factories.publish(draft, at=timezone.now() + dt.timedelta(days=1))
    factories.TrialFactory(brief_title="Secretol", is_verified=False)

    for q in ("secretol", "secretal", "hidden", "secretol hidden xyz"):
        html = page(client, q)
        assert "Nothing was found" in html
        assert "Secretol" not in html


def test_search_costs_the_same_queries_for_one_therapy_and_for_ten(client, django_assert_max_num_queries):
    for n in range(10):
        factories.live_edition(f"imaginol-{n}", name=f"Imaginol {n}", summary="<p>Imaginol.</p>")

    # 2 for the state of the content, 4 for names, 1 for terms, 2 or 3 for each kind of text, 3 for what the cards show
    with django_assert_max_num_queries(19):
        page(client, "imaginol")
