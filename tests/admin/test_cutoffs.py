"""Recording and confirming cut-offs in the admin: two persons, what was seen is what is confirmed."""

import pytest
from django.urls import reverse

from drugs.models import ContentVersion, TrialCutoff
from tests import factories
from tests.admin.people import staff

pytestmark = pytest.mark.django_db


def form(trial, **changes):
    return {
        "trial": trial.pk,
        "kind": "onset_max",
        "number": "24",
        "genes": "",
        "ventilation": "",
        "source_text": "Onset within 24 months.",
        "source_url": "",
        "as_of_on": "2026-11-03",
    } | changes


def confirm(client, cutoff, seen=None):
    address = reverse("admin:drugs_trialcutoff_confirm", args=[cutoff.pk])
    return client.post(address, {"seen_at": (seen or cutoff.saved_at).isoformat()}, follow=True)


def test_one_records_and_another_confirms(client):
    trial = factories.TrialFactory(eligibility_criteria="Onset within 24 months.")
    client.force_login(staff("Editor"))
    client.post(reverse("admin:drugs_trialcutoff_add"), form(trial))
    cutoff = TrialCutoff.objects.get()
    page = client.get(reverse("admin:drugs_trialcutoff_change", args=[cutoff.pk])).content.decode()
    assert "somebody else confirms it" in page
    assert "I read the source" not in page
    assert not TrialCutoff.objects.public().exists()

    client.force_login(staff("Reviewer"))
    page = client.get(reverse("admin:drugs_trialcutoff_change", args=[cutoff.pk])).content.decode()
    assert "I read the source: confirm" in page
    before = ContentVersion.current()
    assert "Confirmed:" in confirm(client, cutoff).content.decode()

    assert TrialCutoff.objects.public().get() == cutoff
    assert ContentVersion.current() > before


def test_an_edit_takes_the_confirmation_back_and_makes_its_author_the_last(client):
    cutoff = factories.TrialCutoffFactory(confirmed=True)
    editor = staff("Editor")
    client.force_login(editor)

    client.post(reverse("admin:drugs_trialcutoff_change", args=[cutoff.pk]), form(cutoff.trial, number="36"))

    cutoff.refresh_from_db()
    assert (cutoff.number, cutoff.saved_by, cutoff.confirmed_at) == (36, editor, None)
    assert "You saved it last" in confirm(client, cutoff).content.decode()
    assert not TrialCutoff.objects.public().exists()


def test_saving_without_a_change_keeps_the_confirmation(client):
    cutoff = factories.TrialCutoffFactory(confirmed=True)
    client.force_login(staff("Editor"))

    client.post(reverse("admin:drugs_trialcutoff_change", args=[cutoff.pk]), form(cutoff.trial))

    assert TrialCutoff.objects.public().exists()


def test_what_changed_meanwhile_is_not_confirmed(client):
    cutoff = factories.TrialCutoffFactory()
    seen = cutoff.saved_at
    cutoff.number = 36
    cutoff.save()
    client.force_login(staff("Reviewer"))

    assert "changed while you read it" in confirm(client, cutoff, seen).content.decode()
    for nonsense in ("", "soon", "2026-99-99T00:00:00"):
        client.post(reverse("admin:drugs_trialcutoff_confirm", args=[cutoff.pk]), {"seen_at": nonsense})
    assert not TrialCutoff.objects.public().exists()


@pytest.mark.parametrize(
    ("role", "status"), [("nobody", 403), ("Importer", 403), ("Administrator", 403), ("Reviewer", 302), ("Editor", 302)]
)
def test_who_may_confirm(client, role, status):
    cutoff = factories.TrialCutoffFactory()
    client.force_login(staff(role))
    address = reverse("admin:drugs_trialcutoff_confirm", args=[cutoff.pk])

    assert client.post(address, {"seen_at": cutoff.saved_at.isoformat()}).status_code == status
    assert client.get(address).status_code == 405
    assert TrialCutoff.objects.public().exists() is (status == 302)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"number": ""}, "one value that this limit needs"),
        ({"genes": "SOD1"}, "one value that this limit needs"),
        ({"kind": "gene", "number": "", "genes": ""}, "one value that this limit needs"),
        ({"kind": "age_max", "number": "240"}, "ages to 120"),
        ({"source_text": ""}, "required"),
        ({"as_of_on": "soon"}, "Write a date as 2020"),
        ({"source_url": "javascript:alert(1)"}, "valid URL"),
    ],
)
def test_a_form_that_is_not_right_says_what_to_do(client, changes, says):
    client.force_login(staff("Editor"))

    response = client.post(reverse("admin:drugs_trialcutoff_add"), form(factories.TrialFactory(), **changes))

    assert response.status_code == 200
    assert says in response.content.decode()
    assert not TrialCutoff.objects.exists()


def test_the_list_shows_what_waits(client):
    waiting = factories.TrialCutoffFactory()
    public = factories.TrialCutoffFactory(confirmed=True)
    closed = factories.TrialCutoffFactory(confirmed=True, trial=factories.TrialFactory(overall_status="COMPLETED"))
    client.force_login(staff("Editor"))
    address = reverse("admin:drugs_trialcutoff_changelist")

    found = {
        value: set(client.get(address, {"waits": value}).context["cl"].queryset)
        for value in ("confirm", "closed", "public", "overtaken")
    }

    assert found == {"confirm": {waiting}, "closed": {closed}, "public": {public}, "overtaken": set()}
