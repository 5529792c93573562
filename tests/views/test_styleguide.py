"""The style guide: there for those who develop, nowhere else, and complete."""

import re
from pathlib import Path

import pytest

from drugs.views.styleguide import COLOURS

pytestmark = pytest.mark.django_db
CSS = Path("static/css")


def test_it_is_there_in_development_only(client, settings):
    assert client.get("/styleguide/").status_code == 404

    settings.DEBUG = True
    response = client.get("/styleguide/")
    assert response.status_code == 200
    assert not response.cookies


def test_it_shows_every_colour_of_the_design_system():
    root = re.search(r":root \{(.*?)\n  \}", (CSS / "site.css").read_text(), re.S)[1]
    colours = re.findall(r"--([\w-]+): light-dark", root)

    assert set(colours) == set(COLOURS)
    assert set(re.findall(r"\.swatch-([\w-]+)", (CSS / "styleguide.css").read_text())) == set(COLOURS)
