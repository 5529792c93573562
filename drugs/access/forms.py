"""Forms of allauth in our words, where its own would say or do something else."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm, ResetPasswordKeyForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from drugs.access.mails import send_reset_links

_LABELS = {
    "login": _("User name"),
    "oldpassword": _("Your password until now"),
    "password1": _("New password"),
    "password2": _("New password, once more"),
    "code": _("Code of the app"),
}


class _InOurWords:
    """Labels of ours, and none once more inside the field."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = _LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)


class NewPasswordForm(_InOurWords, ChangePasswordForm):
    pass


class ForgottenPasswordKeyForm(_InOurWords, ResetPasswordKeyForm):
    pass


class IsItYouForm(_InOurWords, ReauthenticateForm):
    pass


class CodeAppForm(_InOurWords, ActivateTOTPForm):
    pass


class SignInForm(_InOurWords, LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""  # the page leads to a new password itself

    def clean_login(self) -> str:
        """A NUL is no part of a name, and PostgreSQL takes none."""
        return super().clean_login().replace("\x00", "")


class ForgottenPasswordForm(forms.Form):
    """Answers alike, and as quickly, whether or not somebody has the address."""

    email = forms.EmailField(label=_("E-mail address of your account"), max_length=254)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "email"

    def save(self, request: HttpRequest) -> str:
        email: str = self.cleaned_data["email"]
        send_reset_links.enqueue(email)
        return email


class AddPasskeyForm(AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Its name, so that you know it again")
        self.fields["name"].max_length = 80
        self.fields["name"].widget.attrs["maxlength"] = "80"
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].label = _("Sign in with it alone, without the password")
        self.fields["passwordless"].help_text = _("It then asks for its PIN, your finger or your face each time.")
