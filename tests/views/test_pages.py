"""Information pages and portraits: what is public, what is gone, and how fresh."""

import re
from html import unescape

import pytest
from django.utils import timezone

from drugs.models import ContentVersion, PageVersion
from drugs.publishing.pages import withdraw
from drugs.publishing.portraits import take_down
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def text_of(response):
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def test_a_page_shows_its_live_version_its_number_and_what_changed(client):
    factories.live_page("about", body="<p>Old text.</p>")
    factories.live_page("about", title="About us", body="<p>New text.</p>", note="We said it better.")

    response = client.get("/pages/about/")

    text = text_of(response)
    assert response.status_code == 200
    assert "About us" in text
    assert "New text." in text
    assert "Old text." not in text
    assert "Version 2" in text
    assert "We said it better." in text
    assert not response.cookies


def test_headings_of_the_text_are_places_on_the_page(client):
    body = "<p>First.</p>" + "".join(f"<h3>Part &amp; {n}</h3><p>Text.</p><h4>Small</h4>" for n in (1, 1, 2, 3, 4))
    factories.live_page("about", body=body)

    html = client.get("/pages/about/").content.decode()

    assert 'id="part-1"' in html
    assert 'id="part-1-2"' in html
    assert 'href="#part-4"' in html
    assert "<h4" not in html
    assert html.index("First.") < html.index('id="contents"')


@pytest.mark.parametrize("slug", ["draft", "never"])
def test_a_page_that_nobody_published_is_not_there(client, slug):
    factories.PageVersionFactory(page__slug="draft", title="Planted", body="<p>Planted.</p>")

    response = client.get(f"/pages/{slug}/")

    assert response.status_code == 404
    assert "Planted" not in response.content.decode()


def test_a_withdrawn_page_answers_gone_and_why(client):
    version = factories.live_page("about", title="Planted", body="<p>Planted.</p>")
    withdraw(version, by=None, reason="It named a wrong address.")

    response = client.get("/pages/about/")

    assert response.status_code == 410
    assert "It named a wrong address." in text_of(response)
    assert "Planted" not in response.content.decode()


def test_only_live_pages_stand_in_the_list_the_sitemap_and_the_search(client):
    factories.live_page("about", title="Zebrafinch about")
    factories.PageVersionFactory(page__slug="draft", title="Zebrafinch draft", body="<p>Secret zebrafinch.</p>")
    old = factories.live_page("old", title="Zebrafinch old")
    withdraw(old, by=None, reason="Old.")

    listed, sitemap = client.get("/pages/").content.decode(), client.get("/sitemap.xml").content.decode()
    found = client.get("/search/?q=zebrafinch").content.decode()

    assert "Zebrafinch about" in listed
    assert "/pages/about/" in sitemap
    assert 'href="/pages/about/"' in found
    for html in (listed, sitemap, found):
        assert "/pages/draft/" not in html
        assert "/pages/old/" not in html


@pytest.mark.parametrize("q", ["right to try", "Right-to-Try", "the right to tri", "wallabies", "wallaby"])
def test_a_page_is_found_by_its_title_and_by_its_words(client, q):
    factories.live_page("right-to-try", title="Right to try", body="<p>About wallabies &amp; more.</p>")

    html = client.get("/search/", {"q": q}).content.decode()

    assert "/pages/right-to-try/" in html


def test_the_search_reads_the_newest_version_only(client):
    factories.live_page("about", body="<p>Wombat.</p>")
    factories.live_page("about", body="<p>Quokka.</p>")

    assert "/pages/about/" not in client.get("/search/?q=wombat").content.decode()
    assert "/pages/about/" in client.get("/search/?q=quokka").content.decode()


def test_a_page_is_one_query_more_than_the_state_of_the_content(client, django_assert_num_queries):
    factories.live_page("about")

    with django_assert_num_queries(2):
        client.get("/pages/about/")


def test_rich_text_is_cleaned_again_when_it_is_shown(client):
    version = factories.live_page("about")
    PageVersion._base_manager.none()
    with_script = "<p>Text</p><script>alert(1)</script><p onclick='x'>More</p>"
    super(type(PageVersion.objects.all()), PageVersion.objects.filter(pk=version.pk)).update(body=with_script)

    html = client.get("/pages/about/").content.decode()

    assert "alert(1)" not in html
    assert "onclick" not in html


# Portraits


def test_a_portrait_shows_with_its_words_and_loads_late(client):
    portrait = factories.PortraitFactory(person="PLANTED-PERSON", consent_kept_by="PLANTED-OFFICE")
    ContentVersion.bump()

    for path in ("/portraits/", "/"):
        response = client.get(path)
        html = response.content.decode()
        assert f'src="/portraits/{portrait.uid}.webp"' in html
        assert 'alt="A person in a garden."' in html
        assert 'loading="lazy"' in html
        assert "PLANTED" not in html
        assert response["Cache-Control"] == "no-cache"


def test_a_page_without_portraits_may_be_kept(client):
    assert "max-age=60" in client.get("/portraits/")["Cache-Control"]
    assert "No portrait is shown" in text_of(client.get("/portraits/"))


def test_a_picture_is_asked_for_anew_each_time(client):
    portrait = factories.PortraitFactory()

    first = client.get(portrait.get_absolute_url())
    again = client.get(portrait.get_absolute_url(), headers={"If-None-Match": first["ETag"]})

    assert first.content == b"RIFF picture"
    assert first["Content-Type"] == "image/webp"
    assert first["Cache-Control"] == "no-cache"
    assert again.status_code == 304


def test_taken_down_picture_words_and_pages_are_gone_at_once(client):
    portrait = factories.PortraitFactory(caption="Planted caption")
    ContentVersion.bump()
    address = portrait.get_absolute_url()
    picture, page = client.get(address), client.get("/portraits/")

    take_down(portrait.pk, by=None)

    gone = client.get(address, headers={"If-None-Match": picture["ETag"]})
    fresh = client.get("/portraits/", headers={"If-None-Match": page["ETag"]})
    portrait.refresh_from_db()
    assert (gone.status_code, gone.content, gone["Cache-Control"]) == (410, b"", "no-store")
    assert fresh.status_code == 200
    assert "Planted caption" not in fresh.content.decode()
    assert (portrait.picture, portrait.alt_text, portrait.caption) == (None, "", "")
    assert portrait.taken_down_at <= timezone.now()


def test_a_portrait_that_never_was_is_not_found(client):
    assert client.get("/portraits/5b0b8f2e-5f0e-4c5e-9b7e-000000000000.webp").status_code == 404
    assert client.get("/portraits/../settings.webp").status_code == 404
    assert client.post(factories.PortraitFactory().get_absolute_url()).status_code == 405
