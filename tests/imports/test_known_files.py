"""The real exports beside the project: what is known about them comes out."""

from collections import Counter

import pytest

from drugs.models import RegistryRecord, Trial, TrialChange
from drugs.vocabulary import RunState
from tests.imports.conftest import counts, state

pytestmark = [pytest.mark.registry, pytest.mark.django_db]

FIRST = "ctgov_old/o20_covid_daily_20200406.tsv"
SECOND = "ctgov_old/o20_covid_daily_20200407.tsv"


def test_two_days_of_a_daily_series_and_either_again(imported, registry_folder):
    first = imported(registry_folder / FIRST)
    assert counts(first) == {"new": 306}
    assert TrialChange.objects.filter(run=first, field="").count() == TrialChange.objects.count() == 306

    second = imported(registry_folder / SECOND)
    assert counts(second) == {"new": 61, "changed": 54, "unchanged": 251, "absent": 1}
    status = TrialChange.objects.filter(run=second, field="overall_status").values_list("new", flat=True)
    assert Counter(status) == {"RECRUITING": 11, "ACTIVE_NOT_RECRUITING": 1}
    assert Trial.objects.count() == 367

    before, records = state(), RegistryRecord.objects.count()
    assert counts(imported(registry_folder / SECOND)) == {"unchanged": 366}
    assert counts(imported(registry_folder / FIRST)) == {"unchanged": 306, "absent": 61}
    assert state() == before
    assert RegistryRecord.objects.count() == records


def test_the_older_file_after_the_newer_turns_nothing_back(imported, registry_folder):
    imported(registry_folder / FIRST)
    imported(registry_folder / SECOND)
    in_order = state()
    Trial.objects.all().delete()

    imported(registry_folder / SECOND)
    late = imported(registry_folder / FIRST)

    assert all(old == "" for row in late.rows.filter(decision="changed") for _field, old, _new in row.changes)
    assert late.counts["new"] == 1
    notes = [problem["reason"] for row in late.rows.exclude(problems=[]) for problem in row.problems]
    assert len(notes) == 54
    assert all("Older than what is stored" in note for note in notes)
    assert state() == in_order


@pytest.mark.parametrize("folder", ["ctgov_new", "ctgov_old", "derived", "transcribed"])
def test_every_download_of_clinicaltrials_gov_is_read(compared, registry_folder, folder):
    for path in sorted((registry_folder / folder).iterdir()):
        run = compared(path)

        assert run.state == RunState.COMPARED, f"{path.name}: {run.error}"
        assert run.counts["refused"] == 0, path.name
        assert run.counts["rows"] == run.counts["new"] + run.counts["held"], path.name


def test_banner_rows_and_footer_are_skipped_and_named(compared, registry_folder):
    run = compared(registry_folder / "derived/d06_als_banner_rows.csv")

    assert counts(run) == {"new": 38}
    assert [skipped["row"] for skipped in run.detection["skipped_rows"]] == [1, 2, 43]


def test_each_messy_file_is_read_or_refused_with_a_sentence(compared, registry_folder):
    for path in sorted((registry_folder / "messy").iterdir()):
        run = compared(path)

        assert run.state in (RunState.COMPARED, RunState.FAILED), path.name
        if run.state == RunState.FAILED:
            assert 20 < len(run.error) < 500, path.name
            assert not run.rows.exists()
    assert not Trial.objects.exists()
