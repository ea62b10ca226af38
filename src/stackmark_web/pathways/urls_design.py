"""Addresses of the builder, and of what is published for everybody."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.pathways import (
    design_views,
    editor_views,
    exchange_views,
    public_views,
    publish_views,
    sample_views,
    trial_views,
)

_ALL = "manage/<slug:slug>/pathways"
_ONE = f"{_ALL}/<uuid:pk>"
_DRAFT = f"{_ONE}/draft"
_TRIAL = f"{_ONE}/trials/<uuid:trial>"
urlpatterns: list[URLPattern | URLResolver] = [
    path("pathways", public_views.listing, name="list"),
    path("pathways/<uuid:pk>", public_views.pathway, name="pathway"),
    path("pathways/<uuid:pk>/<int:number>", public_views.version, name="version"),
    path("pathways/<uuid:pk>/<int:number>.json", public_views.rules_file, name="version_json"),
    path("pathways/<uuid:pk>/<int:number>.ctdl.json", public_views.ctdl_file, name="version_ctdl"),
    path("pathways/<uuid:pk>.json", public_views.rules_file, name="pathway_json"),
    path("pathways/<uuid:pk>.ctdl.json", public_views.ctdl_file, name="pathway_ctdl"),
    path(_ALL, design_views.manage, name="manage"),
    path(f"{_ALL}/new", design_views.new, name="new"),
    path(_ONE, design_views.detail, name="detail"),
    path(f"{_ONE}/do/<slug:verb>", design_views.act, name="act"),
    path(_DRAFT, editor_views.draft, name="draft"),
    path(f"{_DRAFT}/details", design_views.details, name="details"),
    path(f"{_DRAFT}/rule", editor_views.rule, name="rule"),
    path(f"{_DRAFT}/limit", editor_views.limit, name="limit"),
    path(f"{_DRAFT}/substitute", editor_views.substitute, name="substitute"),
    path(f"{_DRAFT}/move", editor_views.move, name="move"),
    path(f"{_DRAFT}/arrange", editor_views.arrange, name="arrange"),
    path(f"{_DRAFT}/files", exchange_views.files, name="files"),
    path(f"{_DRAFT}/rules.json", exchange_views.rules_file, name="draft_json"),
    path(f"{_DRAFT}/rules.ctdl.json", exchange_views.ctdl_file, name="draft_ctdl"),
    path(f"{_DRAFT}/try", sample_views.samples, name="try"),
    path(f"{_DRAFT}/try/sample", sample_views.sample, name="sample"),
    path(f"{_DRAFT}/try/everyone", trial_views.start, name="try_everyone"),
    path(_TRIAL, trial_views.detail, name="trial"),
    path(f"{_TRIAL}/progress", trial_views.progress, name="trial_progress"),
    path(f"{_TRIAL}/go-on", trial_views.go_on, name="trial_go_on"),
    path(f"{_DRAFT}/publish", publish_views.publish, name="publish"),
]
