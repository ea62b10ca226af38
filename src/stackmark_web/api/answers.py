"""Answers as JSON bytes, the same each time for the same thing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from django.http import HttpResponse


def json(
    body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """A JSON response."""
    response = HttpResponse(
        orjson.dumps(body, default=str), status=status, content_type="application/json"
    )
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


def nothing() -> HttpResponse:
    """Done, and there is nothing to say."""
    response = HttpResponse(status=204)
    del response.headers["Content-Type"]
    return response


def moment(value: datetime | None) -> str | None:
    """A time as RFC 3339 in UTC, to the microsecond kept."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None
