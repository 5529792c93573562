"""The lists of therapies: what stands where, in how many queries, in words, and with nothing found."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from tests import factories

pytestmark = pytest.mark.django_db

#: The queries of a list of therapies, in order.
LIST_QUERIES = [
    "content version, publications that are due and the next one",
    "how many match",
    "the page of 25 with therapies and publications",
    "(pk, therapy, modality) of live editions",
    "sponsors of live editions",
    "stages of live editions",
    "furthest phases of therapies",
    "routes of live editions",
    "approvals of live editions",
]


def editions(count, **fields):
    return [factories.live_edition(f"therapy-{number:04}", **fields) for number in range(count)]


@pytest.mark.parametrize("rows", [1, 30])
def test_a_list_takes_the_same_queries_for_1_and_many_rows(client, django_assert_num_queries, rows):
    editions(rows)

    with django_assert_num_queries(len(LIST_QUERIES)):
        response = client.get("/drugs/")

    assert response.status_code == 200
    assert len(LIST_QUERIES) <= 12


@pytest.mark.parametrize("address", ["in-development", "approved", "no-longer-in-development"])
@pytest.mark.parametrize("rows", [1, 30])
def test_each_of_the_three_lists_takes_the_same_queries(client, django_assert_num_queries, address, rows):
    for number in range(rows):
        staged(f"therapy-{number:04}", address.replace("-", "_"))

    with django_assert_num_queries(len(LIST_QUERIES)):
        response = client.get(f"/drugs/{address}/")

    assert ("1 therapy" if rows == 1 else f"{rows} therapies") in response.content.decode()


def test_a_list_under_every_filter_asks_for_its_words_and_its_sponsor_besides(client, django_assert_num_queries):
    """Two more: the editions that hold the words, counted in every facet; the organisation that was named."""
    for _number in range(26):
        edition = factories.EditionFactory()
        factories.StatusEventFactory(edition=edition, stage="approved")
        factories.SponsorFactory(edition=edition, organisation=factories.OrganisationFactory(slug="acme"))
        factories.publish(edition)

    with django_assert_num_queries(len(LIST_QUERIES) + 2):
        response = client.get("/drugs/?stage=approved&modality=small_molecule&sort=-published&q=therapy&sponsor=acme")

    assert len(response.context["rows"]) == 25
    assert len(LIST_QUERIES) + 2 <= 12


def staged(slug, stage, region="WW", **more):
    edition = factories.EditionFactory(therapy=factories.TherapyFactory(slug=slug))
    factories.StatusEventFactory(
        edition=edition, stage=stage, region=region, reason="futility" if stage.startswith("no_") else "", **more
    )
    factories.publish(edition)
    return edition


def test_a_therapy_stands_in_each_list_that_one_of_its_regions_supports(client):
    edition = factories.EditionFactory(therapy=factories.TherapyFactory(slug="abc"))
    factories.StatusEventFactory(edition=edition, stage="approved", region="KR")
    factories.StatusEventFactory(edition=edition, stage="in_development", region="WW")
    factories.publish(edition)

    found = {
        address: b'href="/drugs/abc/"' in client.get(f"/drugs/{address}/").content
        for address in ("in-development", "approved", "no-longer-in-development")
    }

    assert found == {"in-development": True, "approved": True, "no-longer-in-development": False}


def test_an_earlier_or_unverified_stage_puts_a_therapy_in_no_list(client):
    edition = factories.EditionFactory(therapy=factories.TherapyFactory(slug="abc"))
    factories.StatusEventFactory(edition=edition, stage="approved", region="KR", is_current=False)
    factories.StatusEventFactory(edition=edition, stage="approved", region="JP", is_verified=False)
    factories.publish(edition)

    assert b'href="/drugs/abc/"' not in client.get("/drugs/approved/").content


@pytest.mark.parametrize(
    ("regions", "words"),
    [
        ([("in_development", "WW")], "everywhere"),
        ([("in_development", "WW"), ("approved", "KR")], "everywhere else"),
        ([("approved", "KR")], "South Korea"),
    ],
)
def test_everywhere_else_is_said_only_beside_another_region(client, regions, words):
    edition = factories.EditionFactory(therapy=factories.TherapyFactory(slug="abc"))
    for stage, region in regions:
        factories.StatusEventFactory(edition=edition, stage=stage, region=region)
    factories.publish(edition)

    for path in ("/drugs/", "/drugs/abc/"):
        html = client.get(path).content.decode()
        assert f"<b>{words}</b></li>" in html, path
        assert ("everywhere else" in html.split("<h2", 1)[1].split("</ul>")[0]) == (words == "everywhere else")


def test_drafts_and_scheduled_editions_are_in_no_list(client):
    factories.EditionFactory(display_name="DRAFTED")
    factories.publish(factories.EditionFactory(display_name="SCHEDULED"), at=timezone.now() + dt.timedelta(days=1))

    html = client.get("/drugs/").content.decode()

    assert "DRAFTED" not in html
    assert "SCHEDULED" not in html
    assert "0 therapies" in html


def test_the_state_is_said_in_words_and_each_filter_comes_off_by_one_link(client):
    staged("abc", "approved")
    staged("def", "in_development")

    html = client.get("/drugs/?stage=approved&modality=small_molecule").content.decode()

    assert "Approved, Small molecule: 1 of 2 therapies" in html
    assert 'href="?stage=approved"' in html
    assert 'href="?modality=small_molecule"' in html


def test_each_value_of_a_facet_is_one_link_that_keeps_the_others(client):
    staged("abc", "approved")
    staged("def", "in_development")

    page = BeautifulSoup(client.get("/drugs/?stage=approved&q=a&sort=name").content, "html5lib")
    links = {" ".join(link.get_text(" ").split()): link["href"] for link in page.select(".options a")}
    form = {field["name"]: field.get("value") for field in page.select(".filters form [name]")}

    assert links["Chosen, take off: Approved 1"] == "?q=a&sort=name#state"
    assert links["Small molecule 1"] == "?q=a&stage=approved&modality=small_molecule&sort=name#state"
    assert form == {"q": "a", "sort": None, "stage": "approved"}
    assert page.select_one("#state").name == "p"


@pytest.mark.parametrize("query", ["stage=finished", "phase=PHASE9", "country=ZZ", "sort=password", "sponsor=nobody"])
def test_an_invalid_value_says_so_and_shows_nothing(client, query):
    staged("abc", "approved")

    response = client.get(f"/drugs/?{query}")

    html = response.content.decode()
    assert response.status_code == 200
    assert "cannot be used" in html
    assert 'href="/drugs/abc/"' not in html


def test_pages_are_of_25_in_a_stable_order_and_each_row_stands_once(client):
    editions(51)

    seen = []
    for number in (1, 2, 3):
        rows = client.get(f"/drugs/?page={number}").context["rows"]
        assert len(rows) == (25, 25, 1)[number - 1]
        seen += [edition.therapy.slug for edition, *_rest in rows]

    assert seen == [f"therapy-{number:04}" for number in range(51)]


@pytest.mark.any_database
def test_a_page_number_that_is_none_is_put_right(client):
    editions(30)

    for page in ("abc", "0", "-1", "999999999999", "", "٣", "1.5", "2&page=1"):
        response = client.get(f"/drugs/?page={page}")

        assert response.status_code == 200, page
        assert response.context["page"].number in (1, 2), page


@pytest.mark.any_database
def test_links_to_pages_keep_the_filters(client):
    for number in range(26):
        staged(f"therapy-{number:02}", "approved")

    html = client.get("/drugs/?stage=approved&utm_source=x&page=1").content.decode()

    assert 'href="?stage=approved&amp;page=2"' in html
    assert "utm_source" not in html


def test_an_empty_site_says_so_and_leads_on(client):
    html = client.get("/drugs/").content.decode()

    assert "No therapy matches" in html
    assert 'href="/trials/"' in html


def test_a_long_name_is_shown_whole(client):
    name = ("Methylcobalamin" * 11)[:160]
    factories.live_edition("long", display_name=name)

    for path in ("/", "/drugs/", "/drugs/long/"):
        assert name in client.get(path).content.decode(), path
