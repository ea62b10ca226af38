"""The OpenAPI description: what django-ninja finds, and what all our routes have in common."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from ninja.openapi.schema import get_schema

from stackmark_web.api import calling, problems, shapes
from stackmark_web.api.routes.checks import MEDIA
from stackmark_web.api.v1 import API

Json = dict[str, Any]
_METHODS: Final = ("get", "post", "put", "patch", "delete")
_ALWAYS: Final = (400, 401, 403, 404, 405, 413, 422, 429, 500, 503)
_KEY: Final[Json] = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "Any text of your own, such as a UUID: the request is then done once.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}
_MATCH: Final[Json] = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag of the draft you read.",
    "schema": {"type": "string", "pattern": "^[ -~]{1,200}$"},
}
_BYTES: Final[Json] = {"type": "string", "format": "binary"}


@lru_cache(maxsize=1)
def document() -> Json:
    """The description, made once a process."""
    found: Json = json.loads(json.dumps(get_schema(API, path_prefix="api/v1/")))
    found["components"]["schemas"]["Problem"] = problem_schema()
    found["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    found["servers"] = [{"url": "/"}]
    scopes = scopes_by_name()
    for _path, method, operation in operations(found):
        _complete(operation, method, *scopes[operation["operationId"]])
    return found


def operations(found: Json) -> Iterator[tuple[str, str, Json]]:
    """Each operation with its path and method, in the order of the description."""
    for path, methods in found["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield path, method, methods[method]


def scopes_by_name() -> dict[str, tuple[str, bool]]:
    """The scope of each operation, and whether it is open without a token."""
    found = {}
    for bound in API._get_bound_routers():  # noqa: SLF001 - ninja has no other way to its routes
        for view in bound.path_operations.values():
            for one in view.operations:
                auth = one.auth_callbacks[0]
                found[str(one.operation_id)] = (auth.scope, auth.optional)
    return found


def _complete(operation: Json, method: str, scope: str, optional: bool) -> None:  # noqa: FBT001
    name = operation["operationId"]
    operation["security"] = [{"bearer": []}, *([{}] if optional else [])]
    operation["x-scope"] = scope
    if name in calling.CREATES:
        operation["parameters"].append(_KEY)
        operation["responses"]["409"] = _problem(409)
    if name == "draft_save":
        operation["parameters"].append(_MATCH)
        operation["responses"] |= {"412": _problem(412), "428": _problem(428)}
    if method in ("post", "put", "patch", "delete"):
        operation["responses"] |= {"409": _problem(409), "415": _problem(415)}
    if method == "get":
        operation["responses"]["304"] = {"description": "You have it already (If-None-Match)"}
    if name == "verify":
        media = {kind: {"schema": _BYTES} for kind in sorted(MEDIA)}
        operation["requestBody"] = {"required": True, "content": media | _form()}
    if name == "award_document":
        kind = {"application/vc+ld+json": {"schema": {"type": "object"}}}
        operation["responses"]["200"] = {"description": "The credential", "content": kind}
    for status in _ALWAYS:
        operation["responses"].setdefault(str(status), _problem(status))


def _form() -> Json:
    parts = {"file": _BYTES, "recipient": {"type": "string", "maxLength": 320}}
    schema = {
        "type": "object",
        "required": ["file"],
        "properties": parts,
        "additionalProperties": False,
    }
    return {"multipart/form-data": {"schema": schema}}


def _problem(status: int) -> Json:
    titles = [title for code, title in problems.KINDS.values() if code == status]
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": "; ".join(titles),
        "content": {"application/problem+json": {"schema": schema}},
    }


def problem_schema() -> Json:
    """A problem; further members are those docs/reference/api.md names."""
    made = shapes.ProblemOut.model_json_schema()
    made["properties"]["type"]["pattern"] = f"^{re.escape(problems.BASE)}[a-z-]+$"
    return made
