"""ALSUMMIT ends in a registry's file: the page of lenzumestrocel is flagged where its text names the trial, and nowhere else."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import timezone

from drugs.models import RegistryRecord, ReviewFlag, Source, Trial
from drugs.publishing.answers import answer_still_true
from drugs.resolution import store_resolutions
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    """A live page of lenzumestrocel, published while ALSUMMIT was active."""
    edition = factories.EditionFactory(
        therapy=factories.TherapyFactory(slug="lenzumestrocel"),
        mechanism_of_action="<p>The cells may protect motor neurons (Nam et al., 2022).</p>",
        clinical_trials="<p>ALSUMMIT (NCT04745299) compares it with placebo (Nam et al., 2022).</p>",
        current_status="<p>Results of ALSUMMIT are awaited (Nam et al., 2022).</p>",
    )
    Source.objects.create(
        edition=edition, label="Nam et al., 2022", kind="journal_article", title="Protocol", is_verified=True
    )
    trial = factories.TrialFactory(
        home_number="NCT04745299", acronym="ALSUMMIT", overall_status="", phases="", study_type="", brief_title=""
    )
    RegistryRecord.objects.create(
        trial=trial,
        registry="CTGOV",
        number="NCT04745299",
        last_update="2025-01-10",
        effective_on="2025-01-10",
        facts={"overall_status": "ACTIVE_NOT_RECRUITING", "phases": "PHASE3", "acronym": "ALSUMMIT"},
    )
    store_resolutions([trial])
    factories.TherapyTrialFactory(therapy=edition.therapy, trial=trial)
    factories.publish(edition, at=timezone.now() - dt.timedelta(days=30))
    return edition


def import_status(tmp_path, status, date):
    file = tmp_path / f"{date}.csv"
    file.write_text(
        f"NCT Number,Study Title,Study Status,Last Update Posted\nNCT04745299,ALSUMMIT trial,{status},{date}\n"
    )
    call_command("import_trials", str(file), accept_large_change=True)


def test_an_import_flags_the_sections_that_name_the_trial(client, page, tmp_path):
    import_status(tmp_path, "COMPLETED", "2026-04-30")

    assert Trial.objects.get(home_number="NCT04745299").overall_status == "COMPLETED"
    flag = ReviewFlag.objects.get(field="overall_status")
    assert (flag.old, flag.new) == ("ACTIVE_NOT_RECRUITING", "COMPLETED")
    assert {str(passage["section"]) for passage in flag.sentences} == {"clinical_trials", "current_status"}
    assert "we are checking our text" in client.get("/drugs/lenzumestrocel/").content.decode()


def test_still_true_closes_it_until_the_next_change(client, page, tmp_path):
    import_status(tmp_path, "COMPLETED", "2026-04-30")
    answer_still_true(list(ReviewFlag.objects.all()), by=factories.UserFactory())

    assert "we are checking our text" not in client.get("/drugs/lenzumestrocel/").content.decode()
    import_status(tmp_path, "TERMINATED", "2026-06-01")
    assert "we are checking our text" in client.get("/drugs/lenzumestrocel/").content.decode()
