"""Addresses of the start page, the living design page and the statements."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.ui import views

app_name = "ui"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.start, name="start"),
    path("ui", views.design, name="design"),
    path("accessibility", views.accessibility, name="accessibility"),
    path("privacy", views.privacy, name="privacy"),
    path("theme", views.theme, name="theme"),
    path("language", views.language, name="language"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.svg", views.favicon, name="favicon"),
    path("favicon.ico", views.favicon, name="favicon-ico"),
]
