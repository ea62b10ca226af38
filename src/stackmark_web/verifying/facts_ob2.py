"""What an Open Badges 2 assertion says, as far as its badge and issuer stand in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stackmark.verification.structure import as_list
from stackmark_web.verifying import issuers, pictures
from stackmark_web.verifying.plain import plain, web_address


def facts_of_ob2(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Facts in the same form as those of newer badges; a linked badge is not fetched for it."""
    badge = tree.get("badge")
    inside: Mapping[str, Any] = badge if isinstance(badge, dict) else {}
    issuer = inside.get("issuer")
    criteria = inside.get("criteria")
    found: dict[str, Any] = {
        "holder": _holder(tree.get("recipient")),
        "issued": plain(tree.get("issuedOn")) or "",
        "expires": plain(tree.get("expires")) or "",
        "description": plain(inside.get("description")) or "",
        "narrative": plain(tree.get("narrative")) or "",
        "criteria": _member(criteria, "narrative"),
        "criteria_url": web_address(_address(criteria)),
        "skills": [_skill(one) for one in as_list(inside.get("alignment"))[:60]],
        "evidence": [_evidence(one) for one in as_list(tree.get("evidence"))[:60]],
        "image": pictures.safe(inside.get("image")),
        "achievement": plain(inside.get("id")) or "",
    }
    if isinstance(issuer, dict):
        found["issuer"] = issuers.describe(issuer.get("id"), issuer.get("name"))
    return found


def _holder(recipient: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"name": "", "by": [], "id": "", "marks": []}
    if isinstance(recipient, dict):
        kind = {"email": "emailAddress"}.get(str(recipient.get("type")), str(recipient.get("type")))
        hashed = recipient.get("hashed") is not False
        found["by"] = [{"kind": kind[:60], "hashed": hashed}]
        found["id"] = "" if hashed else plain(recipient.get("identity")) or ""
    return found


def _address(value: Any) -> Any:
    return value.get("id") if isinstance(value, dict) else value


def _member(value: Any, name: str) -> str:
    return (plain(value.get(name)) or "") if isinstance(value, dict) else ""


def _skill(one: Any) -> dict[str, str]:
    names = {"name": "targetName", "text": "targetDescription", "framework": "targetFramework"}
    found = {key: _member(one, member) for key, member in names.items()}
    return {
        **found,
        "code": _member(one, "targetCode"),
        "kind": "",
        "url": web_address(one.get("targetUrl") if isinstance(one, dict) else None),
    }


def _evidence(one: Any) -> dict[str, str]:
    return {
        "name": _member(one, "name"),
        "text": _member(one, "narrative"),
        "genre": _member(one, "genre"),
        "url": web_address(_address(one)),
    }
