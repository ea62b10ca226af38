"""Addresses of what the site publishes about people's data."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.accounts import retention_views

app_name = "privacy"
urlpatterns: list[URLPattern | URLResolver] = [
    path("privacy/retention", retention_views.site, name="retention"),
]
