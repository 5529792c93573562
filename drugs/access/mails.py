"""Mails about accounts, plain text, by the queue: a mail server that is away stops nobody, and no answer waits for it.

Where background work is done in place (`TASKS` unset), somebody with a clock could tell from the longer wait that an address
has an account: `drugs.W011` in drugs/checks.py says so in production.
"""

import logging
from smtplib import SMTPException

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django_tasks import task

log = logging.getLogger("site.access")


@task()
def send_reset_links(email: str) -> None:
    """A link to each account with this address; nothing to an address that has none."""
    for user in get_user_model().objects.filter(email__iexact=email, is_active=True, is_staff=True).order_by("pk"):
        _send(user.email, "mail/password_reset", {"link": link_for(user), "user": user})


def link_for(user: User) -> str:
    """Good once, for `PASSWORD_RESET_TIMEOUT`. The site's own address, never one that a request named."""
    names = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return settings.SITE_URL + reverse("account_reset_password_from_key", kwargs=names)


@task()
def send_notice(email: str, what: str) -> None:
    """Something about an account was changed: its owner is told."""
    _send(email, "mail/account_changed", {"what": what})


def _send(email: str, template: str, context: dict[str, object]) -> None:
    context |= {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
    subject, _newline, body = render_to_string(f"{template}.txt", context).partition("\n")
    mail = EmailMessage(subject, body.strip() + "\n", to=[email], headers={"Auto-Submitted": "auto-generated"})
    try:
        mail.send()
    except (OSError, SMTPException) as error:
        log.error("A mail about an account was not sent: %s", type(error).__name__)
