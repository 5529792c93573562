"""Signing in as people do, without a browser: a password, then a code."""

import os
import subprocess
import sys
import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.urls import reverse

PASSWORD = "quiet harbour lamp"


def with_password(person):
    person.set_password(PASSWORD)
    person.save()
    return person


def with_codes(person):
    """The secret of a code app that this person has now."""
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


def with_recovery_codes(person):
    return RecoveryCodes.activate(person).get_unused_codes()


def code(secret, *, steps=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def sign_in(client, name, password=PASSWORD, **more):
    return client.post(reverse("account_login"), {"login": name, "password": password, **more})


def in_production(program, **more):
    """What a program prints under production settings: a process of its own, since settings are read once."""
    environment = (
        os.environ
        | {
            "ENVIRONMENT": "production",
            "SECRET_KEY": "k" * 60,
            "ALLOWED_HOSTS": "therapies.example.org",
            "SITE_URL": "https://therapies.example.org",
            "DATABASE_URL": "sqlite://:memory:",
            "DJANGO_SETTINGS_MODULE": "alliance.settings",
        }
        | more
    )
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    ).stdout
