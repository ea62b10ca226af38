"""Health, readiness and metrics."""

from __future__ import annotations

from typing import Any

app_name = "operations"
urlpatterns: list[Any] = []
