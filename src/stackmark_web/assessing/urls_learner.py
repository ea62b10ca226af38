"""Addresses of a learner's applications and attempts."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.assessing import apply_views, attempt_views, data_views, telling_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("assessments", apply_views.mine, name="mine"),
    path("assessments/export", data_views.export, name="export"),
    path("assessments/apply/<uuid:achievement_id>", apply_views.apply, name="apply"),
    path("assessments/applications/<uuid:pk>", apply_views.application, name="application"),
    path("assessments/applications/<uuid:pk>/withdraw", apply_views.withdraw, name="withdraw"),
    path("assessments/applications/<uuid:pk>/begin", apply_views.begin, name="begin"),
    path("assessments/attempts/<uuid:pk>", attempt_views.attempt, name="attempt"),
    path("assessments/attempts/<uuid:pk>/add", attempt_views.add, name="add"),
    path("assessments/attempts/<uuid:pk>/submit", attempt_views.submit, name="submit"),
    path("assessments/attempts/<uuid:pk>/receipt.txt", data_views.receipt, name="receipt"),
    path("assessments/pieces/<uuid:pk>/remove", attempt_views.remove, name="remove"),
    path("assessments/attempts/<uuid:pk>/tell", telling_views.tell, name="tell"),
    path("assessments/attempts/<uuid:pk>/appeal", telling_views.appeal, name="appeal"),
    path(
        "assessments/attempts/<uuid:pk>/appeal/withdraw",
        telling_views.withdraw_appeal,
        name="appeal_withdraw",
    ),
    path("assessments/told/<uuid:pk>/withdraw", telling_views.take_back, name="tell_withdraw"),
    path("assessments/cases/<uuid:pk>/answer", telling_views.answer, name="case_answer"),
    path("evidence/<uuid:pk>", data_views.evidence, name="evidence"),
]
