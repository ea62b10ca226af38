"""Addresses of sign-in and of everything about one person's account."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from stackmark_web.accounts import (
    guardian_views,
    institution_views,
    merge_views,
    rights_views,
    views,
)

_own = (
    [
        path("", RedirectView.as_view(pattern_name="accounts:settings"), name="home"),
        path("profile", views.home, name="settings"),
        path("sure", rights_views.sure, name="sure"),
        path("erase", rights_views.erase, name="erase"),
        path("merge", merge_views.page, name="merge"),
        path("guardian", guardian_views.own, name="guardian"),
        path("guardian/<str:token>", guardian_views.answer, name="guardian_answer"),
        path("institutions", institution_views.identities, name="identities"),
        path("newcomer", institution_views.newcomer, name="newcomer"),
        path("with/<slug:name>", institution_views.go, name="institution"),
        path("from/<slug:name>", institution_views.back, name="institution_back"),
        path("from/<slug:name>/acs", institution_views.acs, name="saml_acs"),
        path("from/<slug:name>/metadata", institution_views.saml_metadata, name="saml_metadata"),
        path("from/<slug:name>/refused", institution_views.refused, name="institution_refused"),
        path("from/<slug:name>/on/<str:key>", institution_views.saml_on, name="saml_on"),
    ],
    "accounts",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(_own)),
    path("password/set/", rights_views.first_password, name="account_set_password"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    path("", include("allauth.account.urls")),
]
