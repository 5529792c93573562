"""The faults of the page that the charity published before, entered as a draft: each is caught."""

import pytest

from drugs.models import TherapyTrial
from drugs.publishing.checker import findings
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    """A draft of lenzumestrocel with its two registered trials and the comparison of the phase 2 trial."""
    edition = factories.EditionFactory(
        therapy=factories.TherapyFactory(slug="lenzumestrocel"),
        name="lenzumestrocel",
        summary="",
        background="",
        as_of_on="2025-02",
    )
    second = factories.TrialFactory(
        home_number="NCT01363401",
        phases="PHASE1|PHASE2",
        enrollment=64,
        start_date="2011-02",
        completion_date="2014-08",
        overall_status="COMPLETED",
    )
    third = factories.TrialFactory(
        home_number="NCT04745299",
        acronym="ALSUMMIT",
        phases="PHASE3",
        enrollment=123,
        masking="DOUBLE",
        start_date="2021-02-24",
        completion_date="2024-11-13",
        overall_status="COMPLETED",
    )
    for trial in (second, third):
        TherapyTrial.objects.create(therapy=edition.therapy, trial=trial, decision="confirmed")
    oh = factories.SourceFactory(edition=edition, label="Oh et al., 2018", year=2018)
    factories.SourceFactory(edition=edition, label="Nam et al., 2022", year=2022)
    factories.SourceFactory(edition=edition, label="Nam et al., 2023", year=2023)
    factories.ReportedResultFactory(edition=edition, trial=second, source=oh, comparator="riluzole alone")
    return edition


def rules(edition):
    return {(finding.rule, finding.where) for finding in findings(edition)}


def test_phase_3_with_the_number_of_phase_2(draft):
    draft.clinical_trials = (
        "<p>A phase 2 randomised trial (NCT01363401) was conducted in 64 participants (Oh et al., 2018).</p>"
        "<p>A phase 3 trial involving 115 people (NCT01363401) evaluated safety and efficacy (Nam et al., 2022).</p>"
    )
    draft.save()

    found = {finding.rule: finding for finding in findings(draft)}

    assert "PHASE" not in found["wrong_phase"].why
    assert "phase 3" in found["wrong_phase"].passage
    assert "one_number_two_studies" in found
    assert "115" in found["wrong_size"].why


def test_phase_2_dated_2023_and_compared_to_placebo(draft):
    draft.current_status = (
        "<p>In 2023, a phase 2 study showed that two injections slowed disease progression compared to placebo.</p>"
    )
    draft.save()

    found = {finding.rule: finding for finding in findings(draft)}

    assert "2023" in found["year_outside_trial"].why
    assert "riluzole alone" in found["placebo_without_placebo"].why


def test_a_claim_without_a_citation(draft):
    draft.side_effects_text = "<p>No severe adverse reaction was found in 64 people.</p>"
    draft.save()

    assert ("claim_without_citation", "Reported side effects") in rules(draft)


def test_approved_without_the_stage_of_the_region(draft):
    factories.ApprovalFactory(edition=draft, region="KR")
    factories.StatusEventFactory(edition=draft, region="WW", stage="in_development")

    assert ("approval_without_stage", "approval") in rules(draft)


def test_put_right_it_has_no_finding_in_its_text(draft):
    draft.clinical_trials = (
        "<p>A phase 2 trial (NCT01363401), published in 2018, compared injections with riluzole alone, not with placebo, "
        "in 64 people (Oh et al., 2018).</p>"
        "<p>The phase 3 trial ALSUMMIT (NCT04745299) planned for 115 people; the registry says 123. It was double-blind and "
        "compared with placebo from 2021 to 2024 (Nam et al., 2022).</p>"
        "<p>A surveillance study of 157 people had no registry number (Nam et al., 2023).</p>"
    )
    draft.save()

    assert rules(draft) == set()
