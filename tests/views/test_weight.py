"""What a first visit costs: HTML, CSS, JavaScript and SVG of every kind of page and of every therapy, compressed, at most 60 kB."""

import gzip
import re
from functools import cache
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from drugs.models import Therapy
from tests import shipped
from tests.e2e.public_pages import PAGES

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
MOST, MOST_OF_A_MAP = 60_000, 20_000  # bytes
STATIC = re.compile(r"""(?:src|href)="/static/([^"?#]+)""")


def weight(content):
    return len(gzip.compress(content, compresslevel=6, mtime=0))


@cache
def weight_of_file(name):
    return weight(Path(finders.find(name)).read_bytes())


def files(html):
    """Every own file that a browser loads with the page."""
    return sorted(set(STATIC.findall(html)))


def test_no_page_weighs_more_than_sixty_kilobytes(client):
    shipped.load()
    weights, loaded = {}, set()
    therapies = {slug: f"/drugs/{slug}/" for slug in Therapy.objects.values_list("slug", flat=True)}
    assert len(therapies) >= 23
    for name, path in (PAGES | therapies).items():
        _status, html = shipped.answer(client, path)
        own = files(html)
        assert own, path
        loaded.update(own)
        weights[name] = weight(html.encode()) + sum(weight_of_file(file) for file in own)

    assert {"css/site.css", "js/reading.js", "js/settings.js", "js/visits.js", "img/mark.svg"} <= loaded
    assert not {name: size for name, size in weights.items() if size > MOST}, weights


def test_the_map_weighs_at_most_twenty_kilobytes_and_no_picture_has_a_style_of_its_own(client):
    shipped.load()
    html = client.get("/approvals/").content
    drawn = html[html.index(b'<g id="world">') : html.index(b"</defs>", html.index(b'<g id="world">'))]

    assert weight(drawn) <= MOST_OF_A_MAP
    for page in (html, client.get("/pipeline/").content, client.get("/drugs/cnm-au8/").content):
        assert not re.search(rb"<style|\sstyle=|\son[a-z]+=", page)


@pytest.mark.parametrize("path", sorted(Path("static/css").glob("*.css")), ids=lambda path: path.name)
def test_no_style_sheet_loads_another_file(path):
    """What is weighed is all there is: a style sheet that loads would have to be weighed with what it loads."""
    assert not re.findall(r"url\((?!['\"]?(?:data:|#))|@import", path.read_text())


@pytest.mark.parametrize(
    "path",
    sorted(set(Path("static/js").glob("*.js")) - set(Path("static/js").glob("admin-*.js"))),
    ids=lambda path: path.name,
)
def test_no_script_of_a_public_page_loads_anything(path):
    assert not re.findall(r"\bimport\b\s*[({'\"]|\bfetch\(|XMLHttpRequest|sendBeacon", path.read_text())
