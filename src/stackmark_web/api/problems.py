"""Whatever goes wrong, as RFC 9457 problem details.

Each kind has a stable ``type``; docs/reference/api.md lists them all.
A problem says what was wrong and where, and nothing about the inside of the server.
"""

from __future__ import annotations

import logging
import re
import traceback
import uuid
from collections.abc import Mapping
from typing import Any, Final

import orjson
from django.http import HttpResponse

_LOG: Final = logging.getLogger(__name__)
BASE: Final = "urn:stackmark:problem:"

# What pydantic tells of with the names of our own classes.
_NO_OBJECT: Final = frozenset({"model_type", "model_attributes_type", "dict_type"})

# A pattern that is nothing but the words there are.
_CHOICE: Final = re.compile(r"\^\(([a-z.|\\-]+)\)\$")
_ESCAPE: Final = "\\"

# kind: (status, title)
KINDS: Final[dict[str, tuple[int, str]]] = {
    "bad-request": (400, "The request cannot be understood"),
    "empty-body": (400, "The request has no body"),
    "invalid-cursor": (400, "The cursor is not one of ours"),
    "invalid-idempotency-key": (400, "The Idempotency-Key cannot be used"),
    "unauthorized": (401, "A valid token is needed"),
    "insufficient-scope": (403, "The token was not made for this"),
    "forbidden": (403, "The maker of the token may not do this"),
    "not-found": (404, "There is nothing here"),
    "method-not-allowed": (405, "This address does not take that method"),
    "conflict": (409, "The state of the thing does not allow this"),
    "duplicate-award": (409, "This person has this credential already"),
    "idempotency-in-flight": (409, "The first request with this key is still under way"),
    "precondition-failed": (412, "Somebody changed it in the meantime"),
    "payload-too-large": (413, "The body is too large"),
    "unsupported-media-type": (415, "This media type is not taken here"),
    "invalid": (422, "Some members cannot be as they are"),
    "rows-refused": (422, "Some rows cannot be issued"),
    "idempotency-mismatch": (422, "The key was used with another request"),
    "not-ready": (422, "The draft cannot be published yet"),
    "precondition-required": (428, "Say which state you saw, in If-Match"),
    "rate-limited": (429, "Too many requests"),
    "internal-error": (500, "A fault of the server"),
    "unavailable": (503, "The server cannot take this now"),
}


class Problem(Exception):  # noqa: N818 - it is what the caller is told
    """A request ends with this problem. ``more`` are further members of the answer."""

    def __init__(
        self,
        kind: str,
        detail: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(kind)
        self.kind, self.detail, self.more = kind, detail, more
        self.headers = dict(headers or {})

    def response(self) -> HttpResponse:
        """The answer."""
        return answer(self.kind, self.detail, headers=self.headers, **self.more)


def answer(
    kind: str, detail: str = "", *, headers: Mapping[str, str] | None = None, **more: Any
) -> HttpResponse:
    """A problem as a response."""
    status, title = KINDS[kind]
    told = {"type": BASE + kind, "title": title, "status": status}
    if detail:
        told["detail"] = detail
    response = HttpResponse(
        orjson.dumps(told | more, default=str),
        status=status,
        content_type="application/problem+json",
    )
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


def unavailable(seconds: int = 5) -> HttpResponse:
    """The database is locked or away; nothing was kept, the same request may come again."""
    return answer(
        "unavailable",
        "The database did not answer in time. Nothing was changed; send the request again.",
        headers={"Retry-After": str(seconds)},
    )


def fault(error: Exception) -> HttpResponse:
    """A fault of ours: logged where it happened, without what anybody wrote, under a number."""
    number = uuid.uuid4()
    where = "".join(traceback.format_tb(error.__traceback__))
    _LOG.error("api fault %s: %s\n%s", number, type(error).__name__, where)
    return answer(
        "internal-error",
        "It is our fault, not yours. Tell the operator the number in instance.",
        instance=f"urn:uuid:{number}",
    )


def fields(found: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The members that are wrong, each with a JSON pointer and a sentence."""
    return [{"pointer": _pointer(one["loc"]), "detail": _sentence(one)} for one in found][:100]


def _pointer(place: tuple[Any, ...]) -> str:
    """Where it stands: ``#/recipients/0/email``; of a query or path ``query.limit``."""
    kind, *rest = [str(part) for part in place] or ["body"]
    if kind in ("query", "path", "header", "cookie"):
        return f"{kind}.{'.'.join(rest[-1:])}"
    inner = rest[1:] if kind == "body" else rest  # a body is named as the view calls it
    return "#" + "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in inner)


def _sentence(one: dict[str, Any]) -> str:
    if one["type"] == "extra_forbidden":
        return f'"{str(one["loc"][-1])[:80]}" is not known here; leave it out.'
    if one["type"] in _NO_OBJECT:
        return "This has to be a JSON object."
    found = _CHOICE.fullmatch(str(one.get("ctx", {}).get("pattern", "")))
    if found:
        return f"There are {', '.join(filter(None, found[1].replace(_ESCAPE, '').split('|')))}."
    said = str(one.get("msg", "")).removeprefix("Value error, ")
    return said[:300]
