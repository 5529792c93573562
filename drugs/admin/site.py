"""The admin site of the Alliance."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class AllianceAdminSite(admin.AdminSite):
    site_header = _("ALS/MND therapies: editing")
    site_title = _("ALS/MND therapies")
    index_title = _("What waits for you")
