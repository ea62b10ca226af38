"""The type addresses of LER-RS, and the words for our kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Json = dict[str, Any]

TYPE: Final = "http://schema.hropenstandards.org/4.4/recruiting/json/ler-rs/LER-RSType.json"
TYPES: Final = frozenset(
    {TYPE, "http://schema.hropenstandards.org/4.5/recruiting/json/LER-RSType.json"}
)
KINDS: Final = {
    "digital-badge": "Digital badge",
    "certificate": "Certificate",
    "nano-degree-part": "Part of a nano-degree",
    "micro-certification": "Micro-certification",
}


def is_ler(tree: Any) -> bool:
    """Whether an object is an LER-RS document, by its type."""
    return isinstance(tree, Mapping) and tree.get("type") in tuple(TYPES)


def kept(members: Json) -> Json:
    """Only what is known."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}
