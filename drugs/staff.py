"""The site that staff sign in to. It stands outside drugs/admin/, which registers itself on it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AllianceAdminSite(admin.AdminSite):
    site_header = _("ALS/MND therapies: editing")
    site_title = _("ALS/MND therapies")
    index_title = _("What waits for you")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The desk: what waits for whoever signed in, above the list of all records."""
        from drugs.publishing.desk import desk  # it asks this site for addresses

        piles = desk(request.user, timezone.now())  # type: ignore[arg-type]  # staff have signed in
        return super().index(request, {"piles": piles, **(extra_context or {})})
