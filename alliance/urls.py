"""Addresses: the public site's in drugs/urls.py, staff's under /admin/."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("drugs.urls")),
]
