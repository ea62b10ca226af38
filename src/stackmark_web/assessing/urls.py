"""Addresses of this capability, by who uses them."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from stackmark_web.assessing.urls_design import urlpatterns as design
from stackmark_web.assessing.urls_desk import urlpatterns as desk
from stackmark_web.assessing.urls_facts import urlpatterns as facts
from stackmark_web.assessing.urls_learner import urlpatterns as learner

app_name = "assessing"
urlpatterns: list[URLPattern | URLResolver] = [*design, *learner, *desk, *facts]
