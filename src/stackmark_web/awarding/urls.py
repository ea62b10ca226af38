"""Addresses of this capability."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from stackmark_web.awarding import appeal_views, change_views, key_views, views

app_name = "awarding"
_ONE = "manage/<slug:slug>/awards/<uuid:pk>"
urlpatterns: list[URLPattern | URLResolver] = [
    path("manage/<slug:slug>/awards", views.awards, name="list"),
    path("manage/<slug:slug>/awards/new", views.new, name="new"),
    path("manage/<slug:slug>/awards/export.csv", views.export, name="export"),
    path(_ONE, views.detail, name="detail"),
    path(f"{_ONE}/edit", views.edit, name="edit"),
    path(f"{_ONE}/confirm", views.confirm, name="confirm"),
    path(f"{_ONE}/discard", views.discard, name="discard"),
    path(f"{_ONE}/credential.json", views.download, name="download"),
    path(f"{_ONE}/resend", change_views.resend, name="resend"),
    path(f"{_ONE}/reissue", change_views.reissue, name="reissue"),
    path(f"{_ONE}/correct", change_views.correct, name="correct"),
    path(f"{_ONE}/suspend", change_views.suspend, name="suspend"),
    path(f"{_ONE}/reinstate", change_views.reinstate, name="reinstate"),
    path(f"{_ONE}/revoke", change_views.revoke, name="revoke"),
    path(f"{_ONE}/publish", change_views.publish, name="publish"),
    path("manage/<slug:slug>/keys/<int:pk>/awards", key_views.awards, name="key_awards"),
    path("manage/<slug:slug>/keys/<int:pk>/anew", key_views.anew, name="key_anew"),
    path("manage/<slug:slug>/appeals", appeal_views.appeals, name="appeals"),
    path("manage/<slug:slug>/appeals/<uuid:pk>", appeal_views.decide, name="appeal_detail"),
    path("appeals/<str:token>", appeal_views.appeal, name="appeal"),
    path("", include("stackmark_web.awarding.urls_sheets")),  # …/awards/sheets
]
