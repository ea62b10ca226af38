"""Addresses of this capability."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.tenancy import (
    audit_views,
    handover_views,
    people_views,
    retention_views,
    trust_views,
    views,
)

app_name = "tenancy"
_ORG = "manage/<slug:slug>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("organisations/new", views.new, name="new"),
    path("invitations/<str:token>", people_views.invitation, name="invitation"),
    path("manage", views.home, name="home"),
    path(_ORG, views.overview, name="overview"),
    path(f"{_ORG}/settings", views.settings, name="settings"),
    path(f"{_ORG}/brand", views.brand, name="brand"),
    path(f"{_ORG}/retention", retention_views.setting, name="retention"),
    path("o/<slug:slug>/retention", retention_views.public, name="retention_public"),
    path(f"{_ORG}/units", views.units, name="units"),
    path(f"{_ORG}/people", people_views.people, name="people"),
    path(f"{_ORG}/people/give", people_views.give, name="give"),
    path(f"{_ORG}/people/<int:pk>/end", people_views.end, name="end"),
    path(f"{_ORG}/people/invitations/<uuid:pk>/withdraw", people_views.withdraw, name="withdraw"),
    path(f"{_ORG}/domains", trust_views.domains, name="domains"),
    path(f"{_ORG}/domains/<int:pk>/check", trust_views.domain_check, name="domain_check"),
    path(f"{_ORG}/domains/<int:pk>/remove", trust_views.domain_remove, name="domain_remove"),
    path(f"{_ORG}/keys", trust_views.keys, name="keys"),
    path(f"{_ORG}/keys/change", trust_views.key_change, name="key_change"),
    path(f"{_ORG}/keys/replace", trust_views.key_replace, name="key_replace"),
    path(f"{_ORG}/keys/host", trust_views.host, name="host"),
    path(f"{_ORG}/keys/published", trust_views.published, name="published"),
    path(f"{_ORG}/keys/<int:pk>/revoke", trust_views.key_revoke, name="key_revoke"),
    path(f"{_ORG}/handover", handover_views.handover, name="handover"),
    path(f"{_ORG}/handover/<uuid:pk>/answer", handover_views.answer, name="handover_answer"),
    path(f"{_ORG}/handover/<uuid:pk>/withdraw", handover_views.withdraw, name="handover_withdraw"),
    path(f"{_ORG}/handover/<uuid:pk>/statement", handover_views.signed, name="handover_signed"),
    path(f"{_ORG}/audit", audit_views.events, name="audit"),
    path(f"{_ORG}/audit.csv", audit_views.export, name="audit_csv"),
    path(f"{_ORG}/audit.jsonl", audit_views.chain, name="audit_chain"),
    path(f"{_ORG}/audit-head.jwt", audit_views.head, name="audit_head"),
]
