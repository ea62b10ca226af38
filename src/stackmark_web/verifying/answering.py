"""Responses that every view of this capability gives: private, and refusals in plain words."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def private(response: HttpResponse) -> HttpResponse:
    """An answer for whoever asked: in no cache and in no search engine."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def page(
    request: HttpRequest, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A private page of this capability."""
    return private(render(request, f"verifying/{name}.html", context, status=status))


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """One network asked for too much; when it may ask again."""
    minutes = max(1, -(-seconds // 60))
    response = page(request, "too_many", {"minutes": minutes}, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response
