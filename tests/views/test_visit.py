"""The page of the visit sheet: queries, addresses beside codes, and helpful answers to a poor choice."""

import pytest

from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

#: The queries of a sheet, in order.
SHEET_QUERIES = [
    "content version, publications that are due and the next one",
    "trials by their numbers",
    "live editions with therapies and publications",
    "all rows of all editions in one union",
    "trials of the therapies",
    "organisations of the sponsors",
    "outcome measures of the results",
    "trials that only a result names",
    "links of the trials",
    "live editions that show them",
]


def chosen(therapies, trials):
    slugs, numbers = [], []
    for number in range(therapies):
        edition = factories.whole_edition(f"t{number}")
        factories.TherapyTrialFactory(therapy=edition.therapy)
        factories.publish(edition)
        slugs.append(edition.therapy.slug)
    for _number in range(trials):
        trial = factories.TrialFactory(locations="A site, A town, Canada")
        factories.TherapyTrialFactory(therapy=factories.TherapyFactory(slug="t0"), trial=trial)
        numbers.append(trial.home_number)
    return {"drug": slugs, "trial": numbers}


@pytest.mark.parametrize(("therapies", "trials"), [(1, 1), (6, 8)])
def test_a_sheet_takes_the_same_queries_for_few_and_many(client, django_assert_num_queries, therapies, trials):
    query = chosen(therapies, trials)

    with django_assert_num_queries(len(SHEET_QUERIES)):
        response = client.get("/visit/", query)

    assert response.content.decode().count("<article") == therapies + trials
    assert len(SHEET_QUERIES) <= 11


def test_a_sheet_says_that_an_approval_is_conditional_where_it_says_approved(client):
    edition = factories.EditionFactory(therapy__slug="abc")
    factories.StatusEventFactory(edition=edition, stage="approved", region="KR")
    factories.ApprovalFactory(edition=edition, region="KR", kind="conditional")
    factories.publish(edition)

    text = client.get("/visit/", {"drug": "abc"}).content.decode()

    assert "Approved, conditional</span> <b>South Korea" in text


def test_each_code_has_its_address_in_words_beside_it(client):
    html = client.get("/visit/", chosen(2, 2)).content.decode()

    assert html.count('class="qr"') == 4
    assert ">http://127.0.0.1:8000/drugs/t0/editions/1/</a>" in html
    assert html.count(">https://clinicaltrials.gov/study/NCT") == 2


def test_a_sheet_says_how_old_everything_is(client):
    trial = factories.TrialFactory(last_update_posted="2026-05-03")
    factories.live_edition("aaa")

    html = client.get("/visit/", {"drug": "aaa", "trial": trial.home_number}).content.decode()

    assert "registry as of 3 May 2026" in html
    assert "Edition 1, as of August 2026, published" in html
    assert "Made on" in html


def test_a_sheet_is_cached_like_any_public_page_and_sets_no_cookie(client):
    response = client.get("/visit/", chosen(1, 1))

    assert response["Cache-Control"].startswith("public")
    assert response["ETag"]
    assert not response.cookies


def test_nothing_chosen_offers_all(client):
    factories.live_edition("aaa")

    html = client.get("/visit/").content.decode()

    assert 'name="drug" value="aaa">' in html
    assert "Make the sheet" in html
    assert "<article" not in html


def test_a_search_within_keeps_what_is_ticked(client):
    for slug in ("aaa", "bbb", "ccc"):
        factories.live_edition(slug)
    trial = factories.TrialFactory()

    html = client.get(f"/visit/?choose=1&q=ccc&drug=aaa&trial={trial.home_number}").content.decode()

    assert 'name="drug" value="aaa" checked' in html
    assert f'name="trial" value="{trial.home_number}" checked' in html
    assert 'name="drug" value="ccc">' in html
    assert 'value="bbb"' not in html


def test_too_many_are_told_and_can_be_unticked(client):
    slugs = [factories.live_edition(f"t{n}").therapy.slug for n in range(7)]

    html = client.get("/visit/", {"drug": slugs}).content.decode()

    assert "7 therapies are chosen; at most 6 fit on a sheet." in html
    assert html.count(" checked>") == 7


def test_what_is_unknown_is_named_beside_the_rest(client):
    factories.live_edition("aaa")

    html = client.get("/visit/?drug=aaa&drug=n%3Cb%3E&trial=NCT19999999").content.decode()

    assert "n&lt;b&gt;" in html
    assert "NCT19999999" in html
    assert "<article" in html


@pytest.mark.parametrize("query", ["trial=%00", "drug=%00&q=%00", "trial=" + "9" * 5000, "choose=1&q=" + "x" * 5000])
def test_no_address_breaks_it(client, query):
    assert client.get(f"/visit/?{query}").status_code == 200


def test_pages_lead_to_a_sheet(client):
    factories.live_edition("aaa"), factories.live_edition("bbb")
    trial = factories.TrialFactory()

    assert 'href="/visit/?drug=aaa"' in client.get("/drugs/aaa/").content.decode()
    assert f'href="/visit/?trial={trial.home_number}"' in client.get(trial.get_absolute_url()).content.decode()
    assert 'href="/visit/?drug=aaa&amp;drug=bbb"' in client.get("/compare/?drug=aaa&drug=bbb").content.decode()
