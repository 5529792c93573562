"""What each request of staff passes: sessions that are over end, a second step is asked for, and proof where it matters."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from drugs.access.adapters import proved_lately
from drugs.access.standing import Standing, is_over
from drugs.middleware import STAFF_PATHS

Handler = Callable[[HttpRequest], HttpResponse]

#: What a member of staff without a second step may do: set one up, and leave.
BEFORE_A_SECOND_STEP = {
    "account_logout",
    "account_reauthenticate",
    "account_change_password",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "admin:logout",
    "admin:jsi18n",
}
#: Forms that are opened only after proof: accounts and what groups may do.
FORMS_WITH_PROOF = {
    "admin:auth_user_add",
    "admin:auth_user_change",
    "admin:auth_user_password_change",
    "admin:auth_user_second_steps",
    "admin:auth_group_add",
    "admin:auth_group_change",
    "admin:auth_group_delete",
}
#: Steps that are taken only after proof: what readers see at once, what takes an import back, what deletes ticked groups.
STEPS_WITH_PROOF = {
    "admin:auth_group_changelist",
    "admin:drugs_edition_publish",
    "admin:drugs_edition_withdraw",
    "admin:drugs_pageversion_publish",
    "admin:drugs_pageversion_withdraw",
    "admin:drugs_importrun_undo",
}


def guarded(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(STAFF_PATHS[0]):
            return get_response(request)
        if not request.user.is_authenticated:
            if SESSION_KEY in request.session:  # an account that was switched off: not to be awakened later
                request.session.flush()
        else:
            request.standing = Standing.of(request.user)  # type: ignore[attr-defined, arg-type]
            if is_over(request, request.standing):  # type: ignore[attr-defined]
                logout(request)
                messages.info(request, _("Your session has ended. Please sign in again."))
        return get_response(request)

    def process_view(request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        standing = getattr(request, "standing", None)
        if standing is None or not request.user.is_authenticated:
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if settings.SECOND_STEP_REQUIRED and not standing.has_second_step and name not in BEFORE_A_SECOND_STEP:
            messages.info(request, _("Before you go on, set up a second step of signing in."))
            return redirect("mfa_index")
        asks = name in FORMS_WITH_PROOF or (name in STEPS_WITH_PROOF and request.method == "POST")
        return _ask_again(request) if asks and not proved_lately(request) else None

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def _ask_again(request: HttpRequest) -> HttpResponse:
    """To the page that asks who it is, and from there back to where the form stands: a step is never taken by itself."""
    if request.method in ("GET", "HEAD"):
        back = request.get_full_path()
    else:
        messages.info(request, _("Nothing was done yet: show that it is you, then press the button again."))
        back = request.headers.get("Referer", "")
        if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
            back = reverse("admin:index")
    methods = get_adapter().get_reauthentication_methods(request.user)
    page = methods[0]["url"] if methods else reverse("account_login")
    return redirect(f"{page}?{urlencode({'next': back})}")
