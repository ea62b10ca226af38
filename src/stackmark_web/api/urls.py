"""``/api`` and ``/vc-api``."""

from __future__ import annotations

from django.urls import URLPattern, include, path, re_path

from stackmark_web.api import views
from stackmark_web.api.door import door
from stackmark_web.api.v1 import API
from stackmark_web.api.vc_api.urls import urlpatterns as vc_api_urls

_ONE = "manage/<slug:slug>/api/tokens/<uuid:pk>"


def _behind_the_door() -> list[URLPattern]:
    """The routes of the API, each behind the door; the first of a path serves all its methods."""
    patterns, _app, _space = API.urls
    for one in patterns:
        one.callback = door(one.callback, str(one.name))
    return [one for one in patterns if one.name != "api-root"]


app_name = "api"
urlpatterns = [
    path("manage/<slug:slug>/api/tokens", views.tokens, name="tokens"),
    path(f"{_ONE}/replace", views.token_replace, name="token_replace"),
    path(f"{_ONE}/revoke", views.token_revoke, name="token_revoke"),
    path("api/v1/openapi.json", views.openapi, name="openapi"),
    path("api/v1/docs", views.docs, name="docs"),
    path("api/v1/", include((_behind_the_door(), "v1"))),
    re_path(r"^api/v1(?:/.*)?$", views.nowhere, name="nowhere"),
    *vc_api_urls,
]
