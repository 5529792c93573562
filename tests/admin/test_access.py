"""What the admin shows to one who reads all of it. Who comes in where: tests/access/test_matrix.py."""

import pytest
from django.contrib import admin
from django.urls import reverse

from drugs import models
from tests import factories
from tests.access.world import make_world
from tests.admin.people import staff

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

#: Models that no page of the admin is about: they stand on the pages of others.
ON_OTHERS = {
    "contentversion", "trialcountry", "trialidentifier", "registryrecord", "staffoverride", "trialchange", "trialsnapshot",
    "formerslug", "importrecord", "importrow", "editiontext", "unfinishedpart",
    "alert", "alertround",  # nobody at the charity has a use for readers' addresses: Operations counts them
}  # fmt: skip


#: What an importer remembers of a sheet's columns is for importers.
OF_IMPORTERS = {"columnmapping"}


def of_the_site():
    """The models of the site that have pages of their own in the admin."""
    return sorted(
        (model for model in admin.site._registry if model._meta.app_label == "drugs"),
        key=lambda model: model._meta.model_name,
    )


def test_a_reviewer_sees_the_list_the_history_and_each_record_of_every_model(client):
    """Who may change nothing there gets the same page, read-only."""
    make_world()
    client.force_login(staff("Reviewer"))
    wrong = []
    for model in of_the_site():
        if model._meta.model_name in OF_IMPORTERS:
            continue
        first = model._default_manager.first()
        for page, args in (("changelist", []), ("history", [first.pk]), ("change", [first.pk])):
            status = client.get(reverse(f"admin:drugs_{model._meta.model_name}_{page}", args=args)).status_code
            if status != 200:
                wrong.append(f"{page} of {model.__name__}: {status}")

    assert not wrong, "\n".join(wrong)


def test_every_model_of_the_app_has_a_page_or_stands_on_another():
    registered = {model._meta.model_name for model in of_the_site()}

    missing = {m._meta.model_name for m in models.Edition._meta.apps.get_app_config("drugs").get_models()} - registered

    assert missing <= ON_OTHERS


def test_an_administrator_cannot_make_a_superuser(client):
    person, chief = staff("Administrator"), staff("superuser")
    client.force_login(person)

    own = reverse("admin:auth_user_change", args=[person.pk])
    assert "is_superuser" not in client.get(own).context["adminform"].form.fields
    assert client.post(reverse("admin:auth_user_change", args=[chief.pk]), {}).status_code == 403
    assert client.post(reverse("admin:auth_user_password_change", args=[chief.pk]), {}).status_code == 403


def test_a_stranger_is_asked_to_sign_in(client):
    page = factories.PageVersionFactory()

    for name, args in (("edition_changelist", []), ("trial_add", []), ("pageversion_preview", [page.pk])):
        response = client.get(reverse(f"admin:drugs_{name}", args=args))
        assert response.status_code == 302
        assert "/admin/login/" in response.url
