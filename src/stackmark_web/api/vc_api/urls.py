"""Addresses of the VC API; all answer 404 unless it is switched on."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from stackmark_web.api.vc_api import views

_KIND = r"(?P<kind>(?:ed25519|p256|p384)(?:-[1-9][0-9]{0,3})?)"
_LIST = rf"^vc-api/status/{_KIND}/(?P<purpose>revocation|suspension)"

urlpatterns: list[URLPattern] = [
    path("vc-api/", views.index, name="vc_index"),
    path("vc-api/credentials/issue", views.issue, name="vc_issue"),
    path("vc-api/credentials/verify", views.verify, name="vc_verify"),
    path("vc-api/credentials/derive", views.derive, name="vc_derive"),
    path("vc-api/credentials/status", views.set_status, name="vc_status"),
    path("vc-api/presentations/verify", views.verify_presentation, name="vc_verify_vp"),
    path("vc-api/identifiers/", views.identifier, name="vc_no_identifier"),
    path("vc-api/identifiers/<path:did>", views.identifier, name="vc_identifier"),
    re_path(rf"{_LIST}\Z", views.status_list, name="vc_list"),
    re_path(rf"{_LIST}/publish\Z", views.publish_list, name="vc_list_publish"),
    path("vc-api/<slug:issuer>/credentials/issue", views.issue, name="vc_issue_as"),
    re_path(r"^vc-api(?:/.*)?\Z", views.nowhere, name="vc_nowhere"),
]
