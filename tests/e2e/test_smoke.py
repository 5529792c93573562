"""A few seconds in a real browser: the main pages come up whole, and nothing complains."""

import re

from django.urls import reverse
from playwright.sync_api import expect

from tests.e2e.pages import Watched, follow


def test_the_main_pages_come_up_whole(page, site):
    watched = Watched(page)

    page.goto(site)
    follow(page.locator("main a[href='/drugs/lenzumestrocel/']").first)
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^\s*Neuronata-R/Lenzumestrocel"))
    expect(page.get_by_text("2.98").first).to_be_visible()
    follow(page.get_by_role("link", name="NCT04745299", exact=True).first)
    expect(page.get_by_role("heading", level=1)).to_contain_text("ALSUMMIT")
    page.goto(site + reverse("therapy-list-approved"))
    expect(page.locator("main a[href='/drugs/tofersen-qalsody/']").first).to_be_visible()

    assert not watched.complaints, watched.complaints
