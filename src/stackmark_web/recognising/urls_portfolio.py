"""Addresses of portfolios: the learner's pages, the evaluator's, files for both."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.recognising import mapping_views, portfolio_views

_OWN = "recognition/portfolio"
_DESK = "manage/<slug:slug>/recognition/sources/<uuid:pk>/portfolio"
urlpatterns: list[URLPattern | URLResolver] = [
    path(f"{_OWN}/new", portfolio_views.begin, name="portfolio_new"),
    path(f"{_OWN}/<uuid:pk>", portfolio_views.portfolio, name="portfolio"),
    path(f"{_OWN}/<uuid:pk>/send", portfolio_views.send, name="portfolio_send"),
    path(f"{_OWN}/<uuid:pk>/drop", portfolio_views.drop, name="portfolio_drop"),
    path(f"{_OWN}/<uuid:pk>/assessed.json", mapping_views.portfolio_json, name="portfolio_json"),
    path("recognition/pieces/<uuid:pk>", mapping_views.piece, name="piece"),
    path(_DESK, mapping_views.assess, name="portfolio_assess"),
    path(f"{_DESK}.json", mapping_views.desk_json, name="portfolio_desk_json"),
]
