"""What a first visit costs: HTML, CSS, JavaScript and SVG of a page, compressed; the map in it."""

import gzip
import re
from functools import cache
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from drugs.models import Edition
from tests import shipped

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
MOST, MOST_OF_A_MAP = 60 * 1024, 20 * 1024


def compressed(content):
    return len(gzip.compress(content, 6))


@cache
def compressed_file(name):
    return compressed(Path(finders.find(name)).read_bytes())


def cost(client, path):
    html = client.get(path).content
    parts = set(re.findall(r'(?:href|src)="/static/([^"?]+\.(?:css|js|svg))"', html.decode()))
    return compressed(html) + sum(compressed_file(part) for part in parts)


def test_no_page_with_a_picture_costs_more_than_60_kb_and_the_map_no_more_than_20(client):
    shipped.load()
    pages = [f"/drugs/{slug}/" for slug in Edition.objects.values_list("therapy__slug", flat=True)]
    costs = {path: cost(client, path) for path in ["/", "/pipeline/", "/approvals/", *pages]}
    html = client.get("/approvals/").content
    drawn = html[html.index(b'<g id="world">') : html.index(b"</defs>", html.index(b'<g id="world">'))]

    assert not {path: bytes_ for path, bytes_ in costs.items() if bytes_ > MOST}
    assert compressed(drawn) <= MOST_OF_A_MAP


def test_no_picture_has_a_style_of_its_own(client):
    shipped.load()
    for path in ("/pipeline/", "/approvals/", "/drugs/cnm-au8/"):
        assert not re.search(rb"<style|\sstyle=|\son[a-z]+=", client.get(path).content)
