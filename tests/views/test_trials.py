"""The list of trials and the page of one: numbers, therapies, facts, history, queries."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import timezone

from drugs.models import Trial, TrialChange, TrialCountry, TrialIdentifier
from drugs.models.trial import trial_column
from drugs.publishing.copying import start_draft
from tests import factories

pytestmark = pytest.mark.django_db

#: The queries of the list of trials, in order.
LIST_QUERIES = [
    "content version, publications that are due and the next one",
    "live editions: their names",
    "all counts: the list, and the options of each filter of which nothing is chosen",
    "the page of 25",
    "which therapies show the 25",
]
#: The queries of a trial's page, in order.
PAGE_QUERIES = [
    "content version, publications that are due and the next one",
    "the trial under that number",
    "therapies that show it",
    "all its numbers",
    "its history",
    "what its sources say",
    "what staff set by hand",
]


def trials(count, **fields):
    made = [factories.TrialFactory(**fields) for _number in range(count)]
    TrialCountry.objects.bulk_create([TrialCountry(trial=trial, country="JP") for trial in made])
    return made


def shown_by(slug, made):
    edition = factories.live_edition(slug)
    for trial in made:
        factories.TherapyTrialFactory(therapy=edition.therapy, trial=trial)
    return edition


@pytest.mark.parametrize("rows", [1, 1000])
def test_the_list_takes_the_same_queries_for_1_and_1000_rows(client, django_assert_num_queries, rows):
    first = factories.TrialFactory()
    Trial.objects.bulk_create(
        [Trial(home_number=f"NCT{9_000_000 + number:08}", home_registry="CTGOV") for number in range(rows - 1)]
    )
    shown_by("abc", [first])

    with django_assert_num_queries(len(LIST_QUERIES)):
        response = client.get("/trials/")

    assert response.context["page"].total == rows
    assert len(LIST_QUERIES) <= 12


@pytest.mark.parametrize("rows", [1, 40])
def test_the_list_under_every_filter_counts_each_facet_without_its_own_choice(client, django_assert_num_queries, rows):
    """Besides: the therapies named, the whole, the counts of status, phase and type, of therapy, country, registry."""
    shown_by("abc", trials(rows, lead_sponsor="Acme", start_date="2020-05"))

    with django_assert_num_queries(len(LIST_QUERIES) + 6):
        response = client.get(
            "/trials/?therapy=abc&status=RECRUITING&phase=PHASE2&study_type=INTERVENTIONAL&country=JP&registry=CTGOV"
            "&sponsor=acme&year=2020&sort=enrolment"
        )

    assert response.context["page"].total == rows
    assert len(LIST_QUERIES) + 6 <= 12


@pytest.mark.parametrize("rows", [1, 100])
def test_a_trial_s_page_takes_the_same_queries_for_1_and_100_of_each(client, django_assert_num_queries, rows):
    trial = factories.TrialFactory()
    for _number in range(min(rows, 30)):
        shown_by("", [trial])
    TrialChange.objects.bulk_create(
        [
            TrialChange(trial=trial, field="overall_status", old="", new="RECRUITING", changed_at=timezone.now())
            for _number in range(rows)
        ]
    )

    with django_assert_num_queries(len(PAGE_QUERIES)):
        response = client.get(trial.get_absolute_url())

    assert response.status_code == 200


def test_every_number_and_spelling_leads_to_the_home_number(client):
    trial = factories.TrialFactory(home_number="NCT01363401")
    TrialIdentifier.objects.create(trial=trial, registry="EUCTR", number="2010-022012-32")

    for number in ("nct01363401", "2010-022012-32", "EUCTR2010-022012-32-DE", "NCT 01363401"):
        response = client.get(f"/trials/{number}/")
        assert (response.status_code, response.get("Location")) == (301, "/trials/NCT01363401/"), number
    assert client.get("/trials/NCT01363401/").status_code == 200


def test_an_unverified_trial_is_nowhere(client):
    trial = factories.TrialFactory(brief_title="PLANTED", is_verified=False)
    shown_by("abc", [trial])

    assert client.get(trial.get_absolute_url()).status_code == 404
    for path in ("/trials/", "/trials/?q=planted", "/drugs/abc/"):
        assert "PLANTED" not in client.get(path).content.decode(), path


def test_a_result_of_an_unverified_trial_tells_neither_its_number_nor_its_title(client):
    trial = factories.TrialFactory(
        home_number="NCT99999999", brief_title="PLANTED", acronym="PLANTED", is_verified=False
    )
    for slug in ("abc", "bcd"):
        edition = factories.EditionFactory(therapy__slug=slug)
        factories.ReportedResultFactory(edition=edition, trial=trial, effect_measure="mean_difference", estimate=1)
        factories.publish(edition, at=timezone.now() - dt.timedelta(minutes=1))
    newer = start_draft(edition)
    newer.reportedresult_set.update(population="all")
    factories.publish(newer)

    for path in ("/drugs/abc/", "/drugs/abc/editions/1/", "/drugs/bcd/editions/1/2/", "/compare/?drug=abc&drug=bcd"):
        html = client.get(path).content.decode()
        assert "A registered study" in html, path
        assert "PLANTED" not in html, path
        assert "NCT99999999" not in html, path


def test_a_suggested_link_shows_on_neither_page(client):
    edition = factories.live_edition("abc")
    link = factories.TherapyTrialFactory(therapy=edition.therapy, decision="suggested")

    assert "/drugs/abc/" not in client.get(link.trial.get_absolute_url()).content.decode()
    assert link.trial.home_number not in client.get("/drugs/abc/").content.decode()


def test_a_trial_names_no_therapy_that_is_not_live(client):
    trial = factories.TrialFactory()
    draft = factories.EditionFactory(display_name="DRAFTED")
    factories.TherapyTrialFactory(therapy=draft.therapy, trial=trial)

    for path in ("/trials/", trial.get_absolute_url()):
        assert "DRAFTED" not in client.get(path).content.decode()


PLANTED = {
    "overall_status": "RECRUITING",
    "start_date": "2021-03-04",
    "start_date_type": "ESTIMATED",
    "primary_completion_date": "2022-04",
    "primary_completion_date_type": "ESTIMATED",
    "completion_date": "2023",
    "completion_date_type": "ESTIMATED",
    "first_posted": "2020-01-02",
    "results_first_posted": "2024-05-06",
    "last_update_posted": "2025-07-08",
    "has_results": True,
    "study_type": "INTERVENTIONAL",
    "phases": "PHASE2|PHASE3",
    "allocation": "RANDOMIZED",
    "intervention_model": "CROSSOVER",
    "masking": "QUADRUPLE",
    "primary_purpose": "SUPPORTIVE_CARE",
    "enrollment": 4711,
    "enrollment_type": "ESTIMATED",
    "sex": "FEMALE",
    "age": "CHILD",
    "countries": "JP|KR",
    "funder_type": "INDUSTRY",
    "observational_model": "COHORT",
    "time_perspective": "PROSPECTIVE",
}
WORDS = {
    "start_date": "4 Mar 2021",
    "primary_completion_date": "April 2022",
    "completion_date": "2023",
    "first_posted": "2 Jan 2020",
    "results_first_posted": "6 May 2024",
    "last_update_posted": "8 Jul 2025",
    "has_results": "<dd>yes</dd>",
    "enrollment": "4711 (expected)",
    "age": "children (up to 17)",
    "countries": "Japan, South Korea",
    "funder_type": "industry",
    "observational_model": "cohort",
    "time_perspective": "forward in time",
}


@pytest.mark.any_database
@pytest.mark.parametrize("fact", Trial.FACTS)
def test_every_fact_of_a_trial_is_on_its_page(client, fact):
    value = PLANTED.get(fact, f"Planted {fact}")
    trial = factories.TrialFactory(**PLANTED | {fact: value})

    html = client.get(trial.get_absolute_url()).content.decode()

    labels = dict(trial_column(fact).flatchoices or ())
    words = WORDS.get(fact) or str(labels.get(value, value))
    if fact.endswith("_type") and fact != "study_type":
        words = "(expected)"
    assert words in html


def test_the_history_says_what_changed_in_words(client):
    trial = factories.TrialFactory()
    at = timezone.make_aware(dt.datetime(2026, 5, 6))
    TrialChange.objects.create(trial=trial, field="overall_status", old="RECRUITING", new="TERMINATED", changed_at=at)
    TrialChange.objects.create(trial=trial, field="start_date", old="2020-01", new="2020-02-03", changed_at=at)
    TrialChange.objects.create(trial=trial, field="", changed_at=at - dt.timedelta(days=1))

    html = client.get(trial.get_absolute_url()).content.decode()

    assert "Status: <del>Recruiting</del> → <ins>Terminated</ins>" in html
    assert "<del>January 2020</del> → <ins>3 Feb 2020</ins>" in html
    assert "First seen by this site." in html


def test_a_registry_s_markup_is_text(client):
    trial = factories.TrialFactory(
        brief_title="<script>alert(1)</script>", acronym="<b>X</b>", locations="<img src=x onerror=alert(1)>"
    )

    for path in ("/trials/", trial.get_absolute_url()):
        html = client.get(path).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html


@pytest.mark.any_database
@pytest.mark.registry
def test_the_page_of_each_trial_of_a_real_file_is_whole(client, registry_folder):
    call_command("import_trials", str(registry_folder / "ctgov_old/o11_ALS_10r_crlf.csv"), verbosity=0)

    for trial in Trial.objects.all():
        response = client.get(trial.get_absolute_url())
        assert response.status_code == 200
        assert trial.home_number in response.content.decode()
    assert Trial.objects.count() == 10


def test_a_therapy_with_100_trials_shows_each_of_them(client):
    edition = shown_by("abc", trials(100))

    html = client.get("/drugs/abc/").content.decode()

    assert html.count('<span class="status status-RECRUITING">') == 100
    assert edition.display_name in html


def test_an_edition_without_snapshots_says_that_today_s_facts_are_shown(client):
    edition = factories.live_edition("abc")
    factories.TherapyTrialFactory(therapy=edition.therapy)

    html = client.get("/drugs/abc/editions/1/").content.decode()

    assert "No registry facts were kept with this edition: today&#x27;s are shown." in html.replace("'", "&#x27;")


def test_a_list_without_a_match_leads_to_the_search_that_forgives_spelling(client):
    html = client.get("/trials/", {"q": "<edavarone> & co"}).content.decode()

    assert 'href="/search/?q=%3Cedavarone%3E%20%26%20co"' in html
    assert "<edavarone>" not in html
    assert "Search the whole site" not in client.get("/trials/?status=SUSPENDED").content.decode()
