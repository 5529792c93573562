"""A few seconds in a real browser: the main pages come up whole, and nothing complains."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from tests.e2e.pages import Watched

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_main_pages_come_up_whole(page, live_server):
    call_command("load_content", verbosity=0)
    watched = Watched(page)

    page.goto(live_server.url)
    page.locator("main a[href='/drugs/lenzumestrocel/']").first.click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("Neuronata-R/Lenzumestrocel")
    assert page.get_by_text("2.98").first.is_visible()
    page.get_by_role("link", name="NCT04745299", exact=True).first.click()
    assert "ALSUMMIT" in page.get_by_role("heading", level=1).inner_text()
    page.goto(live_server.url + reverse("therapy-list-approved"))
    assert page.locator("main a[href='/drugs/tofersen-qalsody/']").first.is_visible()

    assert not watched.complaints, watched.complaints
