"""Addresses of this capability."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.verifying import (
    record_views,
    register_views,
    rules_views,
    trust_views,
    views,
)

app_name = "verifying"
urlpatterns: list[URLPattern | URLResolver] = [
    path("verify", views.start, name="start"),
    path("verify/rules", rules_views.rule_set, name="rules"),
    path("verify/convert", rules_views.convert, name="convert"),
    path("verify/tables/<str:token>", views.batch, name="batch"),
    path("verify/tables/<str:token>/table.csv", views.batch_csv, name="batch_csv"),
    path("verify/tables/<str:token>/delete", views.batch_delete, name="batch_delete"),
    path("verify/tables/<str:token>/<int:number>", views.batch_item, name="batch_item"),
    path("verify/records", record_views.keep, name="keep"),
    path("verify/records/<str:token>", record_views.record, name="record"),
    path("verify/records/<str:token>/check", record_views.record_check, name="record_check"),
    path("verify/records/<str:token>/delete", record_views.record_delete, name="record_delete"),
    path("trust", trust_views.operator, name="register"),
    path("trust/register.json", trust_views.register_json, name="register_json"),
    path("trust/<uuid:entry>/remove", trust_views.operator_remove, name="register_remove"),
    path("trust/registers", register_views.operator_import, name="register_import"),
    path("trust/registers/<uuid:entry>/remove", register_views.operator_drop, name="register_drop"),
    path(
        "manage/<slug:slug>/trust/registers",
        register_views.organisation_import,
        name="trust_import",
    ),
    path(
        "manage/<slug:slug>/trust/registers/<uuid:entry>/remove",
        register_views.organisation_drop,
        name="trust_drop",
    ),
    path("manage/<slug:slug>/trust/signed", register_views.organisation_sign, name="trust_sign"),
    path("manage/<slug:slug>/trust", trust_views.organisation, name="trust"),
    path(
        "manage/<slug:slug>/trust/<uuid:entry>/remove",
        trust_views.organisation_remove,
        name="trust_remove",
    ),
]
