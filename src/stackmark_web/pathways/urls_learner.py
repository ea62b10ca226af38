"""Addresses of learners' pathways, and of the board."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.pathways import progress_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("my/pathways", progress_views.home, name="home"),
    path("my/pathways/<uuid:pk>", progress_views.progress, name="progress"),
]
