"""Each filter: a value that finds, one that finds nothing, one that is refused; counts that are what the filter would give."""

import random

import pytest
from django.http import QueryDict
from django.utils import timezone

from drugs.facets import edition_facets
from drugs.filters import EditionFilterSet, TrialFilterSet
from drugs.models import Edition, Trial, TrialCountry, TrialIdentifier
from drugs.vocabulary import Modality, Route
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def records():
    edition = factories.EditionFactory(
        therapy=factories.TherapyFactory(slug="lenzumestrocel"), display_name="NeuroNata-R", modality="cell_therapy"
    )
    factories.AliasFactory(edition=edition, text="HYNR-CS")
    factories.StatusEventFactory(edition=edition, stage="approved", region="KR")
    factories.StatusEventFactory(edition=edition, stage="in_development", region="WW")
    factories.ApprovalFactory(edition=edition, region="KR")
    factories.ApprovalFactory(edition=edition, region="EU", kind="full")
    factories.ApprovalFactory(edition=edition, region="CA", withdrawn_on="2024")
    factories.ApprovalFactory(edition=edition, region="US", is_verified=False)
    factories.DosingFactory(edition=edition, route="intrathecal")
    factories.SponsorFactory(
        edition=edition, organisation=factories.OrganisationFactory(slug="corestem", name="Corestem")
    )
    trial = factories.TrialFactory(
        home_number="NCT04745299",
        acronym="ALSUMMIT",
        phases="PHASE3",
        overall_status="COMPLETED",
        lead_sponsor="Corestem Chemon",
        start_date="2021-02-24",
        enrollment=123,
    )
    TrialCountry.objects.create(trial=trial, country="KR")
    TrialIdentifier.objects.create(trial=trial, registry="CRIS", number="KCT0001234")
    factories.TherapyTrialFactory(therapy=edition.therapy, trial=trial)
    withdrawn = factories.TrialFactory(phases="PHASE4", overall_status="WITHDRAWN")
    factories.TherapyTrialFactory(therapy=edition.therapy, trial=withdrawn)
    factories.publish(edition)
    other = factories.live_edition("other")
    return edition, other, trial


#: parameter, value that finds the edition alone, value that finds nothing, value that is refused
EDITION_FILTERS = [
    ("q", "hynr", "zzz", "x" * 101),
    ("q", "NEURONATA", "zzz", "\x00"),
    ("stage", "approved", "no_longer_in_development", "nonsense"),
    ("stage", "in_development", "no_longer_in_development", ""),
    ("phase", "PHASE3", "PHASE4", "PHASE9"),
    ("modality", "cell_therapy", "antibody", "x"),
    ("route", "intrathecal", "oral", "x"),
    ("sponsor", "corestem", None, "nobody"),
    ("country", "KR", "JP", "XX"),
    ("country", "DE", "CH", "EU"),
    ("country", "KR", "CA", "99"),
    ("country", "KR", "US", "K"),
]
TRIAL_FILTERS = [
    ("q", "alsummit", "zzz", "x" * 101),
    ("q", "nct 0474 5299", "NCT99999999", "\x00"),
    ("q", "KCT0001234", "KCT9999999", "\x07"),
    ("status", "COMPLETED", "SUSPENDED", "Completed"),
    ("phase", "PHASE3", "NA", "3"),
    ("study_type", None, "OBSERVATIONAL", "x"),
    ("country", "KR", "JP", "XX"),
    ("sponsor", "corestem", "zzz", "x" * 101),
    ("therapy", None, "other", "nothing"),
    ("registry", "CRIS", "ISRCTN", "x"),
    ("year", "2021", "1999", "abc"),
]


@pytest.mark.parametrize(("name", "finds", "misses", "refused"), EDITION_FILTERS)
def test_a_filter_of_therapies(records, name, finds, misses, refused):
    live = Edition.objects.live(timezone.now())

    def rows(value):
        return list(EditionFilterSet(_query(name, value), queryset=live).ordered())

    assert rows(finds) == [records[0]]
    assert misses is None or rows(misses) == []
    if refused:
        filterset = EditionFilterSet(_query(name, refused), queryset=live)
        assert list(filterset.rows) == []
        assert filterset.problems()


@pytest.mark.parametrize(("name", "finds", "misses", "refused"), TRIAL_FILTERS)
def test_a_filter_of_trials(client, records, name, finds, misses, refused):
    def rows(value):
        return list(TrialFilterSet(_query(name, value), queryset=Trial.objects.public()).ordered())

    assert finds is None or rows(finds) == [records[2]]
    assert misses is None or rows(misses) == []
    filterset = TrialFilterSet(_query(name, refused), queryset=Trial.objects.public())
    assert list(filterset.rows) == []
    assert filterset.problems()


@pytest.mark.parametrize("slug", ["of-a-draft", "unverified", "of-nothing"])
def test_a_sponsor_that_no_live_page_names_is_as_unknown_as_any(client, records, slug):
    draft = factories.EditionFactory()
    shown = factories.EditionFactory()
    for edition, name, is_verified in ((draft, "of-a-draft", True), (shown, "unverified", False)):
        organisation = factories.OrganisationFactory(slug=name, name=f"PLANTED {name}")
        factories.SponsorFactory(edition=edition, organisation=organisation, is_verified=is_verified)
    factories.publish(shown)

    asked, unknown = (client.get(f"/drugs/?sponsor={sponsor}").content.decode() for sponsor in (slug, "nobody"))

    assert "PLANTED" not in asked
    assert asked.replace(slug, "nobody") == unknown
    assert client.get(f"/api/v1/therapies/?sponsor={slug}").status_code == 400


def _query(name, *values):
    query = QueryDict(mutable=True)
    query.setlist(name, values)
    return query


@pytest.mark.parametrize("path", ["/trials/", "/drugs/"])
def test_values_of_one_parameter_are_or_and_parameters_and(client, records, path):
    parameter, values = ("phase", ("PHASE3", "PHASE2"))

    both = client.get(path, {parameter: values}).context["page"].total
    narrowed = client.get(path, {parameter: values, "country": "KR"}).context["page"].total

    assert both >= 1
    assert narrowed == 1


def test_an_invalid_value_says_so_and_shows_nothing(client, records):
    html = client.get("/drugs/?stage=nonsense").content.decode()

    assert "nonsense" in html
    assert "NeuroNata-R</a></h2>" not in html


def test_each_filter_is_taken_off_by_one_link(client, records):
    filterset = client.get("/drugs/?stage=approved&country=KR&stage=in_development").context["filterset"]

    without = {active.value: active.without for active in filterset.active()}

    assert set(without) == {"approved", "in_development", "KR"}
    assert "KR" not in without["KR"]
    assert "stage=approved" in without["KR"]


def test_counts_are_what_the_filter_would_give():
    """Over random editions and random choices: each option's count is the length of the list with it chosen."""
    dice = random.Random(7)
    regions, routes, modalities = ["KR", "JP", "US"], list(Route.values)[:3], list(Modality.values)[:3]
    for _number in range(25):
        edition = factories.EditionFactory(modality=dice.choice(modalities))
        factories.StatusEventFactory(edition=edition, stage=dice.choice(["approved", "in_development"]))
        for region in dice.sample(regions, dice.randint(0, 2)):
            factories.ApprovalFactory(edition=edition, region=region)
        for route in dice.sample(routes, dice.randint(0, 2)):
            factories.DosingFactory(edition=edition, route=route)
        factories.publish(edition)
    live = Edition.objects.live(timezone.now())

    for _try in range(12):
        query = QueryDict(mutable=True)
        for name, values in {
            "country": regions,
            "route": routes,
            "modality": modalities,
            "stage": ["approved"],
        }.items():
            query.setlist(name, dice.sample(values, dice.randint(0, 1)))
        facets = edition_facets(EditionFilterSet(query, queryset=live), live).facets
        for facet in facets:
            for option in facet.options:
                chosen = query.copy()
                chosen.setlist(facet.name, [option.value])
                assert option.found == EditionFilterSet(chosen, queryset=live).rows.count(), (facet.name, option, query)


def test_facets_that_are_kept_are_those_that_are_read_and_follow_the_content(client, monkeypatch):
    """A large site reads its facets once for each content version."""
    from drugs import facets

    factories.live_edition("first")
    read = client.get("/drugs/").content
    monkeypatch.setattr(facets, "SMALL", 0)

    assert client.get("/drugs/").content == read
    with monkeypatch.context() as closed:
        closed.delattr(facets, "_read")
        assert client.get("/drugs/").content == read
    factories.live_edition("second")
    assert b"second" in client.get("/drugs/").content.lower()
