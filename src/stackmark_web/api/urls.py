"""``/api`` and ``/vc-api``."""

from __future__ import annotations

from typing import Any

from stackmark_web.api.vc_api.urls import urlpatterns as vc_api_urls

app_name = "api"
urlpatterns: list[Any] = []
urlpatterns += vc_api_urls
