"""The mail server that EMAIL_URL names."""

from typing import Any

from dj_email_url import SCHEMES, parse
from django.core.exceptions import ImproperlyConfigured

SECONDS = 10  # a mail server that says nothing would hold up the worker and the daily run for good


def mail_settings(url: str, *, production: bool) -> dict[str, Any]:
    """Django's EMAIL_* settings. Raises `ImproperlyConfigured` where no mail would go out, or a password in the open."""
    if url.partition(":")[0] not in SCHEMES:
        raise ImproperlyConfigured("EMAIL_URL has to begin with submission:// (mail over TLS), smtp:// or console://.")
    try:
        mail: dict[str, Any] = parse(url)
    except ValueError:  # which would show a part of the password
        raise ImproperlyConfigured(
            "EMAIL_URL cannot be read: in its password write / as %2F, ? as %3F, # as %23, [ as %5B and % as %25."
        ) from None
    if production and mail["EMAIL_HOST_PASSWORD"] and not (mail["EMAIL_USE_TLS"] or mail["EMAIL_USE_SSL"]):
        raise ImproperlyConfigured("EMAIL_URL would send its password in the open: let it begin with submission://.")
    return mail | {"EMAIL_TIMEOUT": mail["EMAIL_TIMEOUT"] or SECONDS}
