"""Addresses of the pages of mail and webhooks."""

from __future__ import annotations

from django.urls import path

from stackmark_web.integrations import views, webhook_views

app_name = "integrations"
_HOOK = "manage/<slug:slug>/api/webhooks/<uuid:pk>"
urlpatterns = [
    path("manage/<slug:slug>/mail", views.outbox, name="outbox"),
    path("manage/<slug:slug>/mail/words", views.words, name="words"),
    path("manage/<slug:slug>/mail/words/<slug:kind>/<str:language>", views.edit_words, name="edit"),
    path("manage/<slug:slug>/api/webhooks", webhook_views.webhooks, name="webhooks"),
    path(_HOOK, webhook_views.webhook, name="webhook"),
    path(f"{_HOOK}/ping", webhook_views.ping, name="webhook_ping"),
    path(f"{_HOOK}/secret", webhook_views.secret, name="webhook_secret"),
    path(f"{_HOOK}/switch", webhook_views.switch, name="webhook_switch"),
    path(f"{_HOOK}/remove", webhook_views.remove, name="webhook_remove"),
    path(f"{_HOOK}/messages/<uuid:message>/again", webhook_views.again, name="webhook_again"),
]
