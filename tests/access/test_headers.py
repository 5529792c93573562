"""Each answer of each address carries what keeps a browser on our side."""

import pytest
from django.test import Client

from drugs.models import Trial
from tests import factories
from tests.access.doors import in_production
from tests.access.world import make_world, public_values, values_for
from tests.addresses import addresses
from tests.admin.people import staff

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
#: The ways out, and the one page that other sites may frame: it has its own tests.
LEFT_OUT = {"admin:logout", "account_logout", "therapy-card"}
#: Pages that link with a token in their own address name no referrer at all.
REFERRER = {"strict-origin-when-cross-origin", "same-origin", "no-referrer"}


def faults(response):
    yield from (f"{name}: {response.get(name)}" for name, value in FIXED.items() if response.get(name) != value)
    if response.get("Referrer-Policy") not in REFERRER:
        yield f"Referrer-Policy: {response.get('Referrer-Policy')}"
    is_open = response.get("Access-Control-Allow-Origin") == "*"
    if response.get("Cross-Origin-Resource-Policy") != ("cross-origin" if is_open else "same-origin"):
        yield f"Cross-Origin-Resource-Policy: {response.get('Cross-Origin-Resource-Policy')}"
    if "camera=()" not in response.get("Permissions-Policy", ""):
        yield f"Permissions-Policy: {response.get('Permissions-Policy')}"
    policy = response.get("Content-Security-Policy", "")
    for part in (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ):
        if part not in policy:
            yield f"policy without {part}"
    for loose in ("unsafe-inline", "unsafe-eval", "unsafe-hashes", "http:", "https:", "*"):
        if loose in policy:
            yield f"policy with {loose}"


def is_kept(response):
    """Whether a proxy may keep this answer."""
    return not {"no-store", "private", "no-cache"} & set(response.get("Cache-Control", "no-store").split(", "))


def asked(client, method, path):
    return client.generic(method, path, content_type="application/x-www-form-urlencoded")


def test_every_public_address_carries_them_and_no_cookie():
    edition = make_world()
    live = factories.live_edition("edaravone")
    values = public_values(live) | {"token": public_values(edition)["token"]}
    number = Trial.objects.public().first().home_number
    wrong, seen = [], 0
    for address in addresses():
        if address.is_staff or address.name in LEFT_OUT:
            continue
        path = address.path(values | {"number": number} if "trial" in address.name else values)
        for method in ("GET", "POST"):
            response = asked(Client(), method, path)
            seen += 1
            wrong += [f"{method} {path} ({response.status_code}): {fault}" for fault in faults(response)]
            if response.cookies:
                wrong.append(f"{method} {path} has a cookie")
            varies = {name.strip().lower() for name in response.headers.get("Vary", "").split(",")} - {""}
            if varies - {"accept-encoding"} and is_kept(response):
                wrong.append(
                    f"{method} {path} varies by {varies}, and deploy/nginx.conf keeps it by its encoding alone"
                )

    assert seen > 100
    assert not wrong, "\n".join(wrong[:60])


def test_every_address_of_staff_carries_them_and_is_not_kept(unrendered):
    """Middleware sets them, whatever is drawn; tests/e2e/test_policy.py holds the pages against the policy in a browser."""
    make_world()
    person = factories.UserFactory()
    chief = Client()
    chief.force_login(staff("superuser"))
    wrong, seen = [], 0
    for address in addresses():
        if not address.is_staff or address.name in LEFT_OUT:
            continue
        path = address.path(values_for(address, person))
        for client, method in ((Client(), "GET"), (Client(), "POST"), (chief, "GET")):
            response = asked(client, method, path)
            seen += 1
            wrong += [f"{method} {path} ({response.status_code}): {fault}" for fault in faults(response)]
            if "no-store" not in response.get("Cache-Control", ""):
                wrong.append(f"{method} {path} may be kept")

    assert seen > 900
    assert not wrong, "\n".join(wrong[:60])


def test_an_address_that_is_not_there_carries_them_too(client):
    for path in ("/nothing/here/", "/admin/nothing/", "/api/v1/nothing/", "/static/nothing.css"):
        assert not list(faults(client.get(path))), path


def test_production_adds_https_and_host_cookies():
    program = """
import django; django.setup()
from django.conf import settings as s
from django.test import RequestFactory
from django.middleware.security import SecurityMiddleware
from django.http import HttpResponse
answer = SecurityMiddleware(lambda r: HttpResponse())(RequestFactory().get('/', secure=True))
print(answer['Strict-Transport-Security'].replace(' ', ''))
for kind in ('SESSION', 'CSRF'):
    print(getattr(s, kind + '_COOKIE_NAME'), getattr(s, kind + '_COOKIE_SECURE'), getattr(s, kind + '_COOKIE_PATH'),
          getattr(s, kind + '_COOKIE_DOMAIN'), getattr(s, kind + '_COOKIE_SAMESITE'),
          getattr(s, kind + '_COOKIE_HTTPONLY'))
"""
    told = in_production(program)

    assert told.splitlines() == [
        "max-age=31536000;includeSubDomains;preload",
        "__Host-session True / None Lax True",
        "__Host-csrf True / None Lax True",
    ]
