"""The site that staff sign in to. It stands outside drugs/admin/, which registers itself on it."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class AllianceAdminSite(admin.AdminSite):
    site_header = _("ALS/MND therapies: editing")
    site_title = _("ALS/MND therapies")
    index_title = _("What waits for you")
