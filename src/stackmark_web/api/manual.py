"""The description as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stackmark_web.api import description


@dataclass(frozen=True, slots=True)
class Member:
    """A parameter or a member of a body."""

    name: str
    kind: str
    needed: bool
    note: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked for."""

    name: str
    method: str
    path: str
    summary: str
    text: str
    scope: str
    public: bool
    parameters: list[Member]
    body: list[Member]
    answers: list[str]


def parts() -> list[tuple[str, list[Operation]]]:
    """The operations under the names of their parts."""
    found: dict[str, list[Operation]] = {}
    whole = description.document()
    for path, method, one in description.operations(whole):
        found.setdefault(one["tags"][0], []).append(_operation(whole, path, method, one))
    return list(found.items())


def _operation(whole: dict[str, Any], path: str, method: str, one: dict[str, Any]) -> Operation:
    content = one.get("requestBody", {}).get("content", {})
    shown = content.get("application/json") or content.get("multipart/form-data") or {}
    summary, text = one["summary"], one.get("description", "")
    return Operation(
        name=one["operationId"],
        method=method.upper(),
        path=path,
        summary=summary,
        text="" if text.rstrip(".") == summary.rstrip(".") else text,
        scope=one["x-scope"],
        public={} in one["security"],
        parameters=[_parameter(whole, each) for each in one["parameters"]],
        body=members(whole, shown.get("schema", {})),
        answers=sorted(code for code in one["responses"] if code[0] == "2"),
    )


def _parameter(whole: dict[str, Any], one: dict[str, Any]) -> Member:
    note = one.get("description", "")
    return Member(one["name"], _kind(whole, one["schema"]), one.get("required", False), note)


def members(whole: dict[str, Any], schema: dict[str, Any]) -> list[Member]:
    """The members of a body, those that must be there first."""
    schema = _resolved(whole, schema)
    needed = schema.get("required", [])
    rows = [
        Member(name, _kind(whole, one), name in needed, one.get("description", ""))
        for name, one in schema.get("properties", {}).items()
    ]
    return sorted(rows, key=lambda row: not row.needed)


def _resolved(whole: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return dict(whole["components"]["schemas"][name]) if name else schema


def _kind(whole: dict[str, Any], schema: dict[str, Any]) -> str:
    for one in schema.get("anyOf", []):
        if one.get("type") != "null":
            return _kind(whole, one)
    if "items" in schema:
        return f"list of {_kind(whole, schema['items'])}"
    if "$ref" in schema:
        return _resolved(whole, schema).get("title", "object").removesuffix("In").lower()
    return str(schema.get("format") or schema.get("type") or "any")
