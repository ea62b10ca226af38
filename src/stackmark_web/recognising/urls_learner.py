"""Addresses of the learner, and of a decision as its own id."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.recognising import decision_views, request_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("recognition", request_views.requests, name="requests"),
    path("recognition/new", request_views.new, name="new"),
    path("recognition/<uuid:pk>", request_views.detail, name="request"),
    path("recognition/<uuid:pk>/back", request_views.take_back, name="take_back"),
    path("recognition/decisions/<uuid:pk>", decision_views.decision, name="decision"),
    path("recognition/decisions/<uuid:pk>/appeal", decision_views.appeal, name="appeal"),
    path("recognitions/<uuid:pk>", decision_views.statement, name="statement"),
    path("recognitions/<uuid:pk>.json", decision_views.statement_json, name="statement_json"),
]
