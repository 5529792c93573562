"""What the head of every kind of page says to machines, on the site as it ships."""

import re

import extruct
import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.template import Context, Template
from django.test import TestCase

from tests import shipped
from tests.e2e.public_pages import PAGES

#: Kinds of pages that none should show: what only one reader asked for, and what is kept for citing.
HIDDEN = {
    "an edition",
    "a card for other sites",
    "search",
    "an empty search",
    "corrections",
    "a correction form",
    "alerts",
    "an alert asked for",
}
OPEN_GRAPH = ("og:title", "og:description", "og:url", "og:type", "og:site_name")


def own_path(address):
    assert address.startswith(settings.SITE_URL + "/"), address
    return address.removeprefix(settings.SITE_URL)


def head_of(html):
    """What a page says to machines, all of it in its head: to parse whole pages would take most of the time."""
    head, body = html.split("</head>")
    assert 'rel="canonical"' not in body
    assert 'property="og:' not in body
    return BeautifulSoup(head, "html.parser")


def canonical_of(html):
    (link,) = head_of(html).find_all("link", rel="canonical")
    return link["href"]


@pytest.mark.any_database
class ShippedPagesTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        shipped.load()

    def page(self, path):
        status, html = shipped.answer(self.client, path)
        assert status == 200, path
        return html

    def test_every_kind_of_page_has_one_address_and_open_graph_or_is_not_to_be_shown(self):
        answers = {name: shipped.answer(self.client, path) for name, path in PAGES.items()}
        there = {name: html for name, (status, html) in answers.items() if status == 200}
        hidden = {name for name, html in there.items() if 'name="robots" content="noindex' in html}

        assert hidden == HIDDEN & set(there)
        assert len(there) > 40
        for name in set(there) - hidden:
            with self.subTest(name):
                self.check(there[name])

    def check(self, html):
        soup = head_of(html)
        said = {name: [tag["content"] for tag in soup.find_all("meta", property=name)] for name in OPEN_GRAPH}
        (title,) = soup.head.find_all("title")
        (description,) = soup.find_all("meta", attrs={"name": "description"})
        address = canonical_of(html)

        assert all(len(values) == 1 and values[0] for values in said.values()), said
        assert said["og:url"] == [address]
        assert said["og:description"] == [description["content"]]
        assert 0 < len(description["content"]) <= 300
        assert title.text.startswith(said["og:title"][0])
        assert not soup.find("meta", property="og:image")
        assert canonical_of(self.page(own_path(address))) == address

    def test_every_address_of_the_sitemap_is_canonical(self):
        addresses = re.findall("<loc>([^<]+)</loc>", self.page("/sitemap.xml"))

        assert len(addresses) > 100
        assert [address for address in addresses if canonical_of(self.page(own_path(address))) != address] == []

    def test_a_missing_or_withdrawn_page_names_no_address(self):
        html = self.client.get("/drugs/nothing-here/").content.decode()

        assert "canonical" not in html
        assert "og:url" not in html

    def test_filters_pages_and_other_numbers_lead_to_one_address(self):
        for path in ("/trials/?page=2", "/trials/?status=COMPLETED&sort=start"):
            assert canonical_of(self.page(path)) == f"{settings.SITE_URL}/trials/"
        compared = canonical_of(self.page("/compare/?drug=tofersen-qalsody&drug=lenzumestrocel&only=differences"))
        assert compared == f"{settings.SITE_URL}/compare/?drug=lenzumestrocel&drug=tofersen-qalsody"

    def test_open_graph_reads_back(self):
        html = self.page("/drugs/tofersen-qalsody/")

        (graph,) = extruct.extract(html, syntaxes=["opengraph"])["opengraph"]

        said = dict(graph["properties"])
        assert said["og:type"] == "article"
        assert said["og:url"] == f"{settings.SITE_URL}/drugs/tofersen-qalsody/"


@pytest.mark.parametrize("text", ['A "b" & <c>', "it's 'd'"])
def test_a_title_and_a_description_are_escaped_once(text):
    template = Template(
        "{% load page_head %}{% titled %}{{ text }}{% endtitled %}{% described %}{{ text }}{% enddescribed %}"
    )

    soup = BeautifulSoup(template.render(Context({"text": text})), "html.parser")

    assert soup.title.text == f"{text} · {settings.SITE_NAME}"
    assert {tag["content"] for tag in soup.find_all("meta")} == {text}


def test_a_long_description_ends_at_a_word():
    template = Template("{% load page_head %}{% described %}{{ text }}{% enddescribed %}")

    soup = BeautifulSoup(template.render(Context({"text": "seven words " * 60})), "html.parser")

    content = soup.find("meta", attrs={"name": "description"})["content"]
    assert len(content) <= 300
    assert content.endswith(("seven…", "words…"))
