"""What stands around every page: menus, announcements, lines, the way to help; in how many queries, and how fresh."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from drugs import furniture
from drugs.furniture import current_furniture, furniture_of
from drugs.models import Announcement, ContentVersion, Disclaimer, MenuEntry
from drugs.models.menu import validate_address
from drugs.publishing.pages import withdraw
from tests import factories

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)


def whole():
    """Some of everything."""
    page = factories.live_page("help", title="Help now").page
    draft = factories.PageVersionFactory(title="Secret draft")
    MenuEntry.objects.create(place="top", label="Therapies", url="/drugs/", position=2)
    MenuEntry.objects.create(place="top", label="First", url="https://example.org/", position=1)
    MenuEntry.objects.create(place="foot", heading="About", label="Help", page=page)
    MenuEntry.objects.create(place="foot", heading="About", label="Not yet", page=draft.page)
    Announcement.objects.create(text="We are moving.", from_on="2026-11-20", until_on="2026-11-30")
    Disclaimer.objects.create(lead="No advice.", text="Ask your team.")
    factories.PortraitFactory()
    ContentVersion.bump()
    return page


def test_where_pages_are_kept_it_is_read_anew_only_when_it_changed(settings, monkeypatch):
    settings.KEPT_PAGES_MB = 8
    monkeypatch.setattr(furniture, "_last", None)
    whole()
    first = furniture_of(ContentVersion.current())
    ContentVersion.bump()
    version = ContentVersion.current()

    with CaptureQueriesContext(connection) as asking:
        again = furniture_of(version)
    MenuEntry.objects.create(place="top", label="Third", url="https://example.org/", position=3)
    ContentVersion.bump()

    assert len(asking) == 1
    assert again is first
    assert [link.label for link in current_furniture().top] == ["First", "Therapies", "Third"]


def test_all_of_it_is_read_in_one_query_and_then_in_none():
    whole()
    version = ContentVersion.current()

    with CaptureQueriesContext(connection) as reading:
        first = furniture_of(version)
    with CaptureQueriesContext(connection) as keeping:
        again = furniture_of(version)

    assert (len(reading), len(keeping)) == (1, 0)
    assert first == again
    assert [link.label for link in first.top] == ["First", "Therapies"]
    assert first.foot[0][0] == "About"
    assert [(link.label, link.address) for link in first.foot[0][1]] == [("Help", "/pages/help/")]
    assert first.help.address == "/pages/help/"
    assert first.has_portraits


def test_a_page_asks_nothing_more_for_it_than_once_a_change(client, django_assert_num_queries):
    whole()
    client.get("/glossary/")

    with django_assert_num_queries(2):  # the state of the content, the terms
        client.get("/glossary/")


def test_a_menu_entry_shows_exactly_while_its_page_is_public(client):
    version = factories.live_page("about", title="About us")
    MenuEntry.objects.create(place="foot", heading="Us", label="Who we are", page=version.page)
    ContentVersion.bump()
    assert 'href="/pages/about/"' in client.get("/drugs/").content.decode()

    withdraw(version, by=None, reason="It named a wrong address.")

    html = client.get("/drugs/").content.decode()
    assert "Who we are" not in html
    assert "/pages/about/" not in html


def test_every_page_leads_to_help_in_one_activation(client):
    whole()
    factories.live_edition("abc")

    pages = ["/", "/drugs/", "/drugs/abc/", "/trials/", "/search/", "/glossary/", "/updates/", "/data/", "/pages/"]
    pages += ["/pages/help/", "/portraits/", "/corrections/", "/corrections/new/", "/nothing-here/"]
    for path in pages:
        assert 'class="door help-now" href="/pages/help/"' in client.get(path).content.decode(), path


def test_with_empty_tables_the_ways_on_and_the_disclaimer_stand_all_the_same(client):
    html = client.get("/drugs/").content.decode()

    assert 'href="/trials/"' in html
    assert "This is information, not medical advice." in html


@pytest.mark.parametrize(
    ("day", "shows"), [("2026-11-19", False), ("2026-11-20", True), ("2026-11-30", True), ("2026-12-01", False)]
)
def test_an_announcement_shows_from_its_first_day_to_its_last(client, day, shows):
    whole()

    with time_machine.travel(f"{day}T12:00:00+00:00", tick=False):
        html = client.get("/drugs/").content.decode()

    assert ("We are moving." in html) == shows


def test_no_page_is_kept_past_the_moment_at_which_an_announcement_changes(client):
    whole()

    with time_machine.travel("2026-11-30T23:59:40+00:00", tick=False):
        before = client.get("/drugs/")
    with time_machine.travel("2026-12-01T00:00:00+00:00", tick=False):
        after = client.get("/drugs/", headers={"If-None-Match": before["ETag"]})

    assert before["Cache-Control"] == "public, max-age=20, stale-if-error=86400"
    assert after.status_code == 200
    assert "We are moving." not in after.content.decode()


def test_an_announcement_to_a_page_that_is_not_public_shows_without_its_link(client):
    draft = factories.PageVersionFactory()
    day = timezone.localdate()
    Announcement.objects.create(text="Read this.", link_label="Here", page=draft.page, from_on=day, until_on=day)

    html = client.get("/drugs/").content.decode()

    assert "Read this." in html
    assert draft.page.get_absolute_url() not in html


def test_what_staff_write_is_text_and_never_markup(client):
    MenuEntry.objects.create(place="top", label="<b>x</b>", url="/drugs/")
    Disclaimer.objects.create(lead="<i>lead</i>")
    day = timezone.localdate()
    Announcement.objects.create(text="<script>alert(1)</script>", from_on=day, until_on=day)

    html = client.get("/glossary/").content.decode()

    assert "<script>alert" not in html
    assert "<b>x</b>" not in html
    assert "&lt;i&gt;lead" in html


@pytest.mark.parametrize(
    "address", ["https://www.example.org/", "https://example.org/a?b=c#d", "/drugs/", "/trials/?status=RECRUITING", "/"]
)
def test_an_address_elsewhere_by_https_or_of_our_own(address):
    validate_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/",
        "//example.org/",
        "/\\example.org/",
        "javascript:alert(1)",
        "data:text/html,x",
        "mailto:a@example.org",
        "drugs/",
        "https://",
        "https://user@example.org/",
        "https://example.org\\@evil.example/",
        "https://exa mple.org/",
        "/drugs/\n",
        "/nothing-here/",
        "/admin/",
        "/admin/login/",
        "/pages/about/",
        "/drugs/lenzumestrocel/",
        "/preview/x/",
    ],
)
def test_an_address_that_a_menu_refuses(address):
    with pytest.raises(ValidationError):
        validate_address(address)


def test_what_changed_is_seen_at_once(client):
    """Each save in the admin counts as a public change: what was kept is not asked any more."""
    client.force_login(factories.UserFactory(is_superuser=True))
    client.get("/drugs/")
    values = {"place": "foot", "heading": "New", "label": "A new way", "position": 0, "page": "", "url": "/trials/"}

    client.post(reverse("admin:drugs_menuentry_add"), values)

    assert "A new way" in client.get("/drugs/").content.decode()
    assert current_furniture().foot[-1][0] == "New"
