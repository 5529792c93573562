"""One door, for staff alone: limits, no word on who exists, no sign-up."""

import datetime as dt

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse

from drugs.once import Content, once
from tests import factories
from tests.access.doors import PASSWORD, sign_in, with_password
from tests.admin.people import staff

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def test_the_admins_own_sign_in_leads_to_the_one_door(client):
    response = client.get("/admin/login/?next=/admin/drugs/trial/")

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))
    assert "next=%2Fadmin%2Fdrugs%2Ftrial%2F" in response.url
    assert client.post("/admin/login/", {"username": "x", "password": "y"}).url.startswith(reverse("account_login"))


def test_a_member_of_staff_comes_in_and_goes_where_they_wanted(client):
    person = with_password(staff("Editor"))

    response = sign_in(client, person.username, next="/admin/drugs/trial/")

    assert response.url == "/admin/drugs/trial/"
    assert client.get(response.url).status_code == 200


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example"])
def test_nobody_is_sent_elsewhere(client, elsewhere):
    assert sign_in(client, with_password(staff("Editor")).username, next=elsewhere).url == "/admin/"


def test_an_account_that_is_no_staff_does_not_come_in(client):
    person = with_password(factories.UserFactory(is_staff=False))

    response = client.post(reverse("account_login"), {"login": person.username, "password": PASSWORD}, follow=True)

    assert "do not belong together" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_an_account_that_is_switched_off_does_not_come_in(client):
    person = with_password(staff("Editor", is_active=False))

    assert sign_in(client, person.username).url == reverse("account_inactive")
    assert "_auth_user_id" not in client.session
    assert "switched off" in client.get(reverse("account_inactive")).content.decode()


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_request_login_code"])
def test_nobody_signs_up_or_comes_in_another_way(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def _answer(response):
    """What is the same for everybody: status, text without what each form has of its own."""
    text = response.content.decode()
    return response.status_code, "".join(
        line for line in text.splitlines() if "csrf" not in line and "value=" not in line
    )


def test_a_wrong_password_and_an_unknown_name_get_one_answer(client):
    person = with_password(staff("Editor"))
    inactive = with_password(staff("Editor", is_active=False))

    answers = {
        _answer(sign_in(client, name, "wrong")) for name in (person.username, inactive.username, "nobody-at-all")
    }

    assert len(answers) == 1


def test_an_unknown_name_costs_as_much_as_a_wrong_password(client, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = False
    person = with_password(staff("Editor"))
    hashed = []
    encode = PBKDF2PasswordHasher.encode

    def counted(self, *args, **kwargs):
        hashed.append(1)
        return encode(self, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PBKDF2PasswordHasher, "encode", counted)
        sign_in(client, person.username, "wrong")
        known, hashed[:] = len(hashed), []
        sign_in(client, "nobody-at-all", "wrong")

    assert len(hashed) == known == 1  # the slow part of either, done as often


def test_after_five_wrong_passwords_the_right_one_waits_too(client):
    person = with_password(staff("Editor"))
    for _try in range(5):
        assert "do not belong together" in sign_in(client, person.username, "wrong").content.decode()

    assert "Too many tries" in sign_in(client, person.username).content.decode()
    assert "Too many tries" in sign_in(client, person.username.upper()).content.decode()

    cache.clear()  # five minutes later
    assert sign_in(client, person.username).status_code == 302


def test_no_number_of_pages_makes_the_site_forget_tries(client):
    person = with_password(staff("Editor"))
    for _try in range(5):
        sign_in(client, person.username, "wrong")

    for number in range(1000):
        once(Content(1, 0, dt.date(2026, 8, 1)), f"counts|q={number}", lambda: "counts", lambda _made: True)

    assert "Too many tries" in sign_in(client, person.username).content.decode()
    assert "once" not in " ".join(cache._cache)


def test_unknown_names_are_limited_alike(client):
    for _try in range(5):
        sign_in(client, "nobody-at-all", "wrong")

    assert "Too many tries" in sign_in(client, "nobody-at-all", "wrong").content.decode()


def test_one_network_address_tries_thirty_times_a_minute(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "99/m/ip"}
    for number in range(30):
        assert sign_in(client, f"name-{number}", "wrong").status_code == 200

    response = sign_in(client, "one-more", "wrong")

    assert response.status_code == 429
    assert response["Retry-After"] == "300"
    assert "Too many tries" in response.content.decode()


def test_one_network_address_asks_for_a_passkey_thirty_times_a_minute():
    """Each question makes a session."""
    statuses = [
        Client().get(reverse("mfa_login_webauthn"), headers={"X-Requested-With": "XMLHttpRequest"}).status_code
        for _time in range(32)
    ]

    assert statuses == [200] * 30 + [429] * 2
    assert Session.objects.count() == 30


def test_the_cache_holds_no_network_address(client, settings):
    sign_in(client, "nobody-at-all", "wrong")

    keys = " ".join(cache._cache)

    assert "allauth" in keys
    assert "127.0.0.1" not in keys


def test_a_name_with_a_nul_is_only_wrong(client):
    assert sign_in(client, "na\x00me", "wr\x00ong").status_code == 200


@pytest.mark.parametrize("name", ["account_login", "account_reset_password", "account_inactive"])
def test_pages_at_the_door_are_never_kept(client, name):
    response = client.get(reverse(name))

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


def test_what_happens_at_the_door_is_noted_without_names(client, caplog):
    from auditlog.models import LogEntry

    person = with_password(staff("Editor"))
    with caplog.at_level("INFO", logger="site.access"):
        sign_in(client, person.username, "wrong")
        sign_in(client, person.username)
        client.post(reverse("account_logout"))

    assert caplog.messages == ["sign-in refused", "proved by password", "signed in", "signed out"]
    assert person.username not in caplog.text
    assert LogEntry.objects.filter(action=LogEntry.Action.ACCESS, actor=person, object_id=person.pk).count() == 1
