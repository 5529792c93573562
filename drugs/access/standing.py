"""What an account may do, and its second steps, as one mark: a session that began under another mark ends.

Passwords are not part of it: Django ends sessions by the password's hash.
"""

import hashlib
import time
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import CharField, Value
from django.http import HttpRequest

KEY = "access"
#: Seconds between two writes of when a session was last used.
_WRITE_EVERY = 60


@dataclass(frozen=True)
class Standing:
    mark: str
    has_second_step: bool

    @classmethod
    def of(cls, user: User) -> "Standing":
        """One query, beside the account that is read already."""

        def kind(name: str) -> Value:
            return Value(name, output_field=CharField())

        groups = User.groups.through.objects.filter(user_id=user.pk).values_list(kind("group"), "group_id")
        rights = User.user_permissions.through.objects.filter(user_id=user.pk)
        steps = Authenticator.objects.filter(user_id=user.pk).values_list("type", "pk")
        rows = sorted(groups.union(rights.values_list(kind("right"), "permission_id"), steps, all=True))
        text = f"{user.pk} {user.is_staff} {user.is_superuser} {rows}"
        kinds = {name for name, _pk in rows}
        return cls(
            mark=hashlib.sha256(text.encode()).hexdigest(),
            has_second_step=bool(kinds & {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN}),
        )


def begin(request: HttpRequest, user: Any) -> None:
    """A session begins, or goes on after its own account changed its second steps."""
    before = request.session.get(KEY) or {}
    now = time.time()
    request.session[KEY] = {"mark": Standing.of(user).mark, "since": before.get("since", now), "seen": now}


def is_over(request: HttpRequest, standing: Standing) -> bool:
    """Whether the session has to end: another mark, too old, or not used for too long. Notes that it is used."""
    kept, now = request.session.get(KEY) or {}, time.time()
    if kept.get("mark") != standing.mark:
        return True
    if now - kept["since"] > settings.SESSION_COOKIE_AGE or now - kept["seen"] > settings.STAFF_IDLE_MINUTES * 60:
        return True
    if now - kept["seen"] > _WRITE_EVERY:
        request.session[KEY] = kept | {"seen": now}
    return False
