"""Cards for other sites: what they say, who may frame them, and what oEmbed answers."""

import json
from xml.etree import ElementTree

import pytest
from django.utils import timezone
from django.utils.html import escape

from drugs.models import Approval, StatusEvent
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def therapy(settings):
    settings.SITE_URL = "https://therapies.example"
    edition = factories.whole_edition("abc")
    Approval.objects.all().delete()
    StatusEvent.objects.all().delete()
    source = edition.source_set.first() if hasattr(edition, "source_set") else None
    for region, kind, name in (("EU", "conditional", "Eurobrand"), ("KR", "full", "Koreabrand")):
        factories.ApprovalFactory(edition=edition, region=region, kind=kind, commercial_name=name, source=source)
        factories.StatusEventFactory(edition=edition, region=region, stage="approved", source=source)
    factories.publish(edition, at=timezone.now())
    return edition


@pytest.mark.parametrize(
    ("country", "shown", "absent"),
    [
        ("DE", ["Eurobrand: conditional", "European Union"], ["Koreabrand"]),
        ("KR", ["Koreabrand"], ["Eurobrand:"]),
        ("US", ["We know of no approval in force there."], ["Koreabrand", "Eurobrand:"]),
        ("", ["Eurobrand: conditional", "Koreabrand"], []),
        ("xx", ["Eurobrand: conditional", "Koreabrand"], []),
    ],
)
def test_a_card_shows_the_approvals_of_one_country(client, therapy, country, shown, absent):
    html = client.get("/drugs/abc/card/", {"country": country}).content.decode()

    assert "Edition 1" in html
    assert "Approved, conditional" in html  # the stage never without its kind
    for words in shown:
        assert words in html
    for words in absent:
        assert words not in html


def test_a_card_is_dated(client, therapy):
    html = client.get("/drugs/abc/card/").content.decode()

    assert f"Shown as it stands on {timezone.localdate():%-d %b %Y}" in html


def test_only_the_card_may_be_framed(client, therapy):
    card, page = client.get("/drugs/abc/card/"), client.get("/drugs/abc/")

    assert "frame-ancestors *" in card["Content-Security-Policy"]
    assert "X-Frame-Options" not in card
    assert not card.cookies
    assert "<script" not in card.content.decode()
    assert "<form" not in card.content.decode()
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"


def test_a_card_of_no_live_page_is_not_there(client):
    factories.EditionFactory(therapy__slug="draft")

    assert client.get("/drugs/draft/card/").status_code == 404


def test_the_page_leads_to_what_oembed_answers(client, therapy):
    page = client.get("/drugs/abc/").content.decode()
    address = "https://therapies.example/oembed/?url=https%3A%2F%2Ftherapies.example%2Fdrugs%2Fabc%2F"
    assert f'type="application/json+oembed" title="Abc" href="{address}"' in page

    response = client.get("/oembed/", {"url": "https://therapies.example/drugs/abc/?country=kr", "maxwidth": "300"})
    answer = json.loads(response.content)

    assert response["Access-Control-Allow-Origin"] == "*"
    assert (answer["version"], answer["type"], answer["width"]) == ("1.0", "rich", 300)
    assert 'src="https://therapies.example/drugs/abc/card/?country=KR"' in answer["html"]
    assert 'width="300"' in answer["html"]


def test_oembed_as_xml(client, therapy):
    response = client.get("/oembed/", {"url": "https://therapies.example/drugs/abc/", "format": "xml"})

    assert response["Content-Type"].startswith("text/xml")
    assert ElementTree.fromstring(response.content).findtext("type") == "rich"  # noqa: S314 (our own)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"url": "https://elsewhere.example/drugs/abc/"},
        {"url": "https://therapies.example/drugs/none/"},
        {"url": "https://therapies.example/admin/"},
        {"url": "https://therapies.example/trials/"},
        {"url": "javascript://therapies.example/drugs/abc/"},
        {"url": "https://[therapies.example/drugs/abc/"},
        {"url": "\x00"},
    ],
)
def test_oembed_knows_no_other_address(client, therapy, query):
    assert client.get("/oembed/", query).status_code == 404


def test_oembed_says_which_formats_it_has(client, therapy):
    query = {"url": "https://therapies.example/drugs/abc/", "format": "yaml"}

    assert client.get("/oembed/", query).status_code == 501


def test_the_maker_shows_what_to_paste(client, therapy):
    html = client.get("/cards/", {"drug": "abc", "country": "KR"}).content.decode()

    assert escape('<iframe src="https://therapies.example/drugs/abc/card/?country=KR"') in html
    assert escape("Koreabrand") in html
    assert "Copied on" in html
    assert "frame-ancestors 'none'" in client.get("/cards/")["Content-Security-Policy"]


def test_what_is_pasted_is_markup_of_ours_alone(client, settings):
    edition = factories.EditionFactory(therapy__slug="abc", display_name='A<script>"', name="A")
    factories.publish(edition, at=timezone.now())

    html = client.get("/cards/", {"drug": "abc"}).content.decode()

    assert "<script>&quot;" not in html
    assert "A<script>" not in html
    assert escape(escape('A<script>"')) in html  # escaped in the text to paste, and once more as the text of an area


@pytest.mark.parametrize("strange", ["\x00", "abc\x00", "a b", "é" * 300, "../x"])
def test_the_maker_says_so_of_what_is_no_name(client, therapy, strange):
    response = client.get("/cards/", {"drug": strange})

    assert response.status_code == 200
    assert "We have no page of that therapy" in response.content.decode()


def test_the_maker_knows_no_other_therapy(client):
    assert "We have no page of that therapy" in client.get("/cards/", {"drug": "none"}).content.decode()
