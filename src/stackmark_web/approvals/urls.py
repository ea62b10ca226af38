"""Addresses of changes that wait for a second person."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.approvals import views

app_name = "approvals"
_ORG = "manage/<slug:slug>"
_ONE = f"{_ORG}/changes/<uuid:pk>"

urlpatterns: list[URLPattern | URLResolver] = [
    path(f"{_ORG}/four-eyes", views.rules, name="rules"),
    path(f"{_ORG}/changes", views.changes, name="list"),
    path(_ONE, views.change, name="change"),
    path(f"{_ONE}/approve", views.approve, name="approve"),
    path(f"{_ONE}/refuse", views.refuse, name="refuse"),
    path(f"{_ONE}/withdraw", views.withdraw, name="withdraw"),
    path(f"{_ONE}/explain", views.explain, name="explain"),
]
