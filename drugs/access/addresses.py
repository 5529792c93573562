"""The addresses of one's own account, below /admin/account/: those of allauth that staff need, one by one.

allauth's own list has a sign-up, e-mail addresses and codes by mail as well: an address that is not here does not exist.
"""

from allauth.account import views as account
from allauth.mfa.base import views as second_step
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.urls import path, re_path

from drugs.access.views import passkey_sign_in, password_reset

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("again/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/forgotten/", password_reset, name="account_reset_password"),
    path("password/forgotten/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/new/(?P<uidb36>[0-9A-Za-z]{1,13})-(?P<key>[0-9A-Za-z-]{1,100})/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/new/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("steps/", second_step.index, name="mfa_index"),
    path("steps/now/", second_step.authenticate, name="mfa_authenticate"),
    path("steps/again/", second_step.reauthenticate, name="mfa_reauthenticate"),
    path("steps/codes/on/", totp.activate_totp, name="mfa_activate_totp"),
    path("steps/codes/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("steps/recovery/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("steps/recovery/new/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("steps/passkeys/", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path("steps/passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("steps/passkeys/again/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("steps/passkeys/<int:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
    path("steps/passkeys/<int:pk>/name/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("login/passkey/", passkey_sign_in, name="mfa_login_webauthn"),
]
