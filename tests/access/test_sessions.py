"""What ends a session, and what asks for proof again."""

import datetime as dt

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from drugs.access import guard
from drugs.publishing import workflow
from tests import factories
from tests.access.doors import PASSWORD, sign_in, with_codes, with_password
from tests.admin.people import staff
from tests.publishing.test_workflow import ready_draft

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def person():
    return with_password(staff("Editor"))


@pytest.fixture
def inside(client, person):
    sign_in(client, person.username)
    assert client.get("/admin/").status_code == 200
    return client


def _change(person, **fields):
    for name, value in fields.items():
        setattr(person, name, value)
    person.save()


CHANGES = {
    "password": lambda p: (p.set_password("new harbour lamp"), p.save()),
    "switched off": lambda p: _change(p, is_active=False),
    "no staff": lambda p: _change(p, is_staff=False),
    "superuser": lambda p: _change(p, is_superuser=True),
    "another group": lambda p: p.groups.add(Group.objects.get(name="Reviewer")),
    "no group": lambda p: p.groups.clear(),
    "a right": lambda p: p.user_permissions.add(Permission.objects.first()),
    "second step": with_codes,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_what_somebody_may_do_ends_their_sessions(inside, person, change):
    CHANGES[change](person)

    assert inside.get("/admin/").status_code == 302
    assert inside.post("/admin/drugs/edition/add/", {}).status_code == 302
    assert "_auth_user_id" not in inside.session


def test_a_lost_second_step_ends_sessions_too(client, person):
    with_codes(person)
    client.force_login(person)
    assert client.get("/admin/").status_code == 200

    person.authenticator_set.all().delete()

    assert client.get("/admin/").status_code == 302


def test_a_new_name_or_address_ends_nothing(inside, person):
    _change(person, first_name="Kim", email="kim@example.org")

    assert inside.get("/admin/").status_code == 200


def test_the_password_changed_here_stays_signed_in_here_alone(inside, person):
    other = Client()
    sign_in(other, person.username)

    inside.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "new harbour lamp", "password2": "new harbour lamp"},
    )

    assert inside.get("/admin/").status_code == 200
    assert other.get("/admin/").status_code == 302


def test_signing_out_ends_it_on_the_server(inside):
    key = inside.session.session_key
    inside.post(reverse("admin:logout"))

    inside.cookies["sessionid"] = key

    assert inside.get("/admin/").status_code == 302


def test_a_new_session_key_at_each_sign_in(client, person):
    client.get(reverse("account_login"))
    before = client.session.session_key
    sign_in(client, person.username)

    assert client.session.session_key != before


def test_two_idle_hours_end_it_and_twelve_in_any_case(client, person):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(client, person.username)
        clock.shift(dt.timedelta(minutes=119))
        assert client.get("/admin/").status_code == 200
        clock.shift(dt.timedelta(minutes=119))
        assert client.get("/admin/").status_code == 200
        clock.shift(dt.timedelta(minutes=121))
        ended = client.get("/admin/", follow=True)
        assert "Your session has ended" in ended.content.decode()

        sign_in(client, person.username)
        for _hour in range(12):
            assert client.get("/admin/").status_code == 200
            clock.shift(dt.timedelta(minutes=60, seconds=1))
        assert client.get("/admin/").status_code == 302


def test_the_cookie_ends_with_the_browser(client, person):
    response = sign_in(client, person.username)

    assert response.cookies["sessionid"]["max-age"] == ""
    assert response.cookies["sessionid"]["httponly"]


class TestProof:
    @pytest.fixture(autouse=True)
    def _asked(self, settings):
        settings.PROOF_MINUTES = 30

    def test_names_are_addresses_that_exist(self):
        names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
        names |= {
            f"admin:{name}" for name in get_resolver().namespace_dict["admin"][1].reverse_dict if isinstance(name, str)
        }

        assert names >= (guard.FORMS_WITH_PROOF | guard.STEPS_WITH_PROOF | guard.BEFORE_A_SECOND_STEP)

    def test_a_step_is_taken_only_soon_after_signing_in(self, client):
        reviewer = with_password(staff("Reviewer"))
        edition = ready_draft()
        workflow.send_to_review(edition, by=staff("Editor"), comment="")
        publish, review = (reverse(f"admin:drugs_edition_{name}", args=[edition.pk]) for name in ("publish", "review"))
        form = {"publish-version": edition.version, "publish-note": "New."}
        with time_machine.travel(timezone.now(), tick=False) as clock:
            sign_in(client, reviewer.username)
            clock.shift(dt.timedelta(minutes=31))
            asked = client.post(publish, form, headers={"Referer": f"http://testserver{review}"})

            assert asked.url.startswith(reverse("account_reauthenticate"))
            assert not edition.therapy.editions.published(timezone.now()).exists()
            page = client.get(asked.url)
            assert "Nothing was done yet" in page.content.decode()
            back = client.post(asked.url, {"password": PASSWORD, "next": f"http://testserver{review}"})
            assert back.url.endswith(review)
            assert client.get(review).status_code == 200
            client.post(publish, form)

            assert edition.therapy.editions.published(timezone.now()).exists()

    @pytest.mark.parametrize("name", sorted(guard.FORMS_WITH_PROOF | guard.STEPS_WITH_PROOF))
    def test_each_of_them_asks(self, client, name):
        chief = staff("superuser")
        client.force_login(chief)  # no password was shown
        args = [] if name.endswith(("_add", "_changelist")) else [chief.pk]
        address = reverse(name, args=args)

        assert client.post(address).url.startswith(reverse("account_reauthenticate"))
        shown = client.get(address)
        asks = name in guard.FORMS_WITH_PROOF
        assert (shown.status_code == 302 and shown.url.startswith(reverse("account_reauthenticate"))) == asks

    def test_a_group_is_deleted_only_after_proof(self, client):
        client.force_login(staff("superuser"))  # no password was shown
        group = Group.objects.create(name="Helpers")
        ticked = {"action": "delete_selected", "_selected_action": [group.pk], "post": "yes"}

        client.post(reverse("admin:auth_group_delete", args=[group.pk]), {"post": "yes"})
        client.post(reverse("admin:auth_group_changelist"), ticked)

        assert Group.objects.filter(pk=group.pk).exists()

    def test_a_wrong_password_proves_nothing(self, client, person):
        client.force_login(person)

        response = client.post(reverse("account_reauthenticate"), {"password": "wrong", "next": "/admin/"})

        assert "This is not your password" in response.content.decode()

    def test_reading_and_writing_drafts_asks_nothing(self, client):
        client.force_login(staff("superuser"))
        edition = factories.EditionFactory()

        for name in ("changelist", "add"):
            assert client.get(reverse(f"admin:drugs_edition_{name}")).status_code == 200
        assert client.get(reverse("admin:drugs_edition_change", args=[edition.pk])).status_code == 200
