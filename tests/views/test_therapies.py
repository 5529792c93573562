"""A therapy's page and its editions: what stands where, in how many queries."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from drugs.models import FormerSlug, ImportRun, Publication, ReviewFlag, Trial
from drugs.publishing.answers import answer_still_true
from drugs.publishing.publish import withdraw
from tests import factories

pytestmark = pytest.mark.django_db

#: The queries of a therapy's page, in order.
PAGE_QUERIES = [
    "content version, publications that are due and the next one",
    "live edition with therapy and publication",
    "all rows in one union",
    "trials of the therapy",
    "numbers of those trials",
    "trials that changed since",
    "organisations of its sponsors",
    "outcome measures of its results",
    "trials that only a result names",
    "glossary",
    "editions that readers saw",
    "see also",
    "other therapies in all lists",
]


def whole_page(slug="lenzumestrocel", trials=1):
    edition = factories.whole_edition(slug)
    for _number in range(trials):
        factories.TherapyTrialFactory(therapy=edition.therapy)
    factories.publish(edition, at=timezone.now() - dt.timedelta(days=1))
    return edition


@pytest.mark.parametrize("trials", [1, pytest.param(1000, marks=pytest.mark.any_database)])
def test_a_therapy_page_takes_the_same_queries_for_1_and_1000_trials(client, django_assert_num_queries, trials):
    whole_page(trials=trials)

    with django_assert_num_queries(len(PAGE_QUERIES)):
        response = client.get("/drugs/lenzumestrocel/")

    assert response.status_code == 200
    assert len(PAGE_QUERIES) <= 14


def test_the_page_says_that_a_trial_changed_until_somebody_judged_the_text(client):
    edition = whole_page()
    trial = edition.therapy.trial_links.get().trial
    flag = ReviewFlag.objects.create(
        edition=edition,
        kind="trial_changed",
        trial=trial,
        run=ImportRun.objects.create(),
        field="overall_status",
        old="RECRUITING",
        new="COMPLETED",
        sentences=[{"section": "current_status", "text": "It recruits."}],
        opened_at=timezone.now(),
        changed_on="2026-05-03",
    )
    sentence = "The registry changed this trial on 3 May 2026; we are checking our text."

    html = client.get("/drugs/lenzumestrocel/").content.decode()
    old_address = client.get("/drugs/lenzumestrocel/editions/1/").content.decode()
    answer_still_true([flag], by=factories.UserFactory())

    assert sentence in html
    assert 'It is named under: <a href="#current-status">Current status</a>' in html
    assert sentence not in old_address
    assert sentence not in client.get("/drugs/lenzumestrocel/").content.decode()


def test_a_draft_and_a_scheduled_edition_are_not_found(client):
    draft = factories.EditionFactory()
    scheduled = factories.EditionFactory()
    factories.publish(scheduled, at=timezone.now() + dt.timedelta(hours=1))

    for edition in (draft, scheduled):
        assert client.get(f"/drugs/{edition.therapy.slug}/").status_code == 404
        assert client.get(f"/drugs/{edition.therapy.slug}/editions/1/").status_code == 404
        assert client.get(f"/drugs/{edition.therapy.slug}/editions/").status_code == 404


def test_an_unverified_row_is_nowhere_on_the_page(client):
    edition = factories.EditionFactory()
    factories.SideEffectFactory(edition=edition, term="PLANTED effect", is_verified=False)
    factories.AliasFactory(edition=edition, text="PLANTED alias", is_verified=False)
    factories.publish(edition)

    assert b"PLANTED" not in client.get(f"/drugs/{edition.therapy.slug}/").content


def test_a_withdrawn_edition_answers_410_with_its_reason_and_the_one_before_is_live(client):
    therapy = factories.TherapyFactory(slug="abc")
    first = factories.EditionFactory(therapy=therapy, number=1, background="<p>FIRST</p>")
    factories.publish(first, at=timezone.now() - dt.timedelta(days=2))
    second = factories.EditionFactory(therapy=therapy, number=2, background="<p>SECOND</p>")
    factories.publish(second, at=timezone.now() - dt.timedelta(days=1))

    withdraw(second.publication, reason="A number was wrong.")

    assert b"FIRST" in client.get("/drugs/abc/").content
    gone = client.get("/drugs/abc/editions/2/")
    assert gone.status_code == 410
    assert b"A number was wrong." in gone.content
    assert b"SECOND" not in gone.content
    assert b'href="/drugs/abc/"' in gone.content
    assert b"A number was wrong." in client.get("/drugs/abc/editions/").content


def test_with_all_editions_withdrawn_every_address_answers_410(client):
    edition = factories.live_edition("abc", background="<p>SECRET</p>")
    withdraw(edition.publication, reason="Wrong.")

    for path in ("/drugs/abc/", "/drugs/abc/editions/", "/drugs/abc/editions/1/"):
        response = client.get(path)
        assert response.status_code == 410, path
        assert b"SECRET" not in response.content
        assert b'href="/drugs/abc/"' not in response.content, "a page that leads to itself"


def test_a_former_address_redirects_for_good(client):
    edition = factories.live_edition("new-name")
    FormerSlug.objects.create(therapy=edition.therapy, slug="old-name")

    for path in ("", "editions/", "editions/1/"):
        response = client.get(f"/drugs/old-name/{path}")
        assert (response.status_code, response["Location"]) == (301, f"/drugs/new-name/{path}")


@pytest.mark.parametrize("path", ["", "one-minute/", "plain-words/", "editions/", "editions/1/", "editions/1/2/"])
def test_a_former_address_does_not_tell_the_address_of_a_draft(client, path):
    draft = factories.EditionFactory(therapy__slug="secret-name")
    FormerSlug.objects.create(therapy=draft.therapy, slug="old-name")
    later = factories.EditionFactory(therapy__slug="later-name")
    FormerSlug.objects.create(therapy=later.therapy, slug="old-later-name")
    factories.publish(later, at=timezone.now() + dt.timedelta(days=1))

    for slug in ("old-name", "old-later-name"):
        response = client.get(f"/drugs/{slug}/{path}")
        assert (response.status_code, response.get("Location")) == (404, None)
    withdraw(factories.publish(draft), reason="Wrong.")
    assert client.get(f"/drugs/old-name/{path}")["Location"] == f"/drugs/secret-name/{path}"


def test_an_edition_shows_the_facts_of_its_day(client):
    edition = factories.EditionFactory(therapy=factories.TherapyFactory(slug="abc"))
    link = factories.TherapyTrialFactory(therapy=edition.therapy)
    factories.publish(edition)

    Trial.objects.filter(pk=link.trial_id).update(overall_status="TERMINATED")

    assert "Terminated" in client.get("/drugs/abc/").content.decode()
    then = client.get("/drugs/abc/editions/1/").content.decode()
    assert "Recruiting" in then
    assert "Terminated" not in then


def test_citations_and_numbers_become_links_and_nothing_else_does(client):
    edition = factories.EditionFactory(
        therapy=factories.TherapyFactory(slug="abc"),
        background='<p>As shown (Oh et al., 2018) in NCT01363401. Oh et al., 2018 &lt;b&gt; <a href="https://x.example/">NCT01363401</a></p>',
    )
    factories.SourceFactory(edition=edition, label="Oh et al., 2018", url="javascript:alert(1)")
    link = factories.TherapyTrialFactory(
        therapy=edition.therapy, trial=factories.TrialFactory(home_number="NCT01363401")
    )
    factories.publish(edition)

    html = client.get("/drugs/abc/").content.decode()

    assert '(<a class="cite" href="#source-1">Oh et al., 2018</a>)' in html
    assert f'<a class="trial" href="{link.trial.get_absolute_url()}">NCT01363401</a>.' in html
    assert "&lt;b&gt;" in html
    assert '<a href="https://x.example/">NCT01363401</a>' in html
    assert "javascript:" not in html


@pytest.mark.parametrize(
    "path",
    [
        "/drugs/abc/editions/0/",
        "/drugs/abc/editions/99999999999999999999999999/",
        "/drugs/abc/editions/-1/",
        "/drugs/%00/",
        "/drugs/a b/",
    ],
)
def test_strange_addresses_are_not_found(client, path):
    factories.live_edition("abc")

    assert client.get(path).status_code == 404


def test_public_pages_set_no_cookie_and_may_be_kept(client):
    edition = factories.live_edition("abc")
    trial = factories.TrialFactory()

    for path in (
        "/",
        "/drugs/",
        "/drugs/abc/",
        "/drugs/abc/editions/",
        "/drugs/abc/editions/1/",
        "/trials/",
        trial.get_absolute_url(),
        "/glossary/",
    ):
        response = client.get(path)
        assert response.status_code == 200, path
        assert not response.cookies, path
        assert "Cookie" not in response.get("Vary", ""), path
        assert response["Cache-Control"] == "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400", path
        again = client.get(path, headers={"If-None-Match": response["ETag"]})
        assert again.status_code == 304, path
    factories.publish(factories.EditionFactory(therapy=edition.therapy, number=2))
    assert client.get("/drugs/abc/", headers={"If-None-Match": response["ETag"]}).status_code == 200


def test_no_page_is_kept_past_the_next_scheduled_moment(client):
    factories.live_edition("abc")
    factories.publish(factories.EditionFactory(), at=timezone.now() + dt.timedelta(seconds=20))

    control = client.get("/drugs/abc/")["Cache-Control"]

    assert int(control.split("max-age=")[1].split(",")[0]) <= 20
    assert "stale-while-revalidate" not in control


def test_what_is_withdrawn_or_not_there_may_be_kept_for_a_moment(client):
    """Else a proxy that shows pages while it asks for them anew would go on with the page that was there."""
    withdraw(factories.live_edition("abc").publication, reason="Wrong.")
    trial = factories.TrialFactory(is_verified=False)

    for path, status in (
        ("/drugs/abc/", 410),
        ("/drugs/abc/editions/1/", 410),
        ("/drugs/none/", 404),
        ("/drugs/none/feed/", 404),
        ("/pages/none/", 404),
        (trial.get_absolute_url(), 404),
        (f"/api/v1{trial.get_absolute_url()}", 404),
        (f"/api/v1{trial.get_absolute_url()}fhir/", 404),
    ):
        response = client.get(path)
        assert (response.status_code, response["Cache-Control"]) == (status, "public, max-age=10"), path


def test_an_address_that_needs_a_key_may_not_be_kept_where_nothing_is_found(client):
    for path in ("/metrics", f"/alerts/{'x' * 43}/", "/corrections/none/", "/preview/none/", "/admin/none/", "/none/"):
        response = client.get(path)
        assert response.status_code in (302, 404), path
        assert "public" not in response.get("Cache-Control", ""), path


def test_that_an_edition_is_not_there_yet_is_not_kept_past_its_time(client):
    with time_machine.travel("2026-11-20T12:00:00+00:00", tick=False):
        factories.publish(factories.EditionFactory(), at=timezone.now() + dt.timedelta(seconds=4))

        assert client.get("/drugs/none/")["Cache-Control"] == "public, max-age=4"


def test_an_edition_withdrawn_before_its_time_was_never_there(client):
    edition = factories.EditionFactory(therapy=factories.TherapyFactory(slug="abc"))
    publication = factories.publish(edition, at=timezone.now() + dt.timedelta(hours=1))
    withdraw(publication, reason="Not yet.")
    later = timezone.now() + dt.timedelta(hours=2)

    assert not Publication.objects.withdrawn(later).exists()
    assert not Publication.objects.ever_public(later).exists()
