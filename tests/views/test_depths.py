"""One therapy at three depths, its words explained, who reviewed it, why it ended: all from the same edition."""

import datetime as dt
import re
from html import unescape

import pytest
from django.utils import timezone

from drugs.models import Edition, EditionStep, FormerSlug, Publication
from drugs.publishing.publish import publish, withdraw
from drugs.vocabulary import StepKind
from tests import factories, shipped

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
DEPTHS = ("", "one-minute/", "plain-words/")


def words(html):
    return " ".join(
        unescape(re.sub(r"<[^>]*>", " ", re.sub(r"<(script|head)\b.*?</\1>", " ", html, flags=re.S))).split()
    )


def page(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def an_edition(slug="abc", **fields):
    edition = factories.EditionFactory(
        therapy=factories.TherapyFactory(slug=slug), plain_words="<p>Plain.</p>", **fields
    )
    factories.StatusEventFactory(edition=edition, stage="in_development", region="WW")
    return edition


def test_each_depth_has_an_address_links_to_the_others_and_names_the_full_one_as_canonical(client):
    factories.publish(an_edition())

    for depth in DEPTHS:
        html = page(client, f"/drugs/abc/{depth}")
        links = [f'<a href="/drugs/abc/{other}"' for other in ("one-minute/", "plain-words/", "")]
        assert all(link in html for link in links)
        assert f'<a href="/drugs/abc/{depth}" aria-current="page">' in html
        assert '<link rel="canonical" href="http://127.0.0.1:8000/drugs/abc/">' in html


def test_the_minute_says_stage_approval_kind_review_and_what_to_ask_from_the_rows(client):
    edition = an_edition(summary="<p>SUMMARY</p>")
    factories.StatusEventFactory(edition=edition, stage="approved", region="KR")
    factories.ApprovalFactory(edition=edition, region="KR", kind="conditional")
    factories.DosingFactory(edition=edition, route="intrathecal")
    factories.SideEffectFactory(edition=edition, term="meningitis", is_serious=True)
    factories.SideEffectFactory(edition=edition, term="UNVERIFIED", is_serious=True, is_verified=False)
    factories.TherapyTrialFactory(therapy=edition.therapy)
    factories.publish(edition, note="NOTE")

    text = words(page(client, "/drugs/abc/one-minute/"))

    for expected in (
        "SUMMARY",
        "Approved, conditional South Korea",
        "In development everywhere else",
        "Small molecule",
        "Last reviewed: not yet. Edition 1, as of August 2026. What changed: NOTE",
        "It is approved in: South Korea (conditional). Can I get it where I live, and who pays for it?",
        "1 trial of it looks for people.",
        "Given: into the spinal fluid.",
        "Reported as serious: meningitis.",
    ):
        assert expected in text
    assert "UNVERIFIED" not in text


def test_every_depth_of_every_shipped_page_shows_the_same_facts(client):
    shipped.load()
    for edition in Edition.objects.live(timezone.now()).select_related("therapy"):
        shown = {depth: shipped.answer(client, f"/drugs/{edition.therapy.slug}/{depth}")[1] for depth in DEPTHS}

        stages = {re.search(r'<ul class="stages".*?</ul>', html, re.S)[0] for html in shown.values()}
        reviewed = {re.search(r'<p class="reviewed">.*?</p>', html, re.S)[0] for html in shown.values()}
        glance = {re.search(r'<dl class="glance">.*?</dl>', shown[depth], re.S)[0] for depth in ("", "one-minute/")}
        assert len(stages) == len(reviewed) == len(glance) == 1, edition
        for html in shown.values():
            opened = re.findall(r'popovertarget="word-([\w-]+)">', html)
            assert len(opened) == len(set(opened))
            assert set(opened) == set(re.findall(r'popover id="word-([\w-]+)"', html))


def test_a_page_without_plain_words_leads_to_the_full_one(client):
    factories.live_edition("abc")

    assert client.get("/drugs/abc/plain-words/")["Location"] == "/drugs/abc/"
    assert "plain-words" not in page(client, "/drugs/abc/")


def test_a_former_address_and_a_withdrawn_page_answer_the_same_at_each_depth(client):
    edition = factories.live_edition("abc")
    FormerSlug.objects.create(therapy=edition.therapy, slug="old")

    assert client.get("/drugs/old/one-minute/")["Location"] == "/drugs/abc/one-minute/"
    assert client.get("/drugs/old/plain-words/")["Location"] == "/drugs/abc/plain-words/"
    withdraw(edition.publication, reason="Wrong.")
    assert client.get("/drugs/abc/one-minute/").status_code == 410
    assert client.get("/drugs/nothing/one-minute/").status_code == 404


def test_an_editions_own_address_folds_the_plain_words_away_and_has_no_depths(client):
    factories.publish(an_edition())

    html = page(client, "/drugs/abc/editions/1/")

    assert "The whole page in plain words" in html
    assert "depths" not in html
    assert 'id="since"' not in html


def test_links_of_a_shallow_page_lead_to_the_full_one(client):
    edition = an_edition()
    source = factories.SourceFactory(edition=edition, label="Oh et al., 2018")
    factories.StatusEventFactory(
        edition=edition,
        stage="no_longer_in_development",
        region="KR",
        reason="futility",
        learned="LEARNED",
        source=source,
    )
    factories.publish(edition)

    assert 'href="/drugs/abc/#source-1">Oh et al., 2018' in page(client, "/drugs/abc/one-minute/")
    assert 'href="#source-1">Oh et al., 2018' in page(client, "/drugs/abc/")


# Who reviewed it


def publish_by(edition, publisher, *, saved_by):
    for person in saved_by:
        EditionStep.objects.create(
            therapy=edition.therapy, edition=edition, number=1, kind=StepKind.SAVED, by=person, at=timezone.now()
        )
    publish(edition, note="NOTE", by=publisher, goes_live_at=timezone.now() - dt.timedelta(minutes=1))


def test_the_page_names_roles_not_people(client):
    writer, reviewer = factories.UserFactory(username="WRITER"), factories.UserFactory(username="REVIEWER")
    edition = an_edition()
    publish_by(edition, reviewer, saved_by=[writer])

    html = page(client, "/drugs/abc/")

    assert "written by an editor, checked and published by a second person. Edition 1" in words(html)
    assert '"lastReviewed"' in html
    assert "WRITER" not in html
    assert "REVIEWER" not in html


def test_one_person_alone_is_not_called_two(client, settings):
    settings.REQUIRE_SECOND_PERSON = False
    person = factories.UserFactory()
    edition = an_edition()
    publish_by(edition, person, saved_by=[person])

    text = words(page(client, "/drugs/abc/one-minute/"))

    assert "published by an editor. Edition 1" in text
    assert "second person" not in text


def test_what_nobody_of_the_staff_published_is_not_called_reviewed(client):
    factories.publish(an_edition())

    html = page(client, "/drugs/abc/")

    assert "Last reviewed: not yet." in words(html)
    assert "lastReviewed" not in html


# What changed since a visit


def test_the_page_carries_what_its_editions_changed_and_no_scheduled_one(client):
    therapy = factories.TherapyFactory(slug="abc")
    days = [10, 5, 3, -1]
    for number, ago in enumerate(days, start=1):
        edition = factories.EditionFactory(therapy=therapy, number=number)
        factories.publish(edition, at=timezone.now() - dt.timedelta(days=ago), note=f"NOTE {number}")
    withdraw(Publication.objects.get(edition__number=2), reason="WRONG")

    html = page(client, "/drugs/abc/one-minute/")
    since = re.search(r'<section class="note since".*?</section>', html, re.S)[0]

    assert 'data-edition="3" data-compare="/drugs/abc/editions/" hidden' in since
    assert re.findall(r"<li data-edition=\"(\d)\"( data-withdrawn)? hidden>", since) == [
        ("3", ""),
        ("2", " data-withdrawn"),
        ("1", ""),
    ]
    assert "WRONG" in since
    assert "NOTE 2" not in since
    assert "NOTE 4" not in html


# Why it ended


def test_why_each_shipped_therapy_ended_and_what_was_learned_is_told_at_every_depth(client):
    shipped.load()
    ended = Edition.objects.filter(
        statusevent_set__stage="no_longer_in_development", statusevent_set__is_current=True
    ).distinct()

    assert ended.count() >= 5
    for edition in ended.select_related("therapy"):
        for depth in DEPTHS:
            html = page(client, f"/drugs/{edition.therapy.slug}/{depth}")
            text = words(re.search(r'<section class="ended".*?</section>', html, re.S)[0])
            for event in edition.statusevent_set.public().filter(stage="no_longer_in_development", is_current=True):
                assert f"Why it ended: {event.get_reason_display()}" in text
                assert event.learned
                assert f"What was learned: {' '.join(event.learned.split())}" in text
                assert text.count(" ".join(event.learned.split())) == 1


def test_a_therapy_that_goes_on_has_no_such_box(client):
    factories.publish(an_edition())

    assert 'class="ended"' not in page(client, "/drugs/abc/")
