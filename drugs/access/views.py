"""A forgotten password: a link by mail, or whom to ask where the site sends none."""

from typing import Any

from allauth.account.views import PasswordResetView
from django.conf import settings
from django.http import HttpRequest, HttpResponse


def sends_mail() -> bool:
    return not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend")


class ForgottenPassword(PasswordResetView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().post(request, *args, **kwargs) if sends_mail() else self.get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"sends_mail": sends_mail()}


password_reset = ForgottenPassword.as_view()
