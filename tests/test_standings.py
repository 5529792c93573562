"""How a therapy stands: 'Approved' never stands alone where the approval is conditional, on any surface."""

import csv
import io

import pytest
from bs4 import BeautifulSoup

from drugs.models import Edition
from drugs.standings import Standing, by_words, fullest_kind, is_limited, standings
from drugs.vocabulary import ApprovalKind
from tests import factories, shipped

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ([], "Approved"),
        (["full"], "Approved"),
        (["not_stated"], "Approved"),
        (["conditional"], "Approved, conditional"),
        (["accelerated"], "Approved, accelerated"),
        (["exceptional"], "Approved, under exceptional circumstances"),
        (["not_stated", "accelerated", "conditional"], "Approved, conditional"),
        (["conditional", "full"], "Approved"),
    ],
)
def test_the_fullest_approval_of_a_region_counts(kinds, words):
    approvals = [factories.ApprovalFactory.build(region="KR", kind=kind, edition=None) for kind in kinds]
    elsewhere = factories.ApprovalFactory.build(region="JP", kind="full", edition=None)

    assert Standing("approved", "KR", fullest_kind([*approvals, elsewhere], "KR")).words == words


def test_an_approval_of_the_union_counts_in_each_member_without_one_of_its_own():
    union = factories.ApprovalFactory.build(region="EU", kind="exceptional", edition=None)
    own = factories.ApprovalFactory.build(region="DE", kind="full", edition=None)

    assert fullest_kind([union], "DE") == "exceptional"
    assert fullest_kind([union, own], "DE") == "full"
    assert fullest_kind([union], "CH") == ""


def test_standings_are_of_verified_approvals_in_force():
    edition = factories.EditionFactory()
    for region, stage, more in (
        ("KR", "approved", {"kind": "conditional"}),
        ("JP", "approved", {"kind": "accelerated", "withdrawn_on": "2024"}),
        ("CN", "approved", {"kind": "accelerated", "is_verified": False}),
        ("US", "in_development", {"kind": "accelerated"}),
    ):
        factories.StatusEventFactory(edition=edition, region=region, stage=stage)
        factories.ApprovalFactory(edition=edition, region=region, **more)
    factories.StatusEventFactory(edition=edition, region="CA", stage="approved", is_verified=False)

    found = standings(Edition.objects.filter(pk=edition.pk))[edition.pk]

    assert [(one.region, one.words) for one in found] == [
        ("KR", "Approved, conditional"),
        ("JP", "Approved"),
        ("CN", "Approved"),
        ("US", "In development"),
    ]


def test_kinds_are_told_apart_the_fullest_first():
    kinds = {"JP": "not_stated", "US": "accelerated", "KR": "conditional", "CN": "conditional", "CA": "full"}
    found = by_words(Standing("approved", region, kind) for region, kind in kinds.items())

    assert [(words, [one.region for one in its]) for words, its in found] == [
        ("Approved", ["JP", "CA"]),
        ("Approved, conditional", ["KR", "CN"]),
        ("Approved, accelerated", ["US"]),
    ]


@pytest.mark.parametrize(
    ("kinds", "limited"),
    [(["full", "conditional"], False), (["not_stated"], False), ([], False), (["conditional", "not_stated"], True)],
)
def test_a_therapy_is_limited_where_its_known_kinds_are_and_none_is_full(kinds, limited, client):
    edition = factories.EditionFactory(therapy=factories.TherapyFactory(slug="abc"), display_name="Imaginol")
    for region, kind in zip(("KR", "JP"), kinds, strict=False):
        factories.StatusEventFactory(edition=edition, region=region, stage="approved")
        factories.ApprovalFactory(edition=edition, region=region, kind=kind)
    if not kinds:
        factories.StatusEventFactory(edition=edition, region="KR", stage="approved")
    factories.publish(edition)

    assert is_limited(standings([edition.pk])[edition.pk]) == limited
    home = client.get("/").content.decode()
    assert ("no full approval stated" in home) == limited
    pipeline = BeautifulSoup(client.get("/pipeline/").content, "html5lib").select_one(".chart-rows use")
    assert ("hollow" in pipeline["class"]) == limited


# What ships: lenzumestrocel is approved in South Korea alone, conditionally; tofersen in each way that there is.

LIMITED = {
    "lenzumestrocel": {"South Korea": "conditional"},
    "tofersen-qalsody": {
        "United States of America": "accelerated",
        "European Union": "under exceptional circumstances",
        "China": "conditional",
        "Canada": "conditional",
        "South Korea": "conditional",
    },
}
FULL = {"tofersen-qalsody": {"Japan", "United Kingdom"}}
PAGES = (
    "/drugs/",
    "/drugs/approved/",
    "/search/?q=lenzumestrocel",
    "/search/?q=tofersen",
    "/pipeline/",
    "/compare/?drug=lenzumestrocel&drug=tofersen-qalsody",
    "/visit/?drug=lenzumestrocel&drug=tofersen-qalsody",
    *(f"/drugs/{slug}/{depth}" for slug in LIMITED for depth in ("", "one-minute/", "plain-words/", "editions/1/")),
)


@pytest.fixture
def content():
    shipped.load()


@pytest.mark.any_database
def test_no_page_says_approved_of_a_place_where_the_approval_is_limited(client, content):
    shown = 0
    for path in PAGES:
        page = BeautifulSoup(shipped.answer(client, path)[1], "html5lib")
        for slug, kinds in LIMITED.items():
            for region, said in said_of(page, slug, path):
                kind = kinds.get(region)
                if kind:
                    assert said == f"Approved, {kind}", (path, slug, region)
                    shown += 1
                elif region in FULL.get(slug, ()):
                    assert said == "Approved", (path, slug, region)
    assert shown >= 12 * 3


def text_of(node):
    return " ".join(node.get_text(" ").split())


def said_of(page, slug, path):
    """(region, what the page says of the therapy's stage there) for every stage shown."""
    if path.startswith("/compare"):
        column = 0 if slug == "lenzumestrocel" else 1
        for row in page.select("section tbody tr"):
            badge = row.select("td")[column].select_one(".stage")
            if badge and "stated for" not in text_of(row.select("td")[column]):
                yield text_of(row.th).removesuffix(" differs"), text_of(badge)
        return
    if path == "/pipeline/":
        row = page.select_one(f'.pipeline a[href="/drugs/{slug}/"]').find_parent("li")
        words = row.select_one(".chart-words")
        for shape in words.select(".shape"):
            for region in shape.next_sibling.strip(" :.\n").split(", "):
                yield region, text_of(shape)
        return
    if path.startswith(f"/drugs/{slug}/"):
        blocks = page.select("main ul.stages")
    elif path.startswith("/visit"):
        blocks = page.select("article")[0 if slug == "lenzumestrocel" else 1].select("ul.stages")
    else:
        blocks = [card for card in page.select(".card") if card.select_one(f'a[href="/drugs/{slug}/"]')]
    for block in blocks:
        for badge in block.select(".stage"):
            yield text_of(badge.b), text_of(badge.span)


def test_what_is_asked_and_told_of_earlier_stages_says_the_kind(client, content):
    minute = client.get("/drugs/lenzumestrocel/one-minute/").content.decode()
    history = text_of(BeautifulSoup(client.get("/drugs/amx0035/").content, "html5lib").select_one("ul.history"))

    assert "It is approved in: South Korea (conditional)." in minute
    assert "Approved, conditional, Canada" in history


def test_programs_are_told_the_kind(client, content):
    stages = client.get("/api/v1/therapies/tofersen-qalsody/").json()["stages"]
    told = {stage["region"]: stage["approval_kind"] for stage in stages if stage["stage"] == "approved"}
    table = csv.DictReader(io.StringIO(b"".join(client.get("/data/therapies.csv").streaming_content).decode()))
    row = next(row for row in table if row["therapy"] == "lenzumestrocel")

    assert told == {
        "US": "accelerated",
        "EU": "exceptional",
        "CN": "conditional",
        "CA": "conditional",
        "KR": "conditional",
        "JP": "not_stated",
        "GB": "not_stated",
    }
    assert set(told.values()) <= set(ApprovalKind.values)
    assert "KR: approved (conditional)" in row["stages"].split("|")
