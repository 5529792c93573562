"""Addresses: the public site's in drugs/urls.py, staff's under /admin/."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/account/", include("drugs.access.addresses")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("drugs.api.urls")),
    path("", include("drugs.urls")),
]

handler400 = "drugs.views.errors.bad_request"
handler403 = "drugs.views.errors.permission_denied"
handler404 = "drugs.views.errors.not_found"
handler429 = "drugs.views.errors.too_many"
handler500 = "drugs.views.errors.server_error"
