"""The map of approvals: countries by kind, the Union's approval for its members, the list beside it."""

import datetime as dt
import gzip

import pytest

from drugs.charts.approvals import KINDS, WITHDRAWN, Approved, approval_map, members_of_eu, world
from drugs.partial_dates import PartialDate
from drugs.vocabulary import ApprovalKind
from tests import factories
from tests.charts.drawn import name_of, page_of, words

pytestmark = pytest.mark.any_database

TODAY = dt.date(2026, 11, 24)
#: The queries of the page, in order.
APPROVAL_QUERIES = [
    "content version, publications that are due and the next one",
    "all approvals of live editions",
    "those under the filters",
    "those under all filters but the therapy",
    "those under all filters but the kind",
]


def approved(region="JP", kind="full", therapy="A", **more):
    return Approved(therapy, "/", region, kind, **more)


def test_every_kind_of_approval_has_a_place_and_withdrawn_is_last():
    assert set(KINDS) == {*ApprovalKind.values, WITHDRAWN}
    assert list(KINDS)[-1] == WITHDRAWN


def test_an_approval_of_the_union_counts_for_each_member_of_that_day_and_no_other():
    found = approval_map([approved("EU")], TODAY)

    assert {country.code for country in found.countries} == set(members_of_eu(TODAY))
    assert len(found.members) == 27
    assert not found.unplaced
    assert "GB" not in members_of_eu(TODAY)
    assert "GB" in members_of_eu(dt.date(2019, 1, 1))


@pytest.mark.parametrize(
    ("kinds", "drawn"),
    [
        ([("conditional", ""), ("full", "")], "full"),
        ([("conditional", ""), ("full", "2024")], "conditional"),
        ([("full", "2024")], WITHDRAWN),
        ([("not_stated", ""), ("accelerated", "")], "accelerated"),
    ],
)
def test_a_country_is_drawn_as_the_fullest_approval_in_force(kinds, drawn):
    found = approval_map(
        [
            approved(kind=kind, therapy=f"T{n}", withdrawn=PartialDate(gone) if gone else "")
            for n, (kind, gone) in enumerate(kinds)
        ],
        TODAY,
    )

    assert [(country.code, country.kind) for country in found.countries] == [("JP", drawn)]
    assert found.approved_countries == (drawn != WITHDRAWN)


def test_a_country_names_the_therapies_in_force_there_and_a_withdrawn_one_only_where_none_is():
    found = approval_map([approved(therapy="A"), approved(therapy="B", withdrawn=PartialDate("2024"))], TODAY)

    assert found.countries[0].therapies == ["A"]


def test_a_drawn_country_is_not_drawn_a_second_time_as_land():
    found = approval_map([approved("JP")], TODAY)

    assert world().shapes["JP"] == found.countries[0].outline
    assert world().shapes["JP"] not in found.land
    assert world().shapes["KR"] in found.land


def test_the_outlines_are_whole_small_and_within_the_map():
    assert {"US", "CA", "JP", "KR", "CN", "CH", "GB", "AU", "BR", "ZA", *members_of_eu(TODAY)} <= {
        *world().shapes,
        *world().points,
    }
    assert all(0 <= x <= world().width and 0 <= y <= world().height for x, y in world().points.values())
    whole = approval_map([], TODAY).land
    assert len(gzip.compress(whole.encode())) <= 20 * 1024


# On the page


@pytest.fixture
def shown(db):
    for slug, rows in {
        "alpha": [{"region": "EU", "kind": "full"}, {"region": "KR", "kind": "conditional", "approved_on": "2014-07"}],
        "beta": [
            {"region": "US", "kind": "full", "withdrawn_on": "2024-04-04"},
            {"region": "MT", "kind": "conditional"},
        ],
    }.items():
        edition = factories.EditionFactory(therapy=factories.TherapyFactory(slug=slug))
        for row in rows:
            factories.ApprovalFactory(edition=edition, **row)
        factories.ApprovalFactory(edition=edition, region="BR", commercial_name="PLANTED", is_verified=False)
        factories.publish(edition)


def kinds_drawn(page):
    return {
        shape["id"].removeprefix("c-"): next(
            name.removeprefix("kind-") for name in shape["class"] if name.startswith("kind-")
        )
        for shape in page.select("#world .country")
    }


def test_the_page_draws_the_countries_that_its_lists_name(client, shown):
    page = page_of(client.get("/approvals/"))
    drawn = kinds_drawn(page)
    listed = {words(row.th): words(row.td) for row in page.select("figure.map tbody tr")}

    assert drawn["KR"] == "conditional"
    assert drawn["US"] == "withdrawn"
    assert drawn["DE"] == drawn["MT"] == "full"
    assert len(drawn) == 27 + 2
    assert len(listed) == len(drawn)
    assert listed["South Korea"] == "Conditional approval: more evidence is due"
    assert listed["United States of America"] == "Was approved; withdrawn since"
    picture = page.select_one("svg.whole-world")
    assert picture["role"] == "img"
    assert "South Korea: Conditional approval: more evidence is due." in name_of(picture)
    for shape in page.select("#world .country"):
        kind = drawn[shape["id"].removeprefix("c-")]
        assert shape.get("fill", "") == ("" if kind == "full" else f"url(#k-{kind})")
        assert kind == "full" or page.find(id=f"k-{kind}").name == "pattern"
    assert "28 countries with an approval in force" in words(page)
    assert "Full approval: 27 countries" in words(page)
    assert "withdrawn 4 Apr 2024" in words(page)
    assert "PLANTED" not in words(page)


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("therapy=alpha", {"European Union", "South Korea"}),
        ("kind=conditional", {"South Korea", "Malta"}),
        ("kind=withdrawn", {"United States of America"}),
        ("kind=full", {"European Union"}),
        ("country=MT", {"European Union", "Malta"}),
        ("therapy=alpha&kind=conditional", {"South Korea"}),
        ("therapy=alpha&country=BR", set()),
    ],
)
def test_the_filters_narrow_map_and_list_alike(client, shown, query, rows):
    page = page_of(client.get(f"/approvals/?{query}"))
    places = page.select(".by-kind td[data-label=Where]")

    assert {str(place.contents[0]) for place in places} == rows
    assert bool(page.select("figure.map")) is bool(rows)


def test_an_invalid_filter_shows_nothing_and_says_so(client, shown):
    text = client.get("/approvals/?kind=nonsense").content.decode()

    assert "cannot be used" in text
    assert "South Korea" not in text


@pytest.mark.parametrize("rows", [1, 30])
def test_the_page_takes_the_same_queries_for_1_and_many(client, db, django_assert_num_queries, rows):
    for _number in range(rows):
        edition = factories.EditionFactory()
        factories.ApprovalFactory(edition=edition)
        factories.publish(edition)

    with django_assert_num_queries(len(APPROVAL_QUERIES)):
        client.get("/approvals/")


def test_a_therapys_page_leads_to_its_own_map(client, shown):
    assert page_of(client.get("/drugs/alpha/")).find("a", href="/approvals/?therapy=alpha")
