"""Addresses of changes that wait for a second person."""

from __future__ import annotations

from typing import Any

app_name = "approvals"
urlpatterns: list[Any] = []
