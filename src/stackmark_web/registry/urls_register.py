"""Addresses of the public register."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from stackmark_web.registry import register_views as views

urlpatterns: list[URLPattern | URLResolver] = [
    path("register", views.issuers, name="register"),
    path("register/issuers/<slug:slug>", views.issuer, name="register_issuer"),
    path("register/achievements", views.achievements, name="register_achievements"),
    path("register/achievements/<uuid:pk>", views.achievement, name="register_achievement"),
    path(
        "register/achievements/<uuid:pk>/<int:number>/<slug:form>",
        views.achievement_export,
        name="register_export",
    ),
    path(
        "register/achievements/<uuid:pk>/<int:number>/<slug:form>/loss",
        views.achievement_loss,
        name="register_loss",
    ),
    path("register/changes", views.changes, name="register_changes"),
    path("register/files", views.downloads, name="register_files"),
    path("register/index.json", views.index, name="register_index"),
    re_path(
        r"^register/(?P<name>(?:issuers|achievements)\.(?:jsonl|csv)|changes\.jsonl)\Z",
        views.download,
        name="register_download",
    ),
    re_path(
        r"^register/formats/(?P<form>[a-z0-9]+(?:-[a-z0-9]+)*?)(?P<loss>-loss)?\.jsonl\Z",
        views.format_download,
        name="register_format",
    ),
]
