"""Addresses of sign-in and of everything about one person's account."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("2fa/", include("allauth.mfa.urls")),
    path("", include("allauth.account.urls")),
]
