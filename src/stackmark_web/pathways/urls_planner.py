"""Addresses of plans and role profiles."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.pathways import planner_views as plans
from stackmark_web.pathways import role_views as roles

_ROLES = "manage/<slug:slug>/roles"

urlpatterns: list[URLPattern | URLResolver] = [
    path("plan", plans.plan, name="plan"),
    path("plan/save", plans.save, name="plan_save"),
    path("plans", plans.plans, name="plans"),
    path("plans/<uuid:pk>", plans.saved, name="plan_saved"),
    path("plans/<uuid:pk>/follow", plans.follow, name="plan_follow"),
    path("plans/<uuid:pk>/again", plans.replan, name="plan_again"),
    path("plans/<uuid:pk>/delete", plans.delete, name="plan_delete"),
    path("roles/<uuid:pk>", roles.role, name="role"),
    path(_ROLES, roles.roles, name="roles"),
    path(f"{_ROLES}/frameworks", roles.frameworks, name="frameworks"),
    path(f"{_ROLES}/frameworks/<uuid:pk>/delete", roles.framework_delete, name="framework_delete"),
    path(f"{_ROLES}/new", roles.new, name="role_new"),
    path(f"{_ROLES}/<uuid:pk>", roles.edit, name="role_edit"),
    path(f"{_ROLES}/<uuid:pk>/skills", roles.skills, name="role_skills"),
    path(f"{_ROLES}/<uuid:pk>/publish", roles.publish, name="role_publish"),
    path(f"{_ROLES}/<uuid:pk>/delete", roles.delete, name="role_delete"),
]
