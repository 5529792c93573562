"""`View on site` leads to what readers see, and tells nobody of what they do not."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from drugs import models
from tests import factories
from tests.access.objects import portrait
from tests.access.world import make_world
from tests.admin.people import ROLES, staff

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def asked(client, record):
    kind = ContentType.objects.get_for_model(record)
    return client.get(reverse("admin:view_on_site", args=[kind.pk, record.pk]))


def what_readers_see():
    live = models.Edition.objects.live(timezone.now()).get()
    version = factories.live_page("about")
    trials = models.Trial.objects.filter(is_verified=True)
    return [
        live,
        live.therapy,
        version,
        version.page,
        *trials,
        models.Correction.objects.get(),
        models.Portrait.objects.get(),
    ]


def test_whoever_may_see_a_record_is_led_to_its_page():
    make_world()
    shown = what_readers_see()
    wrong = []
    for role in ROLES:
        client, person = Client(), staff(role)
        client.force_login(person)
        for record in shown:
            may = person.has_perm(f"drugs.view_{record._meta.model_name}")
            response = asked(client, record)
            told = response.status_code == 302 and response.url == record.get_absolute_url()
            if (told, response.status_code) != ((True, 302) if may else (False, 404)):
                wrong.append(f"{role}, {record._meta.model_name}: {response.status_code}")

    assert not wrong, "\n".join(wrong)


def test_no_role_is_told_of_what_readers_do_not_see():
    """Of every model: keys of alerts, drafts and therapies without a page, what was taken down, trials not verified."""
    make_world()
    shown = {(type(record), record.pk) for record in what_readers_see()}
    factories.TrialFactory(is_verified=False)
    portrait("taken_down")
    records = [
        (kind, pk)
        for kind in ContentType.objects.all()
        if kind.model_class() is not None
        for pk in kind.model_class()._base_manager.order_by("-pk").values_list("pk", flat=True)[:4]
        if (kind.model_class(), pk) not in shown
    ]
    assert {"alert", "edition", "therapy", "page", "pageversion", "portrait", "trial"} <= {
        k.model for k, _pk in records
    }
    told = []
    for role in ROLES:
        client = Client()
        client.force_login(staff(role))
        for kind, pk in records:
            response = client.get(reverse("admin:view_on_site", args=[kind.pk, pk]))
            if response.status_code != 404:
                told.append(f"{role}, {kind.model} {pk}: {response.status_code} {response.headers.get('Location')}")

    assert not told, "\n".join(told)


@pytest.mark.parametrize("kind", ["0", "x", "²", "9" * 30])
def test_an_address_of_no_model_is_not_there(client, kind):
    client.force_login(staff("superuser"))

    assert client.get(f"/admin/r/{kind}/1/").status_code == 404


@pytest.mark.parametrize("pk", ["0", "x", "²", "9" * 30, "%00"])
def test_an_address_of_no_record_is_not_there(client, pk):
    client.force_login(staff("superuser"))
    kind = ContentType.objects.get_for_model(models.Therapy)

    assert client.get(f"/admin/r/{kind.pk}/{pk}/").status_code == 404
