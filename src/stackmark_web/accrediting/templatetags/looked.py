"""The block "Who looked at it" for pages of other capabilities; each adds one line."""

from __future__ import annotations

from typing import Any

from django import template

from stackmark_web.accrediting import queries

register = template.Library()


@register.inclusion_tag("accrediting/parts/looked.html")
def who_looked_at_organisation(organisation: Any) -> dict[str, Any]:
    """On an organisation's page."""
    return {"looked": queries.looked_at_organisation(organisation)}


@register.inclusion_tag("accrediting/parts/looked.html")
def who_looked_at_credential(shown: Any) -> dict[str, Any]:
    """With a report on a credential whose signature is its issuer's (``verifying.Shown``).

    A record of an earlier check shows what it found then, so nothing of today is added.
    """
    return {"looked": _looked_at(shown), "anchor": shown.anchor, "inside": True}


@register.simple_tag
def label_with_signed(shown: Any) -> Any:
    """The facts label of a report, with what the block above says of quality."""
    return shown.label_with(queries.signed_of(_looked_at(shown)))


def _looked_at(shown: Any) -> list[queries.Looked]:
    """What both of the above tell of, asked for once."""
    if not shown.proven or shown.kept:
        return []
    if not hasattr(shown, "looked_at"):
        about = shown.report["credential"]
        facts = shown.facts
        shown.looked_at = queries.looked_at_credential(
            str(about["issuer"]["id"] or ""),
            str(facts.get("achievement") or ""),
            facts.get("carried") or (),
        )
    found: list[queries.Looked] = shown.looked_at
    return found
