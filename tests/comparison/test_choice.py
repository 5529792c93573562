"""What an address chooses to compare: live, moved, withdrawn, unknown, too many."""

import datetime as dt

import pytest
from django.utils import timezone

from drugs.comparison import choose, offers
from drugs.comparison.choice import MOST_OFFERED, compare_address
from drugs.publishing.publish import withdraw
from tests import factories

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def three():
    return [factories.live_edition(slug) for slug in ("aaa", "bbb", "ccc")]


def test_choose_keeps_the_order_of_the_address_and_takes_each_once(three):
    choice = choose(["ccc", "aaa", "ccc", " aaa ", "AAA"], NOW)

    assert choice.slugs == ["ccc", "aaa"]
    assert not choice.unknown


def test_choose_tells_unknown_from_withdrawn(three):
    gone = factories.live_edition("gone")
    withdraw(gone.publication, reason="It was wrong.")

    choice = choose(["aaa", "gone", "nobody"], NOW)

    assert choice.slugs == ["aaa"]
    assert [publication.edition for publication in choice.withdrawn] == [gone]
    assert choice.unknown == ["nobody"]


def test_choose_follows_an_address_of_before(three):
    therapy = three[0].therapy
    therapy.slug = "renamed"
    therapy.save()

    assert choose(["aaa", "renamed", "bbb"], NOW).slugs == ["renamed", "bbb"]


def test_choose_finds_a_therapy_by_a_name_that_is_its_alone():
    edition = factories.EditionFactory(therapy=factories.TherapyFactory(slug="aaa-bbb"), display_name="Aaa/Bbb")
    factories.AliasFactory(edition=edition, text="AB-0012")
    factories.AliasFactory(edition=edition, text="shared")
    factories.AliasFactory(edition=edition, text="secret", is_verified=False)
    factories.publish(edition)
    other = factories.EditionFactory(therapy=factories.TherapyFactory(slug="ccc"), display_name="Shared name")
    factories.AliasFactory(edition=other, text="shared")
    factories.publish(other)

    for asked in ("bbb", "BBB", "ab 0012", "AB-0012", "Aaa/Bbb"):
        assert choose([asked], NOW).slugs == ["aaa-bbb"], asked
    for asked in ("shared", "secret", "aa"):
        assert choose([asked], NOW).unknown == [asked]
    assert choose(["ccc", "AB-0012", "aaa-bbb"], NOW).slugs == ["ccc", "aaa-bbb"]


@pytest.mark.parametrize("slug", ["draft", "scheduled"])
def test_choose_knows_nothing_that_is_not_public(slug):
    edition = factories.EditionFactory(therapy=factories.TherapyFactory(slug=slug))
    if slug == "scheduled":
        factories.publish(edition, at=timezone.now() + dt.timedelta(days=1))

    choice = choose([slug], timezone.now())

    assert (choice.editions, choice.withdrawn, choice.unknown) == ([], [], [slug])


@pytest.mark.parametrize(
    "text", ["\x00", "a\x00b", "a b", "'; DROP TABLE", "<script>", "٣", "x" * 5000, "../admin", "%00", "\ud800"]
)
def test_choose_takes_any_text_for_unknown(text):
    (shown,) = choose([text], NOW).unknown

    assert len(shown) <= 62
    assert "\x00" not in shown


def test_choose_looks_up_a_bounded_number(django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        choice = choose([f"x{n}" for n in range(5000)], NOW)

    assert len(choice.unknown) == 20


def test_offers_leave_out_what_is_chosen_and_forgive_spelling(three):
    factories.live_edition("edaravone", display_name="Edaravone")

    assert [edition.therapy.slug for edition in offers("", choose(["bbb"], NOW), NOW).editions] == [
        "aaa",
        "ccc",
        "edaravone",
    ]
    assert [edition.therapy.slug for edition in offers("edavarone", choose([], NOW), NOW).editions] == ["edaravone"]
    assert not offers("edavarone", choose(["edaravone"], NOW), NOW).editions


@pytest.mark.any_database
def test_offers_without_a_search_are_bounded():
    for number in range(MOST_OFFERED + 1):
        factories.live_edition(f"t{number:03}")

    found = offers("", choose([], NOW), NOW)

    assert len(found.editions) == MOST_OFFERED
    assert found.has_more


def test_compare_address_escapes_what_it_carries():
    assert compare_address(["a", "b"], only="x&y") == "/compare/?drug=a&drug=b&only=x%26y"
    assert compare_address([]) == "/compare/"
