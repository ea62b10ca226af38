"""Health, readiness and metrics."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.operations import views

app_name = "operations"
urlpatterns: list[URLPattern | URLResolver] = [
    path("health", views.health, name="health"),
    path("ready", views.ready, name="ready"),
    path("metrics", views.figures, name="metrics"),
]
