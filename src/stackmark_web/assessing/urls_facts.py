"""Addresses of imports, facts panels, re-tests, fairness."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
