"""Lists in pages behind opaque, signed cursors (docs/reference/api.md#lists).

A cursor holds the place of the last row shown, not a number of rows: what is added meanwhile
neither hides a row nor shows one twice. It belongs to one list with its filters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.core import signing
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse

from stackmark_web.api.answers import json
from stackmark_web.api.problems import Problem

MOST: Final = 200
USUAL: Final = 50
_SALT: Final = "stackmark.api.cursor"


def page(
    request: HttpRequest,
    rows: QuerySet[Any],
    shown: Callable[[Any], dict[str, Any]],
    *,
    limit: int,
    cursor: str,
    by: str = "created_at",
    newest: bool = True,
    scope: str = "",
) -> HttpResponse:
    """One page of ``rows`` by ``by`` and primary key; ``scope`` says besides whose list it is."""
    name = _name(request, scope, by)
    found = list(_after(rows, cursor, name, by, newest=newest)[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    following = _cursor(found[-1], name, by) if more else None
    body = {"data": [shown(one) for one in found], "next_cursor": following, "next": None}
    response = json(body)
    if following is not None:
        url = _next(request, following)
        response = json(body | {"next": url})
        response.headers["Link"] = f'<{url}>; rel="next"'
    return response


def _after(rows: QuerySet[Any], cursor: str, name: str, by: str, *, newest: bool) -> QuerySet[Any]:
    sign = "-" if newest else ""
    ordered = (
        rows.order_by(f"{sign}{by}", f"{sign}pk") if by != "pk" else rows.order_by(f"{sign}pk")
    )
    if not cursor:
        return ordered
    place, pk = _place(cursor, name)
    than = "lt" if newest else "gt"
    if by == "pk":
        return ordered.filter(**{f"pk__{than}": pk})
    value: Any = datetime.fromisoformat(place) if "T" in place else int(place)
    return ordered.filter(Q(**{f"{by}__{than}": value}) | Q(**{by: value, f"pk__{than}": pk}))


def _place(cursor: str, name: str) -> tuple[str, str]:
    try:
        kind, place, pk = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise Problem("invalid-cursor", "Use next as it was given.") from None
    if kind != name:
        raise Problem("invalid-cursor", "This cursor belongs to another list or other filters.")
    return place, pk


def _cursor(row: Any, name: str, by: str) -> str:
    value = getattr(row, by)
    place = value.isoformat() if isinstance(value, datetime) else str(value)
    return signing.dumps([name, place, str(row.pk)], salt=_SALT)


def _name(request: HttpRequest, scope: str, by: str) -> str:
    """Which list this is: address, filters and organisation."""
    asked = sorted((k, v) for k, v in request.GET.items() if k not in ("cursor", "limit"))
    text = f"{request.path} {asked} {scope} {by}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _next(request: HttpRequest, cursor: str) -> str:
    query = {name: value for name, value in request.GET.items() if name != "cursor"}
    return f"{request.path}?{urlencode(query | {'cursor': cursor})}"
