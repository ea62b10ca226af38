"""Addresses of the desk; the public address of a statement is the registry's."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.accrediting import request_views, review_views, statement_views, views

app_name = "accrediting"
_DESK = "manage/<slug:slug>/accreditation"
_REVIEW = f"{_DESK}/reviews/<uuid:pk>"
urlpatterns: list[URLPattern | URLResolver] = [
    path(_DESK, views.desk, name="desk"),
    path(f"{_DESK}/new", request_views.new, name="new"),
    path(f"{_DESK}/requests/<uuid:pk>", request_views.detail, name="request"),
    path(f"{_DESK}/requests/<uuid:pk>/back", request_views.take_back, name="take_back"),
    path(_REVIEW, review_views.review, name="review"),
    path(f"{_REVIEW}/profile", review_views.choose, name="review_profile"),
    path(f"{_REVIEW}/rows", review_views.rows, name="review_rows"),
    path(f"{_REVIEW}/ask", review_views.ask, name="review_ask"),
    path(f"{_REVIEW}/decide", review_views.decide, name="review_decide"),
    path(f"{_REVIEW}/confirm", review_views.confirm, name="review_confirm"),
    path(f"{_REVIEW}/send-back", review_views.send_back, name="review_send_back"),
    path(f"{_DESK}/statements/<uuid:pk>", statement_views.detail, name="statement"),
]
