"""Addresses everybody may open: figures of recognition, and the ledger of uses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.recognising import statistics_views

_FIGURES = "recognition/statistics"
urlpatterns: list[URLPattern | URLResolver] = [
    path(_FIGURES, statistics_views.everybody, name="statistics"),
    path(f"{_FIGURES}.json", statistics_views.as_json, name="statistics_json"),
    path(f"{_FIGURES}.csv", statistics_views.as_csv, name="statistics_csv"),
    path(f"{_FIGURES}/<slug:slug>", statistics_views.one, name="statistics_of"),
    path(f"{_FIGURES}/<slug:slug>.json", statistics_views.as_json, name="statistics_of_json"),
    path(f"{_FIGURES}/<slug:slug>.csv", statistics_views.as_csv, name="statistics_of_csv"),
]
