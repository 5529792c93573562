"""What happens at the door is noted: in the log without names, for whom it concerns in the audit log."""

import logging
from typing import Any

from allauth.account.signals import authentication_step_completed, password_changed, password_reset
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from auditlog.models import LogEntry
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from drugs.access.standing import begin

log = logging.getLogger("site.access")


def listen() -> None:
    """Signals of Django and allauth are the only place where every way in passes."""
    user_logged_in.connect(_signed_in)
    user_login_failed.connect(_say("sign-in refused"), weak=False)
    authentication_step_completed.connect(_step_taken)
    authentication_failed.connect(_say("second step refused"), weak=False)
    password_changed.connect(_say("password changed"), weak=False)
    password_reset.connect(_say("password reset"), weak=False)
    for signal in (authenticator_added, authenticator_removed, authenticator_reset):
        signal.connect(_second_steps_changed)
    user_logged_out.connect(_say("signed out"), weak=False)


def _say(event: str) -> Any:
    def receiver(sender: Any, **kwargs: Any) -> None:
        log.info(event)

    return receiver


def _step_taken(sender: Any, method: str, **kwargs: Any) -> None:
    log.info("proved by %s", kwargs.get("type") or method)


def _signed_in(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    begin(request, user)
    log.info("signed in")
    LogEntry.objects.log_create(user, force_log=True, action=LogEntry.Action.ACCESS, actor=user, changes={})


def _second_steps_changed(sender: Any, request: Any, user: Any, authenticator: Authenticator, **kwargs: Any) -> None:
    """Whoever changed their own stays signed in here; every other session of the account ends."""
    log.info("second steps changed: %s", authenticator.type)
    if request.user.pk == user.pk:
        begin(request, user)
