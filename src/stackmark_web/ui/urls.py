"""Addresses of the start page, the living design page and the statements."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "ui"
urlpatterns: list[URLPattern | URLResolver] = []
