"""Who did what to which record: every kind of record is logged, by whom, and no import takes it away."""

import pytest
from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from import_export.resources import modelresource_factory
from tablib import Dataset

from drugs.audit import history_of
from drugs.models import (
    Edition,
    GlossaryTerm,
    ImportRun,
    Organisation,
    RegistryRecord,
    SideEffect,
    StaffOverride,
    row_models,
)
from drugs.resolution import store_resolutions
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return factories.UserFactory(username="editor")


def told(obj):
    """(who, what, field, old, new) of each change in a record's history, newest first."""
    return [
        (act.by.username if act.by else None, act.what, change.field, change.old, change.new)
        for act in history_of(obj)
        for change in act.changes
    ]


SMALL = {
    "organisation": (factories.OrganisationFactory, {"name": "Another name"}, "name"),
    "outcome measure": (factories.OutcomeMeasureFactory, {"unit": "per cent"}, "unit"),
    "glossary": (factories.GlossaryTermFactory, {"meaning": "Another meaning."}, "meaning"),
    "therapy": (factories.TherapyFactory, {"review_every_months": 3}, "review every (months)"),
    "link": (factories.TherapyTrialFactory, {"decision": "dismissed"}, "decision"),
    "edition": (factories.EditionFactory, {"name": "Another name"}, "name"),
    "user": (factories.UserFactory, {"email": "someone@example.org"}, "email address"),
    "group": (lambda: Group.objects.create(name="Guests"), {"name": "Writers"}, "name"),
    "override": (
        lambda: StaffOverride.objects.create(
            trial=factories.TrialFactory(), field="enrollment", value=1, reason="Registry"
        ),
        {"value": 2},
        "value",
    ),
}


@pytest.mark.parametrize("kind", SMALL)
def test_a_change_is_told_with_its_person_the_old_and_the_new_value(kind, editor):
    make, changes, label = SMALL[kind]
    obj = make()

    with set_actor(editor):
        for name, value in changes.items():
            setattr(obj, name, value)
        obj.save()

    (act, *_earlier) = history_of(obj)
    assert (act.by, act.what) == (editor, "changed")
    assert label in {change.field for change in act.changes}
    assert all(change.old != change.new for change in act.changes)


@pytest.mark.parametrize("model", row_models(), ids=lambda model: model.__name__)
def test_the_history_of_an_edition_holds_its_rows_and_those_that_are_gone(model, editor):
    row = factories.ROW_FACTORIES[model]()
    edition = row.edition

    with set_actor(editor):
        row.position = 7
        row.save()
        row.delete()

    acts = [(act.by, act.what) for act in history_of(edition)]
    assert acts[:2] == [(editor, "deleted"), (editor, "changed")]


def test_values_are_in_words_not_in_keys(editor):
    edition = factories.EditionFactory(background="<p>One <strong>word</strong>.</p>", modality="vitamin")
    effect = factories.SideEffectFactory(edition=edition)
    source = factories.SourceFactory(edition=edition, label="Oh et al., 2018")

    with set_actor(editor):
        edition.background, edition.modality = "<p>Two words.</p>", "small_molecule"
        edition.save()
        effect.source = source
        effect.save()

    assert ("editor", "changed", "background", "One word.", "Two words.") in told(edition)
    assert ("editor", "changed", "kind of therapy", "Vitamin", "Small molecule") in told(edition)
    assert ("editor", "changed", "source", "", "Oh et al., 2018") in told(edition)


def test_what_somebody_may_do_is_told(editor):
    person, group = factories.UserFactory(), Group.objects.create(name="Reviewer of tests")

    with set_actor(editor):
        person.groups.add(group)
        group.permissions.add(Permission.objects.get(codename="view_edition"))
        person.groups.remove(group)

    assert ("editor", "changed", "groups", "", "Reviewer of tests") in told(person)
    assert ("editor", "changed", "groups", "Reviewer of tests", "") in told(person)
    assert [act.by for act in history_of(group)][:1] == [editor]


def test_no_password_and_no_address_of_a_machine_is_kept(client):
    admin = get_user_model().objects.create_superuser("root", password="a-long-password")
    client.force_login(admin)
    client.post("/admin/auth/group/add/", {"name": "Made in the admin"})
    admin.set_password("another-long-password")
    admin.save()

    entries = LogEntry.objects.all()
    assert "password" not in str(list(entries.values_list("changes", flat=True)))
    assert set(entries.values_list("remote_addr", flat=True)) == {None}
    assert entries.get(object_repr="Made in the admin").actor == admin


def test_the_history_of_a_trial_tells_imports_and_staff_in_one_order(editor):
    trial = factories.TrialFactory(phases="", study_type="", brief_title="", overall_status="")
    run = ImportRun.objects.create(original_name="ctg-studies.csv")
    RegistryRecord.objects.create(
        trial=trial, registry="CTGOV", number=trial.home_number, facts={"overall_status": "COMPLETED"}, run=run
    )
    store_resolutions([trial], run=run)
    with set_actor(editor):
        StaffOverride.objects.create(trial=trial, field="enrollment", value=123, reason="The registry's page")
        store_resolutions([trial], by=editor)

    lines = told(trial)
    assert (None, f"import {run}", "status", "", "Completed") in lines
    assert ("editor", "edited", "enrolment", "", "123") in lines
    assert ("editor", "added", "why", "", "The registry's page") in lines


def test_a_sheet_of_a_small_list_is_logged_row_by_row_and_keeps_what_was_logged_before(editor):
    term = GlossaryTerm.objects.create(slug="placebo", term="placebo", meaning="A pill.")
    with set_actor(editor):
        term.meaning = "A treatment without the drug."
        term.save()
    resource = modelresource_factory(
        GlossaryTerm, meta_options={"import_id_fields": ["slug"], "fields": ["slug", "term", "meaning"]}
    )
    sheet = Dataset(
        ("placebo", "placebo", "Looks like the drug."),
        ("open-label", "open label", "All know."),
        headers=["slug", "term", "meaning"],
    )

    with set_actor(importer := factories.UserFactory(username="importer")):
        result = resource().import_data(sheet, raise_errors=True)

    assert result.totals["new"] == result.totals["update"] == 1
    meanings = [line for line in told(term) if line[2] == "meaning"]
    assert [line[0] for line in meanings] == ["importer", "editor", None]
    (added,) = history_of(GlossaryTerm.objects.get(slug="open-label"))
    assert (added.by, added.what) == (importer, "added")


def test_loading_the_content_again_keeps_the_log_and_adds_nothing_to_it(editor, settings):
    organisations = settings.BASE_DIR / "fixtures" / "01-organisations.yaml"
    before = LogEntry.objects.count()
    call_command("load_content", organisations, verbosity=0)
    assert LogEntry.objects.count() == before
    organisation = Organisation.objects.first()
    with set_actor(editor):
        organisation.website = "https://example.org/"
        organisation.save()

    call_command("load_content", organisations, verbosity=0)

    (line,) = told(organisation)
    assert (line[0], line[4]) == ("editor", "https://example.org/")


def test_a_new_edition_is_still_a_draft_after_it_was_logged():
    edition = factories.EditionFactory()
    factories.publish(edition)

    assert not Edition.objects.get(pk=edition.pk).is_draft
    assert SideEffect.objects.count() == 0
