"""Addresses of designing an assessment and setting its standard."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.assessing import design_views, judge_views, workshop_views

_BASE = "manage/<slug:slug>/assessing"
_ACHIEVEMENT = f"{_BASE}/achievements/<uuid:achievement_id>"
_ROOM = f"{_BASE}/workshops/<uuid:pk>"
urlpatterns: list[URLPattern | URLResolver] = [
    path(f"{_BASE}/design", design_views.designs, name="design_list"),
    path(f"{_ACHIEVEMENT}/setup", design_views.setup, name="setup"),
    path(f"{_BASE}/workshops", workshop_views.listed, name="workshops"),
    path(f"{_ACHIEVEMENT}/new-workshop", workshop_views.new, name="workshop_new"),
    path(_ROOM, workshop_views.workshop, name="workshop"),
    path(f"{_ROOM}/spread", workshop_views.live, name="workshop_live"),
    path(f"{_ROOM}/invite", workshop_views.invite, name="workshop_invite"),
    path(f"{_ROOM}/judges/<int:judge>/withdraw", workshop_views.withdraw, name="judge_withdraw"),
    path(f"{_ROOM}/confirm", workshop_views.confirm, name="workshop_confirm"),
    path(f"{_ROOM}/do/<slug:verb>", workshop_views.act, name="workshop_act"),
    path("judging", judge_views.judging, name="judging"),
    path("judging/<uuid:pk>", judge_views.judge, name="judge"),
    path("judging/<uuid:pk>/state", judge_views.state, name="judge_state"),
    path("judging/<uuid:pk>/withdraw", judge_views.leave, name="judge_leave"),
]
