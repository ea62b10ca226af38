"""Addresses of this capability, by who uses them."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from stackmark_web.recognising.urls_desk import urlpatterns as desk
from stackmark_web.recognising.urls_learner import urlpatterns as learner
from stackmark_web.recognising.urls_portfolio import urlpatterns as portfolio
from stackmark_web.recognising.urls_public import urlpatterns as public

app_name = "recognising"
urlpatterns: list[URLPattern | URLResolver] = [*learner, *desk, *portfolio, *public]
