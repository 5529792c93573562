"""The index is right after every kind of write, and comes back when a migration took it away."""

import pytest
from django.core.checks import run_checks
from django.db import connection, models

from drugs.full_text import INDEXED, Query
from drugs.full_text.sqlite import keep_index, missing
from drugs.models import EditionText, GlossaryTerm, PageVersion, Trial
from tests import factories

pytestmark = pytest.mark.django_db

sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps a generated column")


def found(text, **options):
    return [trial.home_number for trial in Trial.objects.matching(Query.parse(text, **options))]


def test_trial_found_after_save_update_and_delete():
    trial = factories.TrialFactory(brief_title="Vitamin study of the heart")
    assert found("vitamins") == [trial.home_number]

    trial.brief_title = "Sugar study"
    trial.save()
    assert found("vitamin") == []
    assert found("sugar") == [trial.home_number]

    Trial.objects.filter(pk=trial.pk).update(lead_sponsor="Université de Montréal")
    assert found("universite montreal") == [trial.home_number]

    trial.delete()
    assert found("sugar") == []


def test_trial_found_after_bulk_writes():
    trials = Trial.objects.bulk_create(
        [Trial(home_number=f"NCT0000000{n}", home_registry="CTGOV", brief_title=f"Title {n}") for n in range(3)]
    )
    assert found("title 1") == ["NCT00000001"]

    for trial in trials:
        trial.interventions = "DRUG: quercetin"
    Trial.objects.bulk_update(trials, ["interventions", "brief_title"])
    assert len(found("quercetin")) == 3

    Trial.objects.bulk_create(
        [Trial(home_number="NCT00000001", home_registry="CTGOV", brief_title="Another")],
        update_conflicts=True,
        unique_fields=["home_number"],
        update_fields=["brief_title"],
    )
    assert found("another") == ["NCT00000001"]
    assert found("title 1") == []


@pytest.mark.parametrize(
    ("field", "value", "typed"),
    [
        ("home_number", "CTRI/2019/01/123456", "ctri 2019 01 123456"),
        ("acronym", "REGALS", "regals"),
        ("secondary_ids", "MT-1186-A01|XYZ", "mt 1186 a01"),
        ("official_title", "A double-blind study", "double blind"),
        ("conditions", "Amyotrophic Lateral Sclerosis", "lateral sclerosis"),
        ("interventions", "DRUG: Édaravone (5 mg)", "edaravone 5"),
        ("lead_sponsor", "O'Neill & Sons, Inc.", "o'neill sons"),
        ("collaborators", "Biogen", "biogen"),
    ],
)
def test_trial_found_by_each_field(field, value, typed):
    factories.TrialFactory(brief_title="Something else")
    trial = factories.TrialFactory(**{"brief_title": "", field: value})

    assert found(typed) == [trial.home_number]


def test_accents_and_endings_do_not_matter_on_either_side():
    factories.TrialFactory(home_number="NCT00000001", brief_title="Edaravone infusions")

    assert found("édaravone infusion") == ["NCT00000001"]


def test_beginning_of_a_word_only_when_asked():
    factories.TrialFactory(home_number="NCT00000001", brief_title="Edaravone")

    assert found("edarav") == []
    assert found("edarav", is_beginning=True) == ["NCT00000001"]


def test_empty_query_finds_nothing():
    factories.TrialFactory()

    assert found("") == []
    assert Trial.objects.best_matches(Query.parse("..."), 5) == []


def test_best_matches_put_the_title_before_the_sponsor():
    sponsor = factories.TrialFactory(lead_sponsor="Acme", brief_title="Of something")
    title = factories.TrialFactory(brief_title="Acme")

    best = Trial.objects.best_matches(Query.parse("acme"), 5)

    assert best == [title, sponsor]
    assert best[0].likeness > best[1].likeness


def test_best_matches_respect_the_queryset():
    factories.TrialFactory(brief_title="Acme", is_verified=False)

    assert Trial.objects.public().best_matches(Query.parse("acme"), 5) == []


def test_matching_joins_with_other_conditions_and_relations():
    trial = factories.TrialFactory(brief_title="Acme")
    factories.TherapyTrialFactory(trial=trial)
    query = Query.parse("acme")

    assert Trial.objects.filter(models.Q(pk=0) | models.Q(Trial.objects.match(query))).get() == trial
    assert Trial.objects.matching(query).filter(therapy_links__decision="confirmed").count() == 1
    assert Trial.objects.exclude(pk__in=Trial.objects.matching(query).values("pk")).count() == 0


def test_every_searched_column_exists():
    tables = {model._meta.db_table: model for model in (Trial, EditionText, GlossaryTerm, PageVersion)}

    assert tables.keys() == INDEXED.keys()
    for table, columns in INDEXED.items():
        assert columns.keys() <= {field.column for field in tables[table]._meta.fields}


@sqlite_only
def test_index_comes_back_after_a_table_was_rebuilt():
    trial = factories.TrialFactory(brief_title="Acme")
    with connection.cursor() as cursor:  # what a migration that rebuilds the table does
        cursor.execute("DROP TRIGGER drugs_trial_fts_insert")
        cursor.execute("DROP TRIGGER drugs_trial_fts_update")
    unseen = factories.TrialFactory(brief_title="Acme again")
    assert found("acme") == [trial.home_number]
    assert [warning.id for warning in run_checks(databases=["default"]) if warning.id == "drugs.W010"]

    assert keep_index() == ["drugs_trial"]

    assert set(found("acme")) == {trial.home_number, unseen.home_number}
    assert missing(connection) == []
    assert keep_index() == []
    assert not [warning.id for warning in run_checks(databases=["default"]) if warning.id == "drugs.W010"]
