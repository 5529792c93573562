"""A forgotten password: by mail, without a word on who has an account."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from tests.access.doors import PASSWORD, sign_in, with_password
from tests.admin.people import staff

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
NEW = "another harbour lamp"


@pytest.fixture
def person():
    return with_password(staff("Editor", email="kim@example.org"))


def ask(client, email):
    return client.post(reverse("account_reset_password"), {"email": email})


def link():
    return re.search(r"https?://\S+", mail.outbox[-1].body)[0]


def test_the_link_sets_a_new_password_once(client, person, settings):
    settings.SITE_URL = "http://testserver"
    assert ask(client, "Kim@Example.org").url == reverse("account_reset_password_done")

    sent = link()
    page = client.get(sent, follow=True)
    address = page.redirect_chain[-1][0]
    assert "set-password" in address  # the token is out of the address bar
    done = client.post(address, {"password1": NEW, "password2": NEW})

    assert done.url == reverse("account_reset_password_from_key_done")
    assert sign_in(client, person.username, NEW).url == "/admin/"
    client.post(reverse("account_logout"))
    assert "used or too old" in client.get(sent, follow=True).content.decode()


def test_a_mail_is_plain_text_and_names_the_sites_own_address(client, person, settings):
    settings.SITE_URL = "https://therapies.example.org"

    ask(client, "kim@example.org")

    (message,) = mail.outbox
    assert message.message().get_content_type() == "text/plain"
    assert link().startswith("https://therapies.example.org/admin/account/password/new/")
    assert "&" not in message.body  # nothing was escaped for HTML


def test_a_known_and_an_unknown_address_get_one_answer(client, person):
    known, unknown = ask(client, "kim@example.org"), ask(client, "nobody@example.org")

    assert (known.status_code, known.url, known.content) == (unknown.status_code, unknown.url, unknown.content)
    assert len(mail.outbox) == 1  # a stranger gets no mail from us


def test_the_answer_waits_for_no_mail(client, person, monkeypatch):
    """Either way the request only leaves a note in the queue: nobody reads the difference off a clock."""
    from drugs.access import forms

    queued = []
    monkeypatch.setattr(forms, "send_reset_links", type("Queue", (), {"enqueue": staticmethod(queued.append)}))

    ask(client, "kim@example.org"), ask(client, "nobody@example.org")

    assert queued == ["kim@example.org", "nobody@example.org"]
    assert not mail.outbox


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_who_may_not_come_in_gets_no_link(client, change):
    staff("Editor", email="kim@example.org", **change)

    ask(client, "kim@example.org")

    assert not mail.outbox


def test_three_links_an_hour_and_no_more(client, person):
    for _try in range(3):
        ask(client, "kim@example.org")

    assert ask(client, "KIM@example.org").status_code == 429
    assert len(mail.outbox) == 3


def test_a_mail_server_that_is_away_stops_nobody(client, person, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    assert ask(client, "kim@example.org").status_code == 302


def test_without_mail_the_page_says_whom_to_ask(client, person, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

    for response in (client.get(reverse("account_reset_password")), ask(client, "kim@example.org")):
        assert response.status_code == 200
        assert "Ask an administrator" in response.content.decode()
        assert "<form method" not in response.content.decode()


def test_a_changed_password_is_told_to_its_owner(client, person):
    sign_in(client, person.username)

    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})

    (message,) = mail.outbox
    assert message.to == ["kim@example.org"]
    assert "just now: the password was changed." in message.body
