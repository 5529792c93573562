"""Signing in with what people have: a passkey (a virtual authenticator), a code app, a code on paper."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.access.doors import PASSWORD, code, with_codes, with_password, with_recovery_codes
from tests.admin.people import staff
from tests.e2e.pages import WIDTHS, Watched, follow

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def required(settings):
    settings.SECOND_STEP_REQUIRED = True
    settings.PROOF_MINUTES = 30


@pytest.fixture
def watched(page):
    watched = Watched(page)
    yield watched
    assert not watched.complaints


@pytest.fixture
def authenticator(page):
    """A phone that says yes: resident keys, and it knows its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def with_name(page, live_server, person, password=PASSWORD):
    page.goto(f"{live_server.url}/admin/")
    page.get_by_label("User name").fill(person.username)
    page.get_by_label("Password", exact=True).fill(password)
    follow(page.get_by_role("button", name="Sign in", exact=True))


def sign_out(page):
    follow(page.get_by_role("button", name="Log out"))


def test_a_passkey_is_set_up_and_opens_alone(page, live_server, watched, authenticator, required):
    person = with_password(staff("Editor"))
    with_name(page, live_server, person)
    page.get_by_role("heading", name="Your second step").wait_for()
    follow(page.get_by_role("link", name="Add a passkey"))
    page.get_by_label("Its name").fill("Kim's phone")
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    follow(page.get_by_role("link", name="I have kept them"))
    page.get_by_role("heading", name="What waits for you").wait_for()
    sign_out(page)

    page.goto(f"{live_server.url}/admin/")
    page.get_by_role("button", name="Sign in with a passkey").click()

    page.get_by_role("heading", name="What waits for you").wait_for()
    expect(page.locator("#user-tools")).to_contain_text(person.username, ignore_case=True)


def test_a_passkey_is_the_second_step_after_the_password(page, live_server, watched, authenticator):
    person = with_password(staff("Editor"))
    with_name(page, live_server, person)
    page.goto(f"{live_server.url}{reverse('mfa_add_webauthn')}")
    page.get_by_label("Sign in with it alone").uncheck()
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    page.goto(f"{live_server.url}/admin/")
    sign_out(page)

    with_name(page, live_server, person)
    page.get_by_role("button", name="Use your passkey").click()

    page.get_by_role("heading", name="What waits for you").wait_for()


def test_a_device_that_refuses_says_so_in_words(page, live_server, authenticator):
    session, key = authenticator
    session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.goto(f"{live_server.url}{reverse('account_login')}")

    page.get_by_role("button", name="Sign in with a passkey").click()

    page.get_by_text("That did not work").wait_for()


@pytest.mark.parametrize("can", [True, False])
def test_a_passkey_is_offered_only_where_the_browser_can_give_one(page, live_server, watched, can):
    if not can:
        page.add_init_script("delete window.PublicKeyCredential")
    page.goto(f"{live_server.url}{reverse('account_login')}")

    expect(page.get_by_label("Password", exact=True)).to_be_visible()
    expect(page.locator("#passkey_login")).to_be_visible(visible=can)


def test_a_passkey_is_not_offered_without_scripts(browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}{reverse('account_login')}")

    expect(page.get_by_label("Password", exact=True)).to_be_visible()
    expect(page.locator("#passkey_login")).to_be_hidden()
    context.close()


def test_a_code_app_is_set_up_and_asked_for(page, live_server, watched, required):
    person = with_password(staff("Editor"))
    with_name(page, live_server, person)
    follow(page.get_by_role("link", name="Set up a code app"))
    secret = page.locator("code.reference").inner_text()
    page.get_by_label("code").fill(code(secret, steps=-1))  # read half a minute ago
    follow(page.get_by_role("button", name="Switch the codes on"))
    follow(page.get_by_role("link", name="I have kept them"))
    sign_out(page)

    with_name(page, live_server, person)
    page.get_by_role("heading", name="The second step").wait_for()
    page.get_by_label("Code").fill(code(secret))
    follow(page.get_by_role("button", name="Sign in", exact=True))

    page.get_by_role("heading", name="What waits for you").wait_for()


def test_a_recovery_code_opens(page, live_server, watched):
    person = with_password(staff("Editor"))
    with_codes(person)
    first = with_recovery_codes(person)[0]
    with_name(page, live_server, person)

    page.get_by_label("Code").fill(first)
    follow(page.get_by_role("button", name="Sign in", exact=True))

    page.get_by_role("heading", name="What waits for you").wait_for()


#: Every page of one's own account: who has to be signed in, and with what.
OUTSIDE = ["account_login", "account_inactive", "account_reset_password", "account_reset_password_done"]
INSIDE = [
    "account_reauthenticate",
    "account_logout",
    "account_change_password",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
]
WITH_CODES = [
    "mfa_index",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate",
]


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_of_an_account_are_whole(page, live_server, watched, width, tmp_path_factory):
    person = with_password(staff("Editor"))
    page.set_viewport_size({"width": width, "height": 900})
    faults = []

    def look(name, *args):
        page.goto(f"{live_server.url}{reverse(name, args=args)}")
        faults.extend(f"{name}: {finding}" for finding in watched.axe(is_public=True))
        if watched.overflows():
            faults.append(f"{name} is wider than the window")
        faults.extend(f"{name}: {small}" for small in page.evaluate(SMALL))

    for name in OUTSIDE:
        look(name)
    with_name(page, live_server, person)
    page.wait_for_url("**/admin/")
    for name in INSIDE:
        look(name)
    secret = with_codes(person)
    with_recovery_codes(person)
    with_name(page, live_server, person)
    look("mfa_authenticate")
    page.get_by_label("Code").fill(code(secret))
    follow(page.get_by_role("button", name="Sign in", exact=True))
    page.wait_for_url("**/admin/")
    for name in WITH_CODES:
        look(name)

    assert not faults


#: Buttons and fields below 48 px.
SMALL = """() => [...document.querySelectorAll("main button, main input:not([type=hidden]):not([type=checkbox]), main .doors a, main .out")]
  .map((one) => [one, one.getBoundingClientRect()]).filter(([one, box]) => box.height && (box.height < 48 || box.width < 48))
  .map(([one, box]) => `${one.outerHTML.slice(0, 80)} is ${box.width} by ${box.height}`)"""
