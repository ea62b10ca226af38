"""Tags of assessing for its own pages and those of other capabilities; each adds one line."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import ngettext

from stackmark_web.assessing import queries_learner, wording_learner
from stackmark_web.ui.text import best_text

register = template.Library()


@register.inclusion_tag("assessing/learner/parts/apply_link.html")
def apply_link(version: Any, offering: Any = None, *, small: bool = False) -> dict[str, Any]:
    """A link to apply where the organisation takes applications; nothing elsewhere."""
    return {
        "achievement_id": version.achievement_id,
        "offering": offering,
        "shown": queries_learner.takes_applications(version),
        "small": small,
    }


@register.filter
def size(count: int) -> str:
    """Bytes as people say them."""
    return wording_learner.size(count)


@register.filter
def score(value: float | None) -> str:
    """A percent to one decimal, as it is told to people; the exact one decides."""
    return "–" if value is None else f"{value:.1f} %"


@register.filter
def points(value: Any) -> str:
    """Points of a level; they need not be whole."""
    number = int(value) if value == int(value) else 2
    return ngettext("%s point", "%s points", number) % f"{value:g}"


@register.filter
def said(texts: Any) -> str:
    """A text of the plan in the reader's language."""
    return best_text(texts)


@register.filter
def of(mapping: Any, key: str) -> Any:
    """The entry of a mapping; empty without one."""
    return (mapping or {}).get(key, "")
