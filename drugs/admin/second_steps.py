"""A lost phone: a superuser takes the second steps of another account away, and the log says who did."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drugs.access.mails import send_notice

KINDS = {
    Authenticator.Type.TOTP: gettext_lazy("code app"),
    Authenticator.Type.WEBAUTHN: gettext_lazy("passkey"),
    Authenticator.Type.RECOVERY_CODES: gettext_lazy("recovery codes"),
}


class SecondSteps:
    """Mixed into UserAdmin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.remove_second_steps)  # type: ignore[attr-defined]
        return [path("<int:pk>/second_steps/", view, name="auth_user_second_steps"), *super().get_urls()]  # type: ignore[misc]

    @admin.display(description=gettext_lazy("second steps"))
    def second_steps(self, user: Any) -> str:
        own = Authenticator.objects.filter(user_id=user.pk).order_by("created_at", "pk")
        lines = [f"{KINDS[step.type]} ({date_format(step.created_at, 'DATE_FORMAT')})" for step in own]  # type: ignore[index]
        return ", ".join(lines) or _("none yet")

    def remove_second_steps(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.is_superuser or request.user.pk == pk:  # one's own go by 'Your second step'
            raise PermissionDenied
        person = get_object_or_404(self.get_queryset(request), pk=pk)  # type: ignore[attr-defined]
        if request.method == "POST":
            for step in Authenticator.objects.filter(user_id=pk):  # one by one: the audit log sees each
                step.delete()
            if person.email:
                send_notice.enqueue(person.email, _("An administrator took your second step of signing in away"))
            messages.success(request, _("%(person)s has no second step any more.") % {"person": person})
            return redirect("admin:auth_user_change", pk)
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("Take the second steps of %(person)s away") % {"person": person},
            "opts": self.model._meta,  # type: ignore[attr-defined]
            "original": person,
            "steps": self.second_steps(person),
        }
        return TemplateResponse(request, "admin/auth/user/second_steps.html", context)
