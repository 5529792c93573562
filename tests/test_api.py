"""The API: what is public and nothing else, in few queries, as its schema says."""

import datetime as dt

import pytest
from django.utils import timezone

from drugs.publishing.publish import withdraw
from tests import factories

pytestmark = pytest.mark.django_db

LISTS = ["therapies", "editions", "trials", "approvals", "results", "sources", "updates", "glossary"]


@pytest.fixture
def edition():
    edition = factories.whole_edition("lenzumestrocel")
    factories.TherapyTrialFactory(
        therapy=edition.therapy, trial=factories.TrialFactory(home_number="NCT04745299", acronym="ALSUMMIT")
    )
    factories.GlossaryTermFactory()
    factories.publish(edition, at=timezone.now() - dt.timedelta(days=1))
    return edition


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_its_total_an_etag_and_no_cookie(client, edition, name):
    response = client.get(f"/api/v1/{name}/")

    body = response.json()
    assert response.status_code == 200
    assert body["count"] >= 1
    assert len(body["results"]) == body["count"]
    assert not response.cookies
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Cookie" not in response.get("Vary", "")
    assert client.get(f"/api/v1/{name}/", headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_nothing_unpublished_is_in_a_list(client, edition):
    planted = {"display_name": "PLANTED", "summary": "<p>PLANTED</p>"}
    factories.EditionFactory(therapy=edition.therapy, number=2, **planted)
    later = factories.whole_edition("later", **planted)
    factories.publish(later, at=timezone.now() + dt.timedelta(days=1))
    gone = factories.whole_edition("gone", **planted)
    withdraw(factories.publish(gone, at=timezone.now() - dt.timedelta(days=2)), reason="Wrong.")
    hidden = factories.EditionFactory(therapy=factories.TherapyFactory(slug="hidden-rows"))
    source = factories.SourceFactory(edition=hidden, label="PLANTED", is_verified=False)
    factories.ApprovalFactory(edition=hidden, commercial_name="PLANTED", is_verified=False)
    factories.SideEffectFactory(edition=hidden, term="shown", source=source)
    factories.ReportedResultFactory(edition=hidden, finding="PLANTED", is_verified=False)
    factories.publish(hidden)
    factories.TrialFactory(brief_title="PLANTED", is_verified=False)

    shown = {name: client.get(f"/api/v1/{name}/?page_size=100").content.decode() for name in LISTS}
    assert [name for name, text in shown.items() if "PLANTED" in text] == []


def test_a_therapy_has_all_its_public_rows(client, edition):
    factories.live_edition(edition.seealso_set.get().therapy.slug)
    body = client.get("/api/v1/therapies/lenzumestrocel/").json()

    for name in (
        "aliases",
        "sponsors",
        "stages",
        "approvals",
        "dosings",
        "side_effects",
        "results",
        "see_also",
        "sources",
    ):
        assert len(body[name]) == 1, name
        assert body[name][0]["uid"]
    assert body["approvals"][0]["source_label"] == "Oh et al., 2018"


def test_see_also_leads_to_live_pages_alone(client):
    edition = factories.EditionFactory()
    shown = factories.live_edition("shown").therapy
    draft = factories.EditionFactory(therapy__slug="planted-draft").therapy
    later = factories.EditionFactory(therapy__slug="planted-later")
    factories.publish(later, at=timezone.now() + dt.timedelta(days=1))
    for therapy in (shown, draft, later.therapy):
        factories.SeeAlsoFactory(edition=edition, therapy=therapy, why=f"As {therapy.slug}.")
    factories.publish(edition)

    for path in (f"therapies/{edition.therapy.slug}/", "therapies/", "editions/"):
        text = client.get(f"/api/v1/{path}").content.decode()
        assert "As shown." in text, path
        assert "planted" not in text, path
    factories.publish(draft.editions.get())
    assert "As planted-draft." in client.get(f"/api/v1/therapies/{edition.therapy.slug}/").content.decode()


@pytest.mark.parametrize(
    ("path", "queries"), [("therapies/lenzumestrocel/", 11), ("therapies/", 12), ("editions/", 12)]
)
def test_editions_take_one_query_for_each_kind_of_row(client, edition, django_assert_num_queries, path, queries):
    with django_assert_num_queries(queries):
        assert client.get(f"/api/v1/{path}").status_code == 200


@pytest.mark.parametrize("number", ["NCT04745299", "nct04745299", "NCT 0474 5299"])
def test_a_trial_is_found_under_any_spelling_with_its_history(client, edition, number):
    body = client.get(f"/api/v1/trials/{number}/").json()

    assert (body["number"], body["therapies"], body["history"]) == ("NCT04745299", ["lenzumestrocel"], [])


def test_sparse_fields(client, edition):
    body = client.get("/api/v1/trials/?fields=number,overall_status").json()

    assert {tuple(row) for row in body["results"]} == {("number", "overall_status")}
    refused = client.get("/api/v1/trials/?fields=number,secret")
    assert refused.status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "status=NONSENSE",
        "year=abc",
        "q=" + "x" * 101,
        "q=%00",
        "country=XX",
        "therapy=nothing",
        "sort=secret",
        "fields=secret",
        "year=2020.5",
        "page_size=0",
        "page_size=101",
        "page_size=abc",
        "page_size=²",
        "page_size=0000000001555",
        "page_size=" + "9" * 5000,
    ],
)
def test_an_invalid_value_is_a_problem(client, edition, query):
    response = client.get(f"/api/v1/trials/?{query}")

    assert response.status_code == 400
    assert response["Content-Type"].startswith("application/problem+json")
    assert response.json()["status"] == 400


@pytest.mark.parametrize(
    "path",
    [
        "nothing/",
        "therapies/nothing/",
        "trials/NCT99999999/",
        "trials/x/",
        "therapies/?page=99",
        "therapies/?page=last",
    ],
)
def test_not_found_is_a_problem(client, edition, path):
    response = client.get(f"/api/v1/{path}")

    assert response.status_code == 404
    assert response["Content-Type"].startswith("application/problem+json")
    assert response["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["trials/", "trials/NCT04745299/", "therapies/lenzumestrocel/"])
def test_nothing_can_be_written(client, edition, method, path):
    response = getattr(client, method)(f"/api/v1/{path}", {}, content_type="application/json")

    assert response.status_code == 405


def test_the_same_filters_as_the_pages(client, edition):
    assert client.get("/api/v1/therapies/?stage=approved").json()["count"] == 0
    assert client.get("/api/v1/therapies/?stage=in_development").json()["count"] == 1
    assert client.get("/api/v1/trials/?therapy=lenzumestrocel").json()["count"] == 1


def test_updates_since_a_moment(client, edition):
    assert (
        client.get("/api/v1/updates/", {"since": (timezone.now() - dt.timedelta(days=2)).isoformat()}).json()["count"]
        == 1
    )
    assert client.get("/api/v1/updates/", {"since": timezone.now().isoformat()}).json()["count"] == 0


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("0212-04-03T18:00:40-20:59", 200),
        ("2026-01-01T00:00:00+23:59", 200),
        ("0001-01-01T00:00:00Z", 200),
        ("0001-01-01T00:00:00+20:00", 400),
        ("9999-12-31T23:59:59-20:00", 400),
        ("2026-01-01T00:00:00+24:00", 400),
        ("yesterday", 400),
    ],
)
def test_a_moment_is_read_with_any_offset_or_refused(client, edition, since, status):
    assert client.get("/api/v1/updates/", {"since": since}).status_code == status


@pytest.mark.parametrize("count", [2, 100])
def test_a_list_of_trials_takes_at_most_8_queries(client, django_assert_max_num_queries, count):
    edition = factories.live_edition("abc")
    for _number in range(count):
        factories.TherapyTrialFactory(therapy=edition.therapy)

    with django_assert_max_num_queries(8):
        body = client.get("/api/v1/trials/?page_size=100").json()

    assert len(body["results"]) == count


@pytest.fixture
def operations(client):
    paths = client.get("/api/v1/schema/", headers={"Accept": "application/json"}).json()["paths"]
    return {path.removeprefix("/api/v1"): methods["get"] for path, methods in paths.items()}


def test_the_schema_names_errors_and_headers_of_every_operation(operations):
    assert len(operations) == 11
    for path, operation in operations.items():
        answers = operation["responses"]
        assert set(answers) == {"200", "304", "400", "404"}, path
        assert set(answers["200"]["headers"]) == {"ETag", "Cache-Control", "Access-Control-Allow-Origin"}, path
        assert set(answers["404"]["content"]) == {"application/problem+json"}, path


def test_the_schema_says_what_a_parameter_takes(operations):
    takes = {row["name"]: row for row in operations["/trials/"]["parameters"]}

    assert takes["q"]["schema"]["maxLength"] == 100
    assert takes["page_size"]["schema"]["maximum"] == 100
    assert takes["year"]["schema"] == {"type": "integer", "minimum": 1900, "maximum": 2100}
    assert "KR" in takes["country"]["schema"]["items"]["enum"]
    assert "overall_status" in takes["fields"]["schema"]["items"]["enum"]
    assert "fields" not in {row["name"] for row in operations["/trials/{number}/fhir/"]["parameters"]}


@pytest.mark.parametrize("query", ["page=&page_size=", "fields=", "q=&sponsor=", "year=", "sort="])
def test_an_empty_value_asks_for_nothing(client, edition, query):
    assert client.get(f"/api/v1/trials/?{query}").json()["results"] == client.get("/api/v1/trials/").json()["results"]


def test_the_schema_is_openapi_3_1_and_the_documentation_names_every_list(client):
    assert client.get("/api/v1/schema/", headers={"Accept": "application/json"}).json()["openapi"].startswith("3.1")
    page = client.get("/api/v1/docs/").content.decode()
    assert all(f"/api/v1/{name}/" in page for name in LISTS)
