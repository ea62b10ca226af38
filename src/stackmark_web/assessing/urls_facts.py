"""Addresses of imports, facts panels, re-tests, fairness."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.assessing import (
    fairness_views,
    figures_files,
    figures_views,
    import_views,
    retest_views,
)

_BASE = "manage/<slug:slug>/assessing"
_IMPORTS = f"{_BASE}/imports"
_IMPORT = f"{_IMPORTS}/<uuid:pk>"
_RETESTS = f"{_BASE}/retests"
_RETEST = f"{_RETESTS}/<uuid:pk>"
_ONE = f"{_BASE}/achievements/<uuid:achievement_id>/figures"
urlpatterns: list[URLPattern | URLResolver] = [
    path(_IMPORTS, import_views.imports, name="imports"),
    path(f"{_IMPORTS}/new", import_views.new, name="import_new"),
    path(_IMPORT, import_views.detail, name="import"),
    path(f"{_IMPORT}/confirm", import_views.confirm, name="import_confirm"),
    path(f"{_IMPORT}/drop", import_views.drop, name="import_drop"),
    path(f"{_IMPORT}/undo", import_views.undo, name="import_undo"),
    path(f"{_IMPORT}/decide", import_views.decide, name="import_decide"),
    path(f"{_IMPORT}/award", import_views.award, name="import_award"),
    path(f"{_BASE}/figures", figures_views.figures, name="figures"),
    path(_ONE, figures_views.overview, name="figures_of"),
    path(f"{_ONE}/items", figures_views.items, name="figures_items"),
    path(f"{_ONE}/markers", figures_views.markers, name="figures_markers"),
    path(f"{_ONE}/anchors", figures_views.anchors, name="anchors"),
    path(f"{_ONE}/publish", figures_views.publish, name="publish_facts"),
    path(f"{_ONE}/attempts.csv", figures_files.attempts_csv, name="attempts_csv"),
    path(f"{_ONE}/marks.csv", figures_files.marks_csv, name="marks_csv"),
    path(_RETESTS, retest_views.retests, name="retests"),
    path(f"{_RETESTS}/new", retest_views.new, name="retest_new"),
    path(_RETEST, retest_views.detail, name="retest"),
    path(f"{_RETEST}/close", retest_views.close, name="retest_close"),
    path(f"{_RETEST}/results/<uuid:invitation>", retest_views.result, name="retest_result"),
    path("assessments/retests/<uuid:pk>", retest_views.answer, name="retest_answer"),
    path(f"{_BASE}/fairness", fairness_views.report, name="fairness"),
    path(f"{_BASE}/fairness/policy", fairness_views.policy, name="fairness_policy"),
    path("assessments/declare", fairness_views.declare_list, name="declare_list"),
    path("assessments/declare/<slug:slug>", fairness_views.declare, name="declare"),
    path(
        "assessments/declare/<slug:slug>/withdraw",
        fairness_views.withdraw,
        name="declare_withdraw",
    ),
]
