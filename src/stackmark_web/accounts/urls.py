"""Addresses of sign-in and of everything about one person's account."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from stackmark_web.accounts import retention_views, rights_views, views

_own = (
    [
        path("", RedirectView.as_view(pattern_name="accounts:settings"), name="home"),
        path("profile", views.home, name="settings"),
        path("sure", rights_views.sure, name="sure"),
        path("erase", rights_views.erase, name="erase"),
        path("retention", retention_views.site, name="retention"),
    ],
    "accounts",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(_own)),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    path("", include("allauth.account.urls")),
]
