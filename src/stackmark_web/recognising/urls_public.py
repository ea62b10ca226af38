"""Addresses everybody may open: figures of recognition, and the ledger of uses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.recognising import (
    ledger_desk_views,
    ledger_own_views,
    ledger_views,
    statistics_views,
)

_FIGURES = "recognition/statistics"
_LEDGER = "recognition/ledger"
_OWN = f"{_LEDGER}/mine"
urlpatterns: list[URLPattern | URLResolver] = [
    path(_FIGURES, statistics_views.everybody, name="statistics"),
    path(f"{_FIGURES}.json", statistics_views.as_json, name="statistics_json"),
    path(f"{_FIGURES}.csv", statistics_views.as_csv, name="statistics_csv"),
    path(f"{_FIGURES}/<slug:slug>", statistics_views.one, name="statistics_of"),
    path(f"{_FIGURES}/<slug:slug>.json", statistics_views.as_json, name="statistics_of_json"),
    path(f"{_FIGURES}/<slug:slug>.csv", statistics_views.as_csv, name="statistics_of_csv"),
    path(_LEDGER, ledger_views.ledger, name="ledger"),
    path(f"{_LEDGER}.json", ledger_views.as_json, name="ledger_json"),
    path(f"{_LEDGER}/ask", ledger_views.ask, name="ledger_ask"),
    path(f"{_LEDGER}/check", ledger_views.check, name="ledger_check"),
    path(_OWN, ledger_own_views.mine, name="ledger_mine"),
    path(f"{_OWN}/join", ledger_own_views.join, name="ledger_join"),
    path(f"{_OWN}/leave", ledger_own_views.leave, name="ledger_leave"),
    path(f"{_OWN}/<uuid:pk>", ledger_own_views.credential, name="ledger_credential"),
    path(f"{_OWN}/<uuid:pk>/enter", ledger_own_views.enter, name="ledger_enter"),
    path(f"{_OWN}/<uuid:pk>/contest/<int:number>", ledger_own_views.contest, name="ledger_contest"),
    path("manage/<slug:slug>/recognition/ledger", ledger_desk_views.contests, name="ledger_desk"),
]
