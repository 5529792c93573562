"""allauth's hooks: who may sign in, when proof is asked for again, how mails go out, how secrets are kept."""

import hashlib
import hmac
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from drugs.access import sealing
from drugs.access.mails import send_notice
from drugs.reader_forms import address_of


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("This user name and password do not belong together."),
        "too_many_login_attempts": _("Too many tries. Wait five minutes, then try again."),
        "incorrect_password": _("This is not your password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by administrators."""
        return False

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """An account that is no longer staff has nothing to sign in to."""
        if user.is_active and not user.is_staff:
            messages.error(request, self.error_messages["username_password_mismatch"])
            return redirect("account_login")
        return super().pre_login(request, user, **kwargs)

    def is_reauthentication_required(self, *, app: str = "", **kwargs: Any) -> bool:
        return not proved_lately(context.request)

    def get_client_ip(self, request: HttpRequest) -> str:
        """What rate limits count by: a keyed digest, so that the cache holds no address."""
        return hmac.new(settings.SECRET_KEY.encode(), address_of(request).encode(), hashlib.sha256).hexdigest()

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        if user.email:
            what = render_to_string(f"{template_prefix}_subject.txt", context or {})
            send_notice.enqueue(user.email, " ".join(what.split()))


class SecondStepAdapter(DefaultMFAAdapter):
    error_messages = {**DefaultMFAAdapter.error_messages, "incorrect_code": _("This code does not fit.")}

    def encrypt(self, text: str) -> str:
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text)

    def get_totp_label(self, user: Any) -> str:
        return user.get_username()

    def get_totp_issuer(self) -> str:
        return str(settings.SITE_NAME)

    def _get_site_name(self) -> str:
        return str(settings.SITE_NAME)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Passkey %(number)s") % {"number": count + 1}


def proved_lately(request: HttpRequest) -> bool:
    """Whether whoever signed in has shown a password, a code or a passkey within `PROOF_MINUTES`; 0: never asked."""
    if not settings.PROOF_MINUTES:
        return True
    records = get_authentication_records(request, request.user)  # type: ignore[arg-type]
    latest = max((record["at"] for record in records if record.get("method") in ("password", "mfa")), default=0.0)
    return time.time() - latest < settings.PROOF_MINUTES * 60
