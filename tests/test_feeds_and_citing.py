"""Feeds, citations, sitemap and linked data: read back by the libraries that others read them with."""

import datetime as dt
import json

import bibtexparser
import extruct
import feedparser
import pytest
import rispy
from django.utils import timezone

from drugs.models import Trial
from drugs.publishing.publish import withdraw
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    edition = factories.whole_edition("lenzumestrocel", display_name="A & <B>")
    factories.TherapyTrialFactory(
        therapy=edition.therapy, trial=factories.TrialFactory(home_number="NCT04745299", acronym="ALSUMMIT")
    )
    factories.publish(edition, at=timezone.now() - dt.timedelta(days=1), note="What changed & why.")
    return edition


FEEDS = [
    "/updates/feed/",
    "/drugs/lenzumestrocel/feed/",
    "/drugs/in-development/feed/",
    "/trials/feed/",
    "/trials/feed/?status=RECRUITING",
]


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_is_well_formed_and_has_its_entry(client, edition, path):
    response = client.get(path)

    feed = feedparser.parse(response.content)
    assert response.status_code == 200
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    assert len(feed.entries) >= 1
    assert all(entry.id and entry.link.startswith("http://127.0.0.1:8000/") and entry.updated for entry in feed.entries)
    assert not response.cookies


def test_a_feed_carries_the_editors_sentence_and_no_draft(client, edition):
    draft = factories.EditionFactory(therapy=edition.therapy, number=2, display_name="PLANTED")
    factories.publish(factories.EditionFactory(display_name="PLANTED too"), at=timezone.now() + dt.timedelta(days=1))

    feeds = [client.get(path).content.decode() for path in FEEDS]

    assert draft.is_draft
    assert "What changed &amp; why." in feeds[0]
    assert not any("PLANTED" in text for text in feeds)


@pytest.mark.parametrize("path", FEEDS)
def test_what_an_entry_says_is_text(client, edition, path):
    """As HTML a feed reader would draw it: a title from a registry, a note with 'p < 0.05'."""
    feed = feedparser.parse(client.get(path).content)

    assert {entry.summary_detail.type for entry in feed.entries} == {"text/plain"}


def test_a_character_that_xml_cannot_hold_fails_no_feed(client):
    live = factories.live_edition("pasted", display_name="A\x01b")
    factories.TherapyTrialFactory(therapy=live.therapy, trial__brief_title="C\x0cd")

    feeds = [
        feedparser.parse(client.get(path).content)
        for path in ("/updates/feed/", "/drugs/pasted/feed/", "/trials/feed/")
    ]

    assert feeds[0].entries[0].title == "Ab, edition 1"
    assert feeds[1].feed.title == "Ab: updates"
    assert "Cd" in feeds[2].entries[0].title


def test_an_invalid_filter_gives_an_empty_feed_and_an_unknown_therapy_404(client, edition):
    assert feedparser.parse(client.get("/trials/feed/?status=NONSENSE").content).entries == []
    assert client.get("/drugs/nothing/feed/").status_code == 404


@pytest.mark.parametrize(
    ("ending", "media_type"), [("ris", "research-info"), ("bib", "bibtex"), ("json", "csl+json"), ("txt", "text/plain")]
)
def test_cite_names_the_permanent_address(client, edition, ending, media_type):
    response = client.get(f"/drugs/lenzumestrocel/editions/1/cite.{ending}")

    assert response.status_code == 200
    assert media_type in response["Content-Type"]
    assert "http://127.0.0.1:8000/drugs/lenzumestrocel/editions/1/" in response.content.decode()


def test_cite_reads_back_as_bibtex_ris_and_json(client, edition):
    bib = bibtexparser.parse_string(client.get("/drugs/lenzumestrocel/editions/1/cite.bib").content.decode()).entries[0]
    ris = rispy.loads(client.get("/drugs/lenzumestrocel/editions/1/cite.ris").content.decode())[0]
    csl = json.loads(client.get("/drugs/lenzumestrocel/editions/1/cite.json").content)[0]

    assert bib.key == csl["id"] == ris["id"] == "lenzumestrocel-1"
    assert csl["title"].startswith("A & <B>")
    assert ris["title"] == csl["title"]


def test_a_withdrawn_edition_keeps_its_citation_and_says_so(client, edition):
    withdraw(edition.publication, reason="A number was wrong.")

    text = client.get("/drugs/lenzumestrocel/editions/1/cite.txt").content.decode()

    assert "Withdrawn on" in text
    assert "A number was wrong." in text


@pytest.mark.parametrize("path", ["cite.pdf", "cite.", "cite.txt/../x"])
def test_other_endings_are_not_found(client, edition, path):
    assert client.get(f"/drugs/lenzumestrocel/editions/1/{path}").status_code == 404


def test_a_draft_cannot_be_cited(client):
    draft = factories.EditionFactory()

    assert client.get(f"/drugs/{draft.therapy.slug}/editions/1/cite.txt").status_code == 404


def test_sitemap_and_robots(client, edition):
    factories.EditionFactory(therapy=factories.TherapyFactory(slug="a-draft"))
    hidden = factories.TrialFactory(is_verified=False)

    sitemap = client.get("/sitemap.xml").content.decode()

    assert "http://127.0.0.1:8000/drugs/lenzumestrocel/" in sitemap
    assert "/trials/NCT04745299/" in sitemap
    assert "a-draft" not in sitemap
    assert hidden.home_number not in sitemap
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in client.get("/robots.txt").content.decode()


@pytest.mark.parametrize(
    ("path", "kind"), [("/drugs/lenzumestrocel/", "MedicalWebPage"), ("/trials/NCT04745299/", "MedicalTrial")]
)
def test_linked_data_reads_back(client, edition, path, kind):
    html = client.get(path).content.decode()

    (data,) = extruct.extract(html, syntaxes=["json-ld"])["json-ld"]

    assert data["@type"] == kind
    assert data["url"] == f"http://127.0.0.1:8000{path}"


def test_linked_data_of_a_trial_carries_all_its_registry_numbers(client, edition):
    trial = Trial.objects.get(home_number="NCT04745299")
    trial.identifiers.create(registry="CRIS", number="KCT0005954")
    trial.identifiers.create(registry="CTIS", number="2023-500001-11")

    (data,) = extruct.extract(client.get("/trials/NCT04745299/").content.decode(), syntaxes=["json-ld"])["json-ld"]

    assert data["@type"] == "MedicalTrial"
    assert {(row["@type"], row["value"]) for row in data["identifier"]} == {
        ("PropertyValue", number) for number in ("NCT04745299", "KCT0005954", "2023-500001-11")
    }
    assert len({row["propertyID"] for row in data["identifier"]}) == 3


def test_linked_data_cannot_end_its_block(client):
    factories.live_edition("abc", display_name="</script><script>alert(1)</script>")

    html = client.get("/drugs/abc/").content.decode()

    assert "<script>alert" not in html
