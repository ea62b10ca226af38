"""Addresses of learners' pathways, of what proves them, and of the board."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.pathways import conferral_views, progress_views, proof_views

_MINE = "my/pathways"
_ONE = f"{_MINE}/<uuid:pk>"
_BOARD = "manage/<slug:slug>/pathways/<uuid:pk>/conferral"
urlpatterns: list[URLPattern | URLResolver] = [
    path(_MINE, progress_views.home, name="home"),
    path("pathways/<uuid:pk>/follow", progress_views.follow, name="follow"),
    path(_ONE, progress_views.progress, name="progress"),
    path(f"{_ONE}/what-if", progress_views.what_if, name="what_if"),
    path(f"{_ONE}/leave", progress_views.leave, name="leave"),
    path(f"{_ONE}/versions/<uuid:version>", progress_views.compare, name="compare"),
    path(f"{_ONE}/versions/<uuid:version>/move", progress_views.move, name="move_on"),
    path(f"{_MINE}/proof/<uuid:pk>", proof_views.proof, name="proof"),
    path("pathways/completions/<uuid:pk>/<str:name>", proof_views.file, name="completion_file"),
    path("s/<str:token>/<uuid:pk>/proof/<str:name>", proof_views.shared, name="shared_proof"),
    path(_BOARD, conferral_views.board, name="conferral"),
    path(f"{_BOARD}/audit", conferral_views.audit, name="audit_everybody"),
    path(f"{_BOARD}/lists", conferral_views.make_list, name="conferral_new"),
    path(f"{_BOARD}/lists/<uuid:listed>", conferral_views.listed, name="conferral_list"),
    path(f"{_BOARD}/lists/<uuid:listed>/print", conferral_views.printed, name="conferral_print"),
    path(f"{_BOARD}/candidates/<uuid:who>", conferral_views.candidate, name="candidate"),
    path(f"{_BOARD}/candidates/<uuid:who>/confer", conferral_views.confer, name="confer"),
    path(f"{_BOARD}/candidates/<uuid:who>/refuse", conferral_views.refuse, name="refuse"),
]
