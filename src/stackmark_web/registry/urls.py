"""Addresses of this capability. They stand in signed documents: none may ever change."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from stackmark_web.registry import (
    assessment_views,
    credential_views,
    embed_views,
    file_views,
    statement_views,
    views,
)
from stackmark_web.registry.urls_register import urlpatterns as register

app_name = "registry"
urlpatterns: list[URLPattern | URLResolver] = [
    path("o/<slug:slug>", views.organisation, name="organisation"),
    path("o/<slug:slug>.json", views.organisation_json, name="organisation_json"),
    path("o/<slug:slug>/did.json", views.did, name="did"),
    path("o/<slug:slug>/brand.css", file_views.brand, name="brand"),
    path("o/<slug:slug>/revocations", views.revocations, name="revocations"),
    path("o/<slug:slug>/handover.json", views.handover, name="handover"),
    path(".well-known/did.json", views.own_did, name="own_did"),
    path("achievements/<uuid:pk>", views.achievement, name="achievement"),
    path("achievements/<uuid:pk>.json", views.achievement_json, name="achievement_json"),
    path("achievements/<uuid:pk>/<int:number>", views.achievement, name="version"),
    path("achievements/<uuid:pk>/<int:number>.json", views.achievement_json, name="version_json"),
    re_path(
        r"^achievements/(?P<pk>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
        r"/(?P<number>[1-9][0-9]{0,8})/facts-(?P<digest>[0-9a-f]{8})\.json\Z",
        file_views.facts,
        name="facts",
    ),
    path(
        "achievements/<uuid:pk>/assessment-facts/<int:number>",
        assessment_views.facts,
        name="assessment_facts",
    ),
    path(
        "achievements/<uuid:pk>/assessment-facts/<int:number>.json",
        assessment_views.facts_json,
        name="assessment_facts_json",
    ),
    path("credentials/<uuid:pk>", credential_views.credential, name="credential"),
    path("credentials/<uuid:pk>.json", credential_views.credential_json, name="credential_json"),
    path("credentials/<uuid:pk>/card.png", credential_views.card, name="credential_card"),
    path("credentials/<uuid:pk>/embed", embed_views.embed, name="embed"),
    path("oembed", embed_views.oembed, name="oembed"),
    path("credentials/<uuid:pk>/files/<slug:form>", credential_views.file, name="credential_file"),
    path("statements/<uuid:pk>", statement_views.statement, name="statement"),
    path("statements/<uuid:pk>.jwt", statement_views.statement_token, name="statement_token"),
    re_path(
        r"^status/(?P<pk>[0-9a-f-]{36})/(?P<purpose>revocation|suspension)\Z",
        file_views.status,
        name="status",
    ),
    re_path(r"^assets/(?P<sha256>[0-9a-f]{64})\Z", file_views.asset, name="asset"),
    path("sitemap.xml", file_views.sitemap, name="sitemap"),
    *register,
]
