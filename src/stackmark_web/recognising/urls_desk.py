"""Addresses of the desk."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.recognising import appeal_views, desk_views, source_views

_DESK = "manage/<slug:slug>/recognition"
_REQUEST = f"{_DESK}/requests/<uuid:pk>"
_SOURCE = f"{_DESK}/sources/<uuid:pk>"
_DECISION = f"{_DESK}/decisions/<uuid:pk>"
urlpatterns: list[URLPattern | URLResolver] = [
    path(_DESK, desk_views.desk, name="desk"),
    path(f"{_DESK}/policy", desk_views.policy, name="policy"),
    path(_REQUEST, desk_views.detail, name="desk_request"),
    path(f"{_REQUEST}/assign", desk_views.assign, name="assign"),
    path(f"{_REQUEST}/ask", desk_views.ask, name="ask"),
    path(_SOURCE, source_views.source, name="source"),
    path(f"{_SOURCE}/confirm", source_views.confirm, name="source_confirm"),
    path(f"{_SOURCE}/document", source_views.document, name="source_document"),
    path(_DECISION, appeal_views.decision, name="desk_decision"),
    path(f"{_DECISION}/confirm", appeal_views.confirm, name="decision_confirm"),
    path(f"{_DESK}/appeals/<uuid:pk>", appeal_views.appeal, name="desk_appeal"),
]
