"""The second step: asked for where it is set up, required of staff in production, taken away when it is lost."""

import pytest
from allauth.mfa.models import Authenticator
from auditlog.models import LogEntry
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from drugs.access.sealing import unseal
from tests.access.doors import code, in_production, sign_in, with_codes, with_password, with_recovery_codes
from tests.admin.people import staff

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def person():
    return with_password(staff("Editor"))


@pytest.fixture
def required(settings):
    settings.SECOND_STEP_REQUIRED = True
    settings.PROOF_MINUTES = 30


def prove(client, text):
    return client.post(reverse("mfa_authenticate"), {"code": text})


def test_a_password_alone_is_not_enough(client, person):
    secret = with_codes(person)

    assert sign_in(client, person.username).url == reverse("mfa_authenticate")
    assert client.get("/admin/").status_code == 302
    assert prove(client, "000000").status_code == 200
    assert client.get("/admin/").status_code == 302

    assert prove(client, code(secret)).url == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_code_opens_once(client, person):
    secret = with_codes(person)
    now = code(secret)
    sign_in(client, person.username)
    prove(client, now)
    other = Client()
    sign_in(other, person.username)

    assert prove(other, now).status_code == 200
    assert other.get("/admin/").status_code == 302


def test_codes_are_tried_five_times(client, person):
    secret = with_codes(person)
    sign_in(client, person.username)
    for _try in range(5):
        prove(client, "000000")

    assert "Too many tries" in prove(client, code(secret)).content.decode()

    cache.clear()
    assert prove(client, code(secret)).status_code == 302


def test_a_passkey_is_asked_for_only_from_who_has_one(client, person):
    with_codes(person)

    page = client.get(sign_in(client, person.username).url).content.decode()

    assert "Enter the six digits" in page
    assert "Use your passkey" not in page


def test_a_recovery_code_opens_once(client, person):
    with_codes(person)
    first = with_recovery_codes(person)[0]
    sign_in(client, person.username)
    assert prove(client, first).url == "/admin/"
    other = Client()
    sign_in(other, person.username)

    assert prove(other, first).status_code == 200


@pytest.mark.django_db(transaction=True)  # allauth tells of it once it is committed
def test_without_one_staff_are_led_to_set_it_up_before_anything_else(client, person, required):
    sign_in(client, person.username)

    for address in ("/admin/", "/admin/drugs/edition/", "/admin/drugs/edition/add/", "/admin/operations/"):
        assert client.get(address).url == reverse("mfa_index"), address
        assert client.post(address).url == reverse("mfa_index"), address
    page = client.get(reverse("mfa_index")).content.decode()
    assert "Before you go on" in page
    assert f'action="{reverse("account_logout")}"' in page
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret

    done = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})

    assert done.url == reverse("mfa_view_recovery_codes")
    shown = client.get(done.url).content.decode()
    assert all(one in shown for one in with_recovery_codes(person))
    assert client.get("/admin/").status_code == 200  # the session that set it up goes on
    assert "shown once" in client.get(done.url).content.decode()


def test_in_development_nobody_is_asked(client, person):
    sign_in(client, person.username)

    assert client.get("/admin/").status_code == 200


def test_it_is_set_for_production():
    program = (
        "from django.conf import settings as s; print(s.SECOND_STEP_REQUIRED, s.PROOF_MINUTES, s.SESSION_COOKIE_NAME)"
    )
    told = in_production(program)

    assert told.split() == ["True", "30", "__Host-session"]


def test_what_is_stored_opens_nothing_without_the_key(person, settings):
    secret = with_codes(person)
    stored = Authenticator.objects.get(user=person).data["secret"]

    assert secret not in stored
    assert unseal(stored) == secret
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 60, [settings.SECRET_KEY]
    assert unseal(stored) == secret
    settings.SECRET_KEY_FALLBACKS = []
    assert unseal(stored) == ""


def test_after_the_key_was_lost_a_code_is_only_wrong(client, person, settings):
    secret = with_codes(person)
    settings.SECRET_KEY = "n" * 60
    sign_in(client, person.username)

    for text in (code(secret), "12345678", ""):
        assert prove(client, text).status_code == 200
    assert client.get("/admin/").status_code == 302


class TestLost:
    def test_a_superuser_takes_it_away_and_the_log_says_so(self, client, person):
        with_codes(person)
        with_recovery_codes(person)
        chief = staff("superuser")
        client.force_login(chief)
        address = reverse("admin:auth_user_second_steps", args=[person.pk])
        assert address in client.get(reverse("admin:auth_user_change", args=[person.pk])).content.decode()
        assert "code app" in client.get(address).content.decode()

        client.post(address)

        assert not Authenticator.objects.filter(user=person).exists()
        entries = LogEntry.objects.get_for_model(Authenticator).filter(action=LogEntry.Action.DELETE)
        assert {entry.actor for entry in entries} == {chief}
        assert entries.count() == 2
        assert sign_in(Client(), person.username).url == "/admin/"

    @pytest.mark.parametrize("role", ["nobody", "Editor", "Reviewer", "Importer", "Administrator"])
    def test_nobody_else_does(self, client, person, role):
        with_codes(person)
        client.force_login(staff(role))
        address = reverse("admin:auth_user_second_steps", args=[person.pk])

        assert client.get(address).status_code == client.post(address).status_code == 403
        assert Authenticator.objects.filter(user=person).exists()

    def test_nobody_takes_their_own_away_there(self, client):
        chief = staff("superuser")
        client.force_login(chief)

        assert client.post(reverse("admin:auth_user_second_steps", args=[chief.pk])).status_code == 403

    def test_secrets_are_in_no_page_log_or_export(self, client, person):
        secret = with_codes(person)
        stored = Authenticator.objects.get(user=person).data["secret"]
        client.force_login(staff("superuser"))

        pages = [
            reverse("admin:auth_user_change", args=[person.pk]),
            reverse("admin:auth_user_history", args=[person.pk]),
            reverse("admin:auditlog_logentry_changelist"),
        ]
        texts = [client.get(page).content.decode() for page in pages]
        texts.append(client.post(reverse("admin:auth_user_export"), {"format": "0"}).content.decode())

        for text in texts:
            assert secret not in text and stored not in text
        for entry in LogEntry.objects.all():
            assert stored not in str(entry.changes) + str(entry.serialized_data)
