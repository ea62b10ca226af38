"""Addresses of this capability, by who uses them."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from stackmark_web.pathways.urls_design import urlpatterns as design
from stackmark_web.pathways.urls_learner import urlpatterns as learner
from stackmark_web.pathways.urls_planner import urlpatterns as planner

app_name = "pathways"
urlpatterns: list[URLPattern | URLResolver] = [*design, *learner, *planner]
