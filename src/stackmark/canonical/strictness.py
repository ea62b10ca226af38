"""Rules for credentials beyond JSON-LD's own (strict mode): nothing may hide or change places."""

from __future__ import annotations

from typing import Any, Final

import orjson

from stackmark.canonical.active_context import ActiveContext
from stackmark.canonical.terms import LossError, lose

_DIGESTS: Final = frozenset({"digestSRI", "digestMultibase"})
_SEAL: Final = _DIGESTS | {"mediaType"}


def is_class(context: ActiveContext, name: str, iri: str) -> bool:
    """Whether a member is spelled as the type that shares its IRI (Image for image)."""
    return any(
        term.iri == iri and other != name and other[0].islower()
        for other, term in context.terms.items()
    )


def is_credential(types: Any) -> bool:
    """Whether an embedded object is a credential that is proven on its own.

    Its ids are no concern of the outer document: a part that does not hold refuses the whole.
    An endorsement may fail and only warn, so it stays within the outer document's rule.
    """
    names = types if types.__class__ is list else [types]
    return "VerifiableCredential" in names and "EndorsementCredential" not in names


def only_endorses(node: dict[str, Any]) -> bool:
    """Whether a node is the subject of an embedded endorsement and says nothing else.

    Such a node may share its id with what it endorses: its one member is undefined elsewhere,
    and no member of another object is allowed in it, so nothing can change places.
    """
    return node.get("type") in (["EndorsementSubject"], "EndorsementSubject") and not (
        node.keys() - {"id", "type", "endorsementComment"}
    )


def check_nested_context(node: dict[str, Any], *, inline: bool = False) -> None:
    """Only an embedded credential or its proof brings contexts, and only by address."""
    types = node.get("type")
    names = types if types.__class__ is list else [types]
    if not {"VerifiableCredential", "EnvelopedVerifiableCredential", "DataIntegrityProof"} & {
        name for name in names if name.__class__ is str
    }:
        raise LossError("context.nested", "A @context stands inside an object of the document.")
    local = node["@context"]
    allowed = (str, dict) if inline else (str,)
    if any(one.__class__ not in allowed for one in (local if local.__class__ is list else [local])):
        raise LossError("context.inline", "A context is written into an embedded credential.")


def refuse_mixed_equals(values: list[Any]) -> None:
    """Trap 9: 3 and "3" in one list become one statement."""
    numbers = {str(v) for v in values if v.__class__ in (int, float, bool)}
    if numbers and any(v.__class__ is str for v in values):
        raise lose("duplicate-value", "A list mixes numbers and text, which may become equal.")


class Described:
    """Which object describes which id: a signature does not fix which of two holds a member.

    One pair may share an id: an entry of ``relatedResource`` that says digests and media type
    only, and one other object that says neither (evidence and its seal). No member of one is
    allowed in the other then, so nothing can change places. ``root`` is the document's own id.
    """

    def __init__(self) -> None:
        self.root: str | None = None
        self._nodes: dict[tuple[Any, ...], dict[str, Any]] = {}
        self._seals: set[int] = set()

    def find_seals(self, node: dict[str, Any]) -> None:
        """Remember the entries of a ``relatedResource`` that are seals and nothing else."""
        related = node["relatedResource"]
        for one in related if related.__class__ is list else [related]:
            if one.__class__ is dict and one.keys() & _DIGESTS and not one.keys() - _SEAL - {"id"}:
                self._seals.add(id(one))

    def note(self, key: tuple[int, str, str], node: dict[str, Any]) -> None:
        """One more object about an id; ``key`` is its scope, graph and subject."""
        sealing = id(node) in self._seals
        root = key[2][1:-1] == self.root and not key[0]
        if not sealing or root:
            self._once((*key, "itself"), node, root=root)
        if sealing or node.keys() & _SEAL:
            self._once((*key, "seal"), node, root=root)

    def _once(self, key: tuple[Any, ...], node: dict[str, Any], *, root: bool) -> None:
        there = self._nodes.setdefault(key, node)
        if there is node or (not root and orjson.dumps(there) == orjson.dumps(node)):
            return
        own = "the credential's own id" if root else "an id"
        raise lose(
            "described-twice",
            f"{key[2]} is {own} and is described in two places, so that a signature does "
            "not fix which place a member belongs to; give each object its own id.",
        )
