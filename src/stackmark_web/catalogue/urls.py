"""Addresses of the catalogue: for everybody, and for those who design."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.catalogue import (
    art_views,
    edit_views,
    manage_views,
    quality_views,
    review_views,
    views,
)

app_name = "catalogue"
_ONE = "manage/<slug:slug>/achievements/<uuid:achievement_id>"
urlpatterns: list[URLPattern | URLResolver] = [
    path("catalogue", views.browse, name="list"),
    path("catalogue/compare", views.compare, name="compare"),
    path("manage/<slug:slug>/achievements", manage_views.manage, name="manage"),
    path("manage/<slug:slug>/achievements/new", edit_views.new, name="new"),
    path(_ONE, manage_views.detail, name="detail"),
    path("manage/<slug:slug>/quality", quality_views.settings, name="quality"),
    path("manage/<slug:slug>/quality/profiles", quality_views.add_profile, name="profile_add"),
    path(
        "manage/<slug:slug>/quality/profiles/<uuid:profile_id>/remove",
        quality_views.remove_profile,
        name="profile_remove",
    ),
    path(f"{_ONE}/check", review_views.check, name="check"),
    path(f"{_ONE}/decide", review_views.decide, name="decide"),
    path(f"{_ONE}/renew", review_views.renew, name="renew"),
    path(f"{_ONE}/findings", review_views.report, name="findings"),
    path(f"{_ONE}/justify", review_views.justify, name="justify"),
    path(f"{_ONE}/decisions/<uuid:decision_id>", review_views.decision, name="decision"),
    path(f"{_ONE}/edit/<slug:step>/findings", edit_views.step_findings, name="step_findings"),
    path(f"{_ONE}/edit/<slug:step>", edit_views.edit, name="edit"),
    path(f"{_ONE}/art", art_views.compose, name="art"),
    path(f"{_ONE}/art/preview", art_views.preview, name="art_preview"),
    path(f"{_ONE}/art/upload", art_views.upload, name="art_upload"),
    path(f"{_ONE}/badge", art_views.draft_badge, name="draft_badge"),
    path(f"{_ONE}/offerings/new", manage_views.offering, name="offering_new"),
    path(f"{_ONE}/offerings/<uuid:offering_id>", manage_views.offering, name="offering"),
    path(
        f"{_ONE}/offerings/<uuid:offering_id>/close",
        manage_views.close_offering,
        name="offering_close",
    ),
    path(f"{_ONE}/do/<slug:verb>", manage_views.act, name="act"),
]
