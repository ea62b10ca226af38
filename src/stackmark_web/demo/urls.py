"""Addresses of the demo world; they answer as unknown where it is switched off."""

from __future__ import annotations

from django.urls import path

from stackmark_web.demo import views

app_name = "demo"
urlpatterns = [
    path("demo", views.people, name="people"),
    path("demo/share", views.share, name="share"),
    path("demo/enter/<slug:word>", views.enter, name="enter"),
]
