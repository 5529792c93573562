"""The counts beside the filters of trials agree with counting one by one, kept or not."""

from typing import NamedTuple

import pytest
from bs4 import BeautifulSoup
from django.core.cache import caches
from django.http import QueryDict
from django.utils import timezone

from drugs import paging
from drugs import trial_counts as counting
from drugs.facets import Facet
from drugs.filters import TrialFilterSet
from drugs.models import ContentVersion, Trial
from drugs.once import Content
from drugs.paging import page_of
from drugs.resolution import store_countries, store_registries
from drugs.trial_counts import COLUMNS, RELATED, trial_counts, trial_facets
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def trials():
    made = []
    for n in range(24):
        made.append(
            factories.TrialFactory(
                home_number=f"NCT{n:08}",
                brief_title="Imaginol" if n % 3 else "Sugar",
                overall_status=("RECRUITING", "COMPLETED", "TERMINATED")[n % 3],
                phases=("PHASE2", "PHASE3", "")[n % 4 % 3],
                study_type="INTERVENTIONAL" if n % 5 else "OBSERVATIONAL",
                countries=("JP", "US|JP", "", "DE")[n % 4],
                is_verified=n != 7,
                last_update_posted=f"2026-01-{n + 1:02}",
            )
        )
        if n % 6 == 0:
            made[-1].identifiers.create(registry="EUCTR", number=f"2018-0001{n:02}-13", address=f"2018-0001{n:02}-13")
    store_countries([(trial.pk, trial.countries) for trial in made])
    store_registries([trial.pk for trial in made])
    edition = factories.live_edition("imaginol")
    for trial in made[:5]:
        factories.TherapyTrialFactory(therapy=edition.therapy, trial=trial)
    factories.TherapyTrialFactory(therapy=edition.therapy, trial=made[9], decision="suggested")
    return made


class Counted(NamedTuple):
    total: int
    whole: int
    facets: list[Facet]


def filterset_of(query):
    return TrialFilterSet(QueryDict(query), queryset=Trial.objects.public(), request=None)


def counts_of(query, version=ContentVersion.current):
    """Total, whole and the facets."""
    filterset = filterset_of(query)
    counts = trial_counts(filterset, Content(version(), 1, timezone.localdate()))
    return Counted(counts.total, counts.whole, trial_facets(filterset, counts))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=imaginol",
        "status=RECRUITING",
        "status=RECRUITING&status=COMPLETED&phase=PHASE2",
        "country=JP",
        "country=JP&country=DE&registry=EUCTR",
        "registry=EUCTR",
        "therapy=imaginol&study_type=INTERVENTIONAL",
        "q=imaginol&country=US&status=COMPLETED&phase=PHASE3&study_type=INTERVENTIONAL&therapy=imaginol&registry=CTGOV",
    ],
)
def test_each_option_counts_what_it_would_show(trials, query):
    counts = counts_of(query)

    assert counts.total == filterset_of(query).rows.count()
    assert counts.whole == 23
    for facet in counts.facets:
        for option in facet.options:
            alone = QueryDict(query, mutable=True)
            alone.setlist(facet.name, [option.value])
            assert option.found == filterset_of(alone.urlencode()).rows.count(), (facet.name, option.value)
    assert [facet.name for facet in counts.facets] == [*COLUMNS, *RELATED]


def test_every_option_that_would_show_something_is_counted(trials):
    for facet in counts_of("q=imaginol").facets:
        shown = {option.value for option in facet.options}
        for value, _label in filterset_of("").form.fields[facet.name].choices:
            if str(value) not in shown:
                alone = QueryDict("q=imaginol", mutable=True)
                alone.setlist(facet.name, [str(value)])
                assert filterset_of(alone.urlencode()).rows.count() == 0, (facet.name, value)


def test_invalid_filter_counts_nothing_but_the_whole(trials):
    counts = counts_of("status=x")

    assert (counts.total, counts.whole, counts.facets) == (0, 23, [])


def test_words_without_letters_find_nothing(trials):
    assert (counts_of("q=...").total, counts_of("q=...").whole) == (0, 23)


def test_small_sites_are_counted_every_time(trials):
    assert counts_of("").total == 23
    factories.TrialFactory()

    assert counts_of("").total == 24


@pytest.fixture
def large(trials, monkeypatch):
    """As if the site were large: what is counted is kept."""
    caches["content"].clear()
    monkeypatch.setattr(counting, "SMALL", 10)
    yield trials
    caches["content"].clear()


@pytest.mark.parametrize("query", ["", "status=RECRUITING", "q=imaginol&country=JP", "status=nonsense"])
def test_counts_of_large_sites_are_kept_until_the_content_changes(large, query, django_assert_num_queries):
    before = counts_of(query)
    version = ContentVersion.current()
    with django_assert_num_queries(1):  # the names of the therapies, which the page keeps beside
        assert counts_of(query, lambda: version) == before
    trial = factories.TrialFactory(brief_title="Imaginol", overall_status="RECRUITING", countries="JP")
    store_countries([(trial.pk, trial.countries)])
    ContentVersion.bump()

    after = counts_of(query)

    assert after.whole == before.whole + 1
    assert after.total == filterset_of(query).rows.count() == before.total + (query != "status=nonsense")


def test_counts_are_never_of_an_older_content(large):
    """Who reads the version before a change and counts after it keeps what nobody asks for again."""
    asked_with = ContentVersion.current()
    factories.TrialFactory()
    ContentVersion.bump()
    assert counts_of("", version=lambda: asked_with).total == 24
    factories.TrialFactory()
    ContentVersion.bump()

    assert counts_of("").total == 25


@pytest.mark.parametrize(("first", "then"), [("q=%1C&sort=%20", ""), ("q=sugar&q=imaginol", "q=imaginol&q=sugar")])
def test_what_is_kept_of_one_address_is_right_for_every_address_that_leads_to_it(large, client, first, then):
    asked_before = client.get(f"/trials/?{first}")
    asked = client.get(f"/trials/?{then}").content
    caches["content"].clear()

    assert asked_before.content == asked == client.get(f"/trials/?{then}").content


def test_the_page_of_a_large_site_says_the_new_number_after_each_way_of_writing(large, client, admin_client):
    """Whoever writes raises the version in the same transaction: an import, a person in the admin, an undo."""

    def said():
        page = client.get("/trials/")
        facets = BeautifulSoup(page.content, "html.parser").select("details.facet")
        status = next(facet for facet in facets if facet.summary.text == "Status")
        return page.context["page"].total, sum(int(count.text) for count in status.select("li b"))

    assert said() == (23, 23)
    trial = large[0]
    admin_client.post(f"/admin/drugs/trial/{trial.pk}/delete/", {"post": "yes"})
    left = Trial.objects.public().count()

    assert said() == (left, left)


def test_far_pages_are_the_same_rows(trials, monkeypatch):
    rows = Trial.objects.public().order_by("-last_update_posted", "home_number")
    monkeypatch.setattr(paging, "PAGE_SIZE", 4)
    near = [page_of(rows, str(n), QueryDict()).rows for n in range(1, 7)]
    monkeypatch.setattr(paging, "FAR", 0)

    far = [page_of(rows, str(n), QueryDict()).rows for n in range(1, 7)]

    assert near == far
    assert [trial for page in near for trial in page] == list(rows)
