"""Addresses of sheets; part of ``awarding``."""

from __future__ import annotations

from django.urls import path, re_path

from stackmark_web.awarding import sheet_views as views

_BASE = "manage/<slug:slug>/awards/sheets"
_ONE = f"{_BASE}/<uuid:pk>"
urlpatterns = [
    path(_BASE, views.listing, name="sheets"),
    path(f"{_BASE}/new", views.upload, name="sheet_new"),
    re_path(
        r"^manage/(?P<slug>[-\w]+)/awards/sheets/template\.(?P<form>csv|xlsx)$",
        views.template,
        name="sheet_template",
    ),
    path(_ONE, views.rows, name="sheet"),
    path(f"{_ONE}/columns", views.columns, name="sheet_columns"),
    path(f"{_ONE}/questions", views.questions, name="sheet_questions"),
    path(f"{_ONE}/bad.csv", views.bad, name="sheet_bad"),
    path(f"{_ONE}/choices", views.choices, name="sheet_choices"),
    path(f"{_ONE}/confirm", views.confirm, name="sheet_confirm"),
    path(f"{_ONE}/drop", views.drop, name="sheet_drop"),
    path(f"{_ONE}/report", views.report, name="sheet_report"),
    path(f"{_ONE}/report.csv", views.report_csv, name="sheet_report_csv"),
]
