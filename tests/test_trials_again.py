"""The trials table of the open data, imported into an empty site, gives the same trials: every fact, every number."""

import json

import pytest
from django.core.management import call_command
from django.db import connection

from drugs.models import Trial, TrialIdentifier
from tests import factories, shipped

pytestmark = pytest.mark.django_db

#: A value of each fact that a source can state, none of them empty; what is chosen from a list is from its list.
WHOLE = {
    "brief_title": "A study, with \"quotes\" and a comma",
    "official_title": "=An official title that starts like a formula",
    "acronym": "ABC-1",
    "secondary_ids": "2019-000001-19|U01 NS1|-code",
    "overall_status": "TERMINATED",
    "why_stopped": "Money ran out; nobody was harmed",
    "start_date": "2021",
    "start_date_type": "ACTUAL",
    "primary_completion_date": "2022-05",
    "primary_completion_date_type": "ESTIMATED",
    "completion_date": "2022-06-07",
    "completion_date_type": "ACTUAL",
    "first_posted": "2020-12-01",
    "results_first_posted": "2023-01-02",
    "last_update_posted": "2024-03-04",
    "has_results": False,
    "study_type": "INTERVENTIONAL",
    "phases": "PHASE1|PHASE2",
    "allocation": "RANDOMIZED",
    "intervention_model": "CROSSOVER",
    "masking": "QUADRUPLE",
    "primary_purpose": "TREATMENT",
    "observational_model": "COHORT",
    "time_perspective": "PROSPECTIVE",
    "enrollment": 0,
    "enrollment_type": "ACTUAL",
    "conditions": "Amyotrophic Lateral Sclerosis|Motor Neuron Disease",
    "interventions": "DRUG: a drug|DEVICE: a device",
    "primary_outcomes": "A measure, at one year|Another",
    "secondary_outcomes": "Second",
    "other_outcomes": "Other",
    "outcome_measures": "Undivided",
    "brief_summary": "First line.\nSecond line.",
    "sex": "FEMALE",
    "age": "ADULT, OLDER_ADULT",
    "minimum_age": "18 Years",
    "maximum_age": "80 Years",
    "eligibility_criteria": "Inclusion:\n\n* one\n* two",
    "lead_sponsor": "A sponsor",
    "collaborators": "One|Two",
    "funder_type": "INDUSTRY|OTHER",
    "countries": "KR|US",
    "locations": "A site, Seoul, South Korea|A place, nowhere that is known",
    "study_documents": "Protocol|https://example.org/p.pdf",
}  # fmt: skip


def everything():
    """Facts and numbers of each public trial by its home number."""
    numbers: dict[int, set[tuple[str, str, bool]]] = {}
    for row in TrialIdentifier.objects.all():
        numbers.setdefault(row.trial_id, set()).add((row.registry, row.number, row.is_home))
    return {trial.home_number: trial.facts() | {"numbers": numbers[trial.pk]} for trial in Trial.objects.public()}


def imported_again(client, tmp_path):
    """What an empty site knows after the file: the trials as they were, and the report of the import."""
    file, report = tmp_path / "trials.csv", tmp_path / "report.json"
    file.write_bytes(b"".join(client.get("/data/trials.csv").streaming_content))
    before = everything()
    connection.check_constraints()  # PostgreSQL empties no table on which a check waits for the transaction's end
    call_command("flush", interactive=False, verbosity=0)
    assert not Trial.objects.exists()

    call_command("import_trials", str(file), report=report, verbosity=0)
    return before, everything(), json.loads(report.read_text())


def test_every_fact_of_a_trial_comes_back(client, tmp_path):
    assert set(WHOLE) == set(Trial.FACTS)
    trial = factories.TrialFactory(home_number="NCT04745299", **WHOLE)
    trial.identifiers.create(registry="EUCTR", number="2019-000002-20")
    other = factories.TrialFactory(home_number="CTRI/2020/01/012345", home_registry="CTRI", study_type="OBSERVATIONAL")
    assert other.identifiers.get().registry == "CTRI"

    before, after, report = imported_again(client, tmp_path)

    assert after == before
    assert (report["format"], report["new"], report["refused"], report["held"]) == ("open_data", 2, 0, 0)


def test_all_shipped_trials_come_back(client, tmp_path):
    shipped.load()

    before, after, report = imported_again(client, tmp_path)

    assert len(before) > 60
    assert after == before
    assert report["new"] == report["rows"] == len(before)
