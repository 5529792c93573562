"""A forgotten password: a link by mail, or whom to ask where the site sends none. And what a passkey is asked."""

from typing import Any

from allauth.account.views import PasswordResetView
from allauth.core.internal import ratelimit
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator


def sends_mail() -> bool:
    return not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend")


class ForgottenPassword(PasswordResetView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().post(request, *args, **kwargs) if sends_mail() else self.get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"sends_mail": sends_mail()}


password_reset = ForgottenPassword.as_view()


class PasskeySignIn(LoginWebAuthnView):
    """allauth counts what comes back from a passkey. What it is asked is counted too: each question is kept in a session."""

    @method_decorator(ratelimit.decorator(app="allauth.mfa", action="passkey_question", limit_get=True))
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().get(request, *args, **kwargs)


passkey_sign_in = PasskeySignIn.as_view()
