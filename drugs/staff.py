"""The site that staff sign in to. It stands outside drugs/admin/, which registers itself on it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.admin.exceptions import DisallowedModelAdminToField
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AllianceAdminSite(admin.AdminSite):
    site_header = _("ALS/MND therapies: editing")
    site_title = _("ALS/MND therapies")
    index_title = _("What waits for you")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The desk: what waits for whoever signed in, above the list of all records."""
        from drugs.publishing.desk import desk  # it asks this site for addresses
        from drugs.watching.state import warnings

        at = timezone.now()
        piles = desk(request.user, at)  # type: ignore[arg-type]  # staff have signed in
        more = {"piles": piles, "warnings": warnings(at), "may_operate": may_operate(request)}
        return super().index(request, {**more, **(extra_context or {})})

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        """One way in: that of drugs/access/, with its limits and second steps."""
        return secure_admin_login(super().login)(request, extra_context)

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:  # type: ignore[override]
        """An empty `_to_field` passes Django's own check of it, and then is a 500."""

        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if any(values.get(TO_FIELD_VAR) == "" for values in (request.GET, request.POST)):
                raise DisallowedModelAdminToField("An empty field.")
            return view(request, *args, **kwargs)

        return super().admin_view(checked, cacheable)

    def get_urls(self) -> list[URLResolver | URLPattern]:  # type: ignore[override]  # Django's own type is too narrow
        """`view_on_site` stands before Django's own, at the same address."""
        return [
            path("operations/", self.admin_view(self.operations), name="operations"),
            path("r/<path:content_type_id>/<path:object_id>/", self.admin_view(self.view_on_site), name="view_on_site"),
            *super().get_urls(),
        ]

    def view_on_site(self, request: HttpRequest, content_type_id: str, object_id: str) -> HttpResponse:
        """To where readers see a record, for whoever may see it here. Django's own asks for no right and knows every model."""
        try:
            model = ContentType.objects.get(pk=content_type_id).model_class()
        except (ContentType.DoesNotExist, ValueError) as error:
            raise Http404 from error
        if model is None or not self.is_registered(model):
            raise Http404
        model_admin = self.get_model_admin(model)
        record = model_admin.get_object(request, object_id)
        if record is None or not model_admin.has_view_permission(request, record):
            raise Http404
        address = model_admin.get_view_on_site_url(record)
        if address is None:
            raise Http404
        return redirect(address)

    def operations(self, request: HttpRequest) -> TemplateResponse:
        """How the site stands, for whoever runs it: superusers and those who may see accounts."""
        from drugs.watching.state import state

        if not may_operate(request):
            raise PermissionDenied
        at = timezone.now()
        context = {**self.each_context(request), "title": _("Operations"), "facts": state(at), "at": at}
        return TemplateResponse(request, "admin/operations.html", context)


def may_operate(request: HttpRequest) -> bool:
    return request.user.has_perm("auth.view_user")
