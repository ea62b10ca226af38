"""Rules for credentials beyond JSON-LD's own (strict mode): nothing may hide or change places."""

from __future__ import annotations

from typing import Any

from stackmark.canonical.active_context import ActiveContext
from stackmark.canonical.terms import LossError, lose


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


def check_nested_context(node: dict[str, Any]) -> None:
    """Only an embedded credential or its proof brings contexts, and only by address."""
    types = node.get("type")
    names = types if types.__class__ is list else [types]
    if not {"VerifiableCredential", "EnvelopedVerifiableCredential", "DataIntegrityProof"} & {
        name for name in names if name.__class__ is str
    }:
        raise LossError("context.nested", "A @context stands inside an object of the document.")
    local = node["@context"]
    if any(one.__class__ is not str for one in (local if local.__class__ is list else [local])):
        raise LossError("context.inline", "A context is written into an embedded credential.")


def refuse_mixed_equals(values: list[Any]) -> None:
    """Trap 9: 3 and "3" in one list become one statement."""
    numbers = {str(v) for v in values if v.__class__ in (int, float, bool)}
    if numbers and any(v.__class__ is str for v in values):
        raise lose("duplicate-value", "A list mixes numbers and text, which may become equal.")
