"""Addresses of the mail pages."""

from __future__ import annotations

from django.urls import path

from stackmark_web.integrations import views

app_name = "integrations"
urlpatterns = [
    path("manage/<slug:slug>/mail", views.outbox, name="outbox"),
    path("manage/<slug:slug>/mail/words", views.words, name="words"),
    path("manage/<slug:slug>/mail/words/<slug:kind>/<str:language>", views.edit_words, name="edit"),
]
