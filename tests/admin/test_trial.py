"""Trials in the admin: an edited fact stands above the registry, with a reason, until it is lifted."""

import pytest
from django.contrib import admin
from django.urls import reverse

from drugs import models
from drugs.resolution import store_resolutions
from tests import factories
from tests.admin.forms import posted
from tests.admin.people import staff

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def editor(client):
    person = staff("Editor")
    client.force_login(person)
    return person


@pytest.fixture
def trial():
    trial = factories.TrialFactory(home_number="NCT04745299", acronym="ALSUMMIT")
    facts = {"brief_title": "A trial in ALS", "overall_status": "ACTIVE_NOT_RECRUITING", "acronym": "ALSUMMIT"}
    facts |= {"study_type": "INTERVENTIONAL", "phases": "PHASE3", "start_date": "2021-02-28"}
    models.RegistryRecord.objects.create(trial=trial, registry="CTGOV", number=trial.home_number, facts=facts)
    store_resolutions([trial])
    models.TrialChange.objects.all().delete()
    return trial


def page(trial):
    return reverse("admin:drugs_trial_change", args=[trial.pk])


def test_an_edited_fact_needs_a_reason(client, editor, trial):
    response = client.post(page(trial), posted(client.get(page(trial)), overall_status="COMPLETED"))

    assert "Say why this fact is set by hand" in response.content.decode()
    assert not models.StaffOverride.objects.exists()


def test_the_form_says_that_readers_see_the_reason(client, editor, trial):
    assert "Readers see your words." in client.get(page(trial)).content.decode()


def test_an_edited_fact_becomes_an_override_and_a_change(client, editor, trial):
    data = posted(client.get(page(trial)), overall_status="COMPLETED", reason="Seen in the registry today.")

    response = client.post(page(trial), data)

    assert response.status_code == 302
    trial.refresh_from_db()
    assert trial.overall_status == "COMPLETED"
    override = models.StaffOverride.objects.get()
    assert (override.field, override.value, override.set_by) == ("overall_status", "COMPLETED", editor)
    change = models.TrialChange.objects.get()
    assert (change.old, change.new, change.changed_by) == ("ACTIVE_NOT_RECRUITING", "COMPLETED", editor)


def test_lifting_brings_the_registrys_value_back(client, editor, trial):
    data = posted(client.get(page(trial)), enrollment="115", phases="PHASE2", reason="By mistake.")
    client.post(page(trial), data)

    client.post(page(trial), posted(client.get(page(trial)), lift=["phases"]))

    trial.refresh_from_db()
    assert (trial.phases, trial.enrollment) == ("PHASE3", 115)
    assert [override.field for override in trial.overrides.all()] == ["enrollment"]


def test_saving_without_a_change_writes_nothing(client, editor, trial):
    client.post(page(trial), posted(client.get(page(trial))))

    assert not models.StaffOverride.objects.exists()
    assert not models.TrialChange.objects.exists()


def test_unverifying_takes_a_trial_from_the_public(client, editor, trial):
    client.post(page(trial), posted(client.get(page(trial)), is_verified=None))

    assert not models.Trial.objects.public().exists()


def test_a_trial_is_added_by_its_number(client):
    client.force_login(staff("Importer"))
    add = reverse("admin:drugs_trial_add")
    facts = {"brief_title": "New", "reason": "Registered yesterday.", "is_verified": "on"}

    client.post(add, {"home_number": "nct 01363401", **facts})

    trial = models.Trial.objects.get()
    assert (trial.home_number, trial.home_registry, trial.brief_title) == ("NCT01363401", "CTGOV", "New")
    assert trial.identifiers.get().is_home
    again = client.post(add, {"home_number": "NCT01363401", **facts})
    assert "on the site already" in again.content.decode()
    assert "no registry number" in client.post(add, {"home_number": "nonsense", **facts}).content.decode()


def test_a_second_number_of_the_same_registry_is_refused(client, editor, trial):
    superuser = staff("superuser")
    client.force_login(superuser)
    data = posted(client.get(page(trial)))
    data |= {"identifiers-TOTAL_FORMS": 2, "identifiers-1-number": "NCT01363401", "identifiers-1-trial": trial.pk}

    response = client.post(page(trial), data)

    assert response.status_code == 200
    assert trial.identifiers.count() == 1


def test_a_number_added_by_hand_is_counted_under_its_registry(client, trial):
    client.force_login(staff("superuser"))
    data = posted(client.get(page(trial)))
    data |= {"identifiers-TOTAL_FORMS": 2, "identifiers-1-number": "ISRCTN12345678", "identifiers-1-trial": trial.pk}

    response = client.post(page(trial), data)

    assert response.status_code == 302
    trial.refresh_from_db()
    assert trial.other_registries == "ISRCTN"


def test_every_fact_of_a_trial_is_on_its_page():
    shown = {
        name
        for _title, options in admin.site._registry[models.Trial].fieldsets
        for item in options["fields"]
        for name in (item if isinstance(item, tuple) else (item,))
    }

    assert set(models.Trial.FACTS) <= shown
