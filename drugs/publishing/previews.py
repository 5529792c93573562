"""Signed links to a draft, for a reviewer without an account: they expire, and open one edition only."""

import datetime as dt

from django.conf import settings
from django.core import signing

from drugs.models import Edition

_SALT = "drugs.preview"


def token_for(edition: Edition) -> str:
    return signing.dumps([edition.pk, edition.therapy_id], salt=_SALT)


def edition_of(token: str) -> Edition | None:
    """The edition that a link opens; None where the link is broken, too old, or its draft was discarded."""
    try:
        pk, therapy = signing.loads(token, salt=_SALT, max_age=dt.timedelta(days=settings.PREVIEW_DAYS))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Edition.objects.filter(pk=pk, therapy=therapy).select_related("therapy").first()
