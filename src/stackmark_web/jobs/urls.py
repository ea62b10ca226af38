"""Addresses of runs."""

from __future__ import annotations

from django.urls import path

from stackmark_web.jobs import views

app_name = "jobs"
_ONE = "manage/<slug:slug>/runs/<uuid:pk>"
urlpatterns = [
    path("manage/<slug:slug>/runs", views.listing, name="list"),
    path(_ONE, views.detail, name="run"),
    path(f"{_ONE}/progress", views.progress, name="progress"),
    path(f"{_ONE}/cancel", views.cancel, name="cancel"),
    path(f"{_ONE}/retry", views.retry, name="retry"),
]
