"""The daily digest: what waits on somebody's desk, by mail. It names records and no reader."""

import datetime as dt

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from drugs.publishing.desk import desk

#: In `DIGEST_RECIPIENTS`: everybody on the staff who has an e-mail address.
ALL_STAFF = "staff"


def recipients() -> list[tuple[str, User | None]]:
    """(address, account) of each person who gets a digest; an address without an account gets everybody's desk."""
    staff = {
        user.email.lower(): user
        for user in get_user_model().objects.filter(is_active=True, is_staff=True).exclude(email="").order_by("-pk")
    }
    wanted: dict[str, User | None] = {}
    for name in settings.DIGEST_RECIPIENTS:
        found = staff if name == ALL_STAFF else {name.lower(): staff.get(name.lower())}
        wanted.update({address: user for address, user in found.items() if address not in wanted})
    return sorted(wanted.items())


def digest_mail(address: str, user: User | None, at: dt.datetime) -> EmailMultiAlternatives | None:
    """The mail to one person, plain text and HTML; None where nothing waits."""
    piles = [pile for pile in desk(user, at) if pile.count]
    count = sum(pile.count for pile in piles if pile.is_work)
    if not count:
        return None
    context = {
        "piles": piles,
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "day": timezone.localdate(at),
    }
    subject = ngettext(
        "%(site)s: %(count)s thing waits for you, %(day)s", "%(site)s: %(count)s things wait for you, %(day)s", count
    ) % {"site": settings.SITE_NAME, "count": count, "day": formats.date_format(timezone.localdate(at), "DATE_FORMAT")}
    mail = EmailMultiAlternatives(subject, render_to_string("mail/digest.txt", context), to=[address])
    mail.attach_alternative(render_to_string("mail/digest.html", context), "text/html")
    # Nobody answers a digest, and no out-of-office should.
    mail.extra_headers = {"Auto-Submitted": "auto-generated", "Precedence": "bulk"}
    return mail


def nothing_configured() -> str:
    """What to do where no digest is to be sent."""
    return _("No digest is sent: set DIGEST_RECIPIENTS to addresses separated by commas, or to 'staff'.")
