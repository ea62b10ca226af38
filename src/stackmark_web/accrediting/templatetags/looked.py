"""The block "Who looked at it" for pages of other capabilities; each adds one line."""

from __future__ import annotations

from typing import Any

from django import template

from stackmark_web.accrediting import queries

register = template.Library()


@register.inclusion_tag("accrediting/parts/looked.html")
def who_looked_at_version(version: Any) -> dict[str, Any]:
    """On an achievement's page."""
    return {"looked": queries.looked_at_version(version)}


@register.inclusion_tag("accrediting/parts/looked.html")
def who_looked_at_organisation(organisation: Any) -> dict[str, Any]:
    """On an organisation's page."""
    return {"looked": queries.looked_at_organisation(organisation)}


@register.inclusion_tag("accrediting/parts/looked.html")
def who_looked_at_credential(shown: Any) -> dict[str, Any]:
    """With a report on a credential whose signature is its issuer's (``verifying.Shown``).

    A record of an earlier check shows what it found then, so nothing of today is added.
    """
    if not shown.proven or shown.kept:
        return {"looked": []}
    about = shown.report["credential"]
    facts = shown.facts
    return {
        "looked": queries.looked_at_credential(
            str(about["issuer"]["id"] or ""),
            str(facts.get("achievement") or ""),
            facts.get("carried") or (),
        ),
        "anchor": shown.anchor,
        "inside": True,
    }
