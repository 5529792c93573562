"""What the admin shows to one who reads all of it. Who comes in where: tests/access/test_matrix.py."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from drugs import models
from tests import factories
from tests.access.doors import PASSWORD, sign_in, with_password
from tests.access.world import make_world
from tests.admin.forms import posted
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


@pytest.mark.parametrize("name", ["Chief", "CHIEF", "chief"])
def test_nobody_takes_the_name_of_another_in_other_letters(client, name):
    """The sign-in tells no `Chief` from `chief`, and lets neither in."""
    chief = with_password(staff("superuser", username="chief"))
    person = staff("Administrator", username="kim")
    client.force_login(person)
    own, new = reverse("admin:auth_user_change", args=[person.pk]), reverse("admin:auth_user_add")

    renamed = client.post(own, posted(client.get(own), username=name))
    added = client.post(
        new, {"username": name, "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    )

    for response in (renamed, added):
        assert "username" in response.context["adminform"].form.errors
    assert set(get_user_model().objects.values_list("username", flat=True)) == {"chief", "kim"}
    assert sign_in(Client(), chief.username).status_code == 302


def test_somebody_writes_their_own_name_in_other_letters(client):
    person = staff("Administrator", username="kim")
    client.force_login(person)
    own = reverse("admin:auth_user_change", args=[person.pk])

    assert client.post(own, posted(client.get(own), username="Kim")).status_code == 302

    person.refresh_from_db()
    assert person.username == "Kim"


def test_no_second_admin_is_made_beside_an_account_of_that_name():
    factories.UserFactory(username="Admin")

    with pytest.raises(CommandError, match="by another name"):
        call_command("make_login")


def test_a_stranger_is_asked_to_sign_in(client):
    page = factories.PageVersionFactory()

    for name, args in (("edition_changelist", []), ("trial_add", []), ("pageversion_preview", [page.pk])):
        response = client.get(reverse(f"admin:drugs_{name}", args=args))
        assert response.status_code == 302
        assert "/admin/login/" in response.url
