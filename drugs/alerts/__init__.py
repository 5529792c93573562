"""Alerts by e-mail: asking and leaving (`asking`), the mails (`mails`), telling when an edition goes live (`telling`).

Off unless `EMAIL_URL` names a mail server. Nothing is kept but an address, what it asked for and when it asked and confirmed.
"""

from django.conf import settings


def are_on() -> bool:
    return bool(settings.ALERTS_BY_MAIL)
