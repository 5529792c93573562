"""A trial as FHIR R5: valid, complete in its numbers, and nothing that no registry states."""

import pytest
from fhir.resources.researchstudy import ResearchStudy

from drugs.fhir import DESIGNS, PHASES, PURPOSES, STATES, number_system, research_study
from drugs.models import Trial
from drugs.vocabulary import Allocation, OverallStatus, Phase, PrimaryPurpose, Registry, StudyType
from tests import factories, shipped

pytestmark = pytest.mark.django_db


@pytest.fixture
def trial():
    trial = factories.TrialFactory(
        home_number="NCT04745299",
        brief_title="A trial",
        official_title="A trial, at length",
        acronym="ALSUMMIT",
        overall_status="TERMINATED",
        why_stopped="Funding",
        phases="PHASE2|PHASE3",
        study_type="INTERVENTIONAL",
        allocation="RANDOMIZED",
        primary_purpose="TREATMENT",
        start_date="2021-02",
        start_date_type="ACTUAL",
        completion_date="2027",
        completion_date_type="ESTIMATED",
        enrollment=0,
        enrollment_type="ACTUAL",
        conditions="ALS|PLS",
        countries="KR|US",
        lead_sponsor="Corestemchemon, Inc.",
    )
    trial.identifiers.create(registry="UMIN", number="UMIN000000001")
    return trial


def read(client, number="NCT04745299", **headers):
    response = client.get(f"/api/v1/trials/{number}/fhir/", headers=headers)
    assert response.status_code == 200
    ResearchStudy.model_validate_json(response.content)
    return response.json()


def codes(concept):
    return [(coding["system"].rsplit("/", 1)[-1], coding["code"]) for coding in concept["coding"]]


def test_a_trial_says_what_its_registries_say(client, trial):
    study = read(client)

    assert [(row["use"], row["system"], row["value"]) for row in study["identifier"]] == [
        ("official", "https://clinicaltrials.gov", "NCT04745299"),
        ("secondary", "http://127.0.0.1:8000/trials/?registry=UMIN", "UMIN000000001"),
    ]
    assert study["url"] == "http://127.0.0.1:8000/api/v1/trials/NCT04745299/fhir/"
    assert study["title"] == "A trial"
    assert [(codes(row["type"])[0][1], row["value"]) for row in study["label"]] == [
        ("official", "A trial, at length"),
        ("acronym", "ALSUMMIT"),
    ]
    assert study["status"] == "active"
    assert codes(study["phase"]) == [("research-study-phase", "phase-2-phase-3")]
    assert codes(study["primaryPurposeType"]) == [("research-study-prim-purp-type", "treatment")]
    assert [codes(row)[0][1] for row in study["studyDesign"]] == ["SEVCO:01001", "SEVCO:01003"]
    assert [row["text"] for row in study["condition"]] == ["ALS", "PLS"]
    assert [row["coding"][0]["code"] for row in study["region"]] == ["KR", "US"]
    assert study["whyStopped"] == {"text": "Funding"}
    assert study["associatedParty"][0]["name"] == "Corestemchemon, Inc."


def test_dates_keep_their_precision_and_whether_they_are_estimates(client, trial):
    study = read(client)

    assert study["period"] == {"start": "2021-02", "end": "2027"}
    assert [(codes(row["state"])[0][1], row.get("actual"), row.get("period")) for row in study["progressStatus"]] == [
        ("terminated", None, None),
        ("overall-study", True, {"start": "2021-02"}),
        ("overall-study", False, {"end": "2027"}),
    ]


def test_nobody_took_part_is_a_number_and_a_number_of_no_kind_is_left_out(client, trial):
    assert read(client)["recruitment"] == {"actualNumber": 0}

    Trial.objects.filter(pk=trial.pk).update(enrollment=60, enrollment_type="ESTIMATED")
    assert read(client)["recruitment"] == {"targetNumber": 60}

    Trial.objects.filter(pk=trial.pk).update(enrollment_type="")
    assert "recruitment" not in read(client)


def test_an_end_before_the_start_is_left_out(client, trial):
    Trial.objects.filter(pk=trial.pk).update(completion_date="2020", completion_date_type="ACTUAL")

    study = read(client)

    assert "period" not in study
    assert [codes(row["state"])[0][1] for row in study["progressStatus"]] == ["terminated"]


def test_a_status_without_a_code_is_given_in_words(client, trial):
    Trial.objects.filter(pk=trial.pk).update(overall_status="SUSPENDED")

    assert read(client)["progressStatus"][0] == {"state": {"text": "Suspended"}}


def test_a_trial_of_which_little_is_known_has_no_empty_values(client):
    trial = factories.TrialFactory(home_number="CTRI/2020/01/012345", brief_title="", overall_status="")
    Trial.objects.filter(pk=trial.pk).update(phases="", study_type="", last_update_posted="")

    study = read(client, "CTRI-2020-01-012345")

    assert set(study) == {"resourceType", "id", "meta", "url", "identifier", "status"}
    assert study["id"] == "CTRI-2020-01-012345"
    assert study["identifier"][0]["value"] == "CTRI/2020/01/012345"


def test_every_value_has_a_code_of_r5_or_is_known_to_have_none():
    assert set(OverallStatus) - set(STATES) == {
        OverallStatus.SUSPENDED,
        OverallStatus.UNKNOWN,
        OverallStatus.AVAILABLE,
        OverallStatus.NO_LONGER_AVAILABLE,
        OverallStatus.TEMPORARILY_NOT_AVAILABLE,
        OverallStatus.APPROVED_FOR_MARKETING,
        OverallStatus.WITHHELD,
    }
    assert set(PHASES) == set(Phase)
    assert set(PrimaryPurpose) - set(PURPOSES) == {PrimaryPurpose.ECT, PrimaryPurpose.OTHER}
    assert {*StudyType, *Allocation} - set(DESIGNS) == {StudyType.EXPANDED_ACCESS, Allocation.NA}


@pytest.mark.parametrize("registry", Registry.values)
def test_every_registry_has_a_system(client, registry):
    system = number_system(registry, "X")

    assert system.startswith(("https://", "http://127.0.0.1:8000/trials/"))
    assert (
        not system.startswith("http://127")
        or client.get(system.removeprefix("http://127.0.0.1:8000")).status_code == 200
    )


def test_it_is_fhir_json_and_cached_like_the_rest(client, trial):
    response = client.get("/api/v1/trials/nct 04745299/fhir/")

    assert response["Content-Type"] == "application/fhir+json"
    assert response["Access-Control-Allow-Origin"] == "*"
    again = client.get("/api/v1/trials/nct 04745299/fhir/", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("accepted", ["application/json", "text/html", "application/fhir+json", "*/*"])
def test_it_is_the_same_whatever_is_asked_for(client, trial, accepted):
    """Proxies keep one answer for each address: no stranger's word may make it another for the next reader."""
    response = client.get("/api/v1/trials/NCT04745299/fhir/", headers={"Accept": accepted})

    assert response.status_code == 200
    assert response["Content-Type"] == "application/fhir+json"
    assert "Vary" not in response


def test_an_unverified_trial_has_none(client, trial):
    Trial.objects.filter(pk=trial.pk).update(is_verified=False)

    response = client.get("/api/v1/trials/NCT04745299/fhir/")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.any_database
def test_every_shipped_trial_is_valid():
    shipped.load()
    trials = Trial.objects.public().prefetch_related("identifiers")

    for trial in trials:
        study = research_study(trial, trial.identifiers.all())
        ResearchStudy.model_validate(study)
        assert len(study["identifier"]) == len(trial.identifiers.all())

    assert len(trials) > 60
