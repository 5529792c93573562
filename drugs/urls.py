"""The public addresses: docs/design.md has the contract."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
