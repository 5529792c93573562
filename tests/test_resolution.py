"""Who is believed, field by field, and what is written down when a fact changes."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from drugs.models import RegistryRecord, StaffOverride, Trial, TrialChange
from drugs.resolution import resolve, store_registries, store_resolutions
from tests import factories

pytestmark = pytest.mark.django_db


def record(trial, facts, *, on="", said_by="registry", registry="CTGOV"):
    return RegistryRecord.objects.create(
        trial=trial,
        said_by=said_by,
        registry=registry,
        number=trial.home_number,
        last_update=on,
        effective_on=on,
        facts=facts,
    )


@pytest.fixture
def trial():
    return factories.TrialFactory(overall_status="", phases="", study_type="", brief_title="")


def test_newer_before_older_whatever_came_in_first(trial):
    newer = record(trial, {"overall_status": "COMPLETED"}, on="2026-04-30")
    older = record(trial, {"overall_status": "RECRUITING", "acronym": "ALSUMMIT"}, on="2021-02")

    facts = resolve("CTGOV", [older, newer])

    assert facts["overall_status"] == "COMPLETED"
    assert facts["acronym"] == "ALSUMMIT"


def test_a_copy_never_overwrites_the_home_registry(trial):
    home = record(trial, {"overall_status": "ACTIVE_NOT_RECRUITING"}, on="2020-01-01")
    copy = record(trial, {"overall_status": "RECRUITING", "enrollment": 12}, on="2026-01-01", said_by="ictrp")
    sheet = record(trial, {"enrollment": 13, "acronym": "A"}, on="2026-02-01", said_by="sheet")

    facts = resolve("CTGOV", [home, copy, sheet])

    assert (facts["overall_status"], facts["enrollment"], facts["acronym"]) == ("ACTIVE_NOT_RECRUITING", 12, "A")


def test_an_empty_value_blanks_nothing_and_zero_is_a_value(trial):
    old = record(trial, {"acronym": "A", "enrollment": 20}, on="2020")
    new = record(trial, {"acronym": "", "enrollment": 0}, on="2021")

    facts = resolve("CTGOV", [old, new])

    assert (facts["acronym"], facts["enrollment"]) == ("A", 0)


def test_a_staff_override_is_above_all():
    facts = resolve("CTGOV", [], {"enrollment": 123})

    assert facts["enrollment"] == 123


def test_store_writes_columns_countries_and_a_change_for_each_field(trial):
    record(trial, {"overall_status": "COMPLETED", "countries": "KR|US"}, on="2026-04-30")

    changes = store_resolutions([trial])

    trial.refresh_from_db()
    assert trial.overall_status == "COMPLETED"
    assert [row.country for row in trial.country_set.all()] == ["KR", "US"]
    assert {(c.field, c.old, c.new) for c in TrialChange.objects.filter(trial=trial)} == {
        ("overall_status", "", "COMPLETED"),
        ("countries", "", "KR|US"),
    }
    assert len(changes) == 2
    assert store_resolutions([trial]) == []


def test_lifting_an_override_brings_the_registry_back(trial):
    record(trial, {"enrollment": 115}, on="2025")
    override = StaffOverride.objects.create(
        trial=trial, field="enrollment", value=123, reason="Registry, 30 April 2026"
    )
    store_resolutions([trial])
    assert Trial.objects.get(pk=trial.pk).enrollment == 123

    override.delete()
    store_resolutions([trial])

    assert Trial.objects.get(pk=trial.pk).enrollment == 115


@pytest.mark.parametrize(
    ("phases", "rank"),
    [("", None), ("NA", None), ("EARLY_PHASE1", 5), ("PHASE1|PHASE2", 15), ("PHASE2|PHASE3", 25), ("PHASE4", 40)],
)
def test_phase_rank_follows_the_phase_by_itself(phases, rank):
    trial = factories.TrialFactory(phases=phases)

    assert Trial.objects.get(pk=trial.pk).phase_rank == rank


def test_the_column_of_other_registries_agrees_with_the_numbers(trial):
    other = factories.TrialFactory()
    for registry, number in (("EUCTR", "2018-000101-13"), ("CTIS", "2023-500001-11")):
        trial.identifiers.create(registry=registry, number=number)

    store_registries([trial.pk, other.pk])

    assert list(Trial.objects.order_by("pk").values_list("other_registries", flat=True)) == ["CTIS|EUCTR", ""]
    trial.identifiers.filter(registry="CTIS").delete()
    store_registries([trial.pk])
    assert Trial.objects.get(pk=trial.pk).other_registries == "EUCTR"


def test_the_migration_fills_what_the_code_keeps(trial):
    trial.identifiers.create(registry="EUCTR", number="2018-000101-13")
    trial.identifiers.create(registry="CTIS", number="2023-500001-11")

    import_module("drugs.migrations.0024_other_registries").fill(apps, connection.schema_editor())

    assert Trial.objects.get(pk=trial.pk).other_registries == "CTIS|EUCTR"
