"""The sentences of single steps, and small questions the verifier asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stackmark.errors import CheckFailed, CouldNotTell
from stackmark.ports import Fetcher
from stackmark.proofs.suites import Canonicals
from stackmark.reading.received import Received, types_of
from stackmark.verification.binding import check_owner
from stackmark.verification.proving import Signed
from stackmark.verification.related import check_related
from stackmark.verification.structure import check_format, issuer_id
from stackmark.verification.tokens import unwrap


def open_received(received: Received) -> tuple[Mapping[str, Any], Mapping[str, Any], str]:
    """The credential, the claims beside it, and the profile."""
    if received.jws is None:
        return received.tree, {}, "di"
    profile, tree = unwrap(received.jws, received.tree)
    return tree, received.tree, profile


def describe_read(received: Received) -> str:
    """How it was read."""
    what = "a token" if received.jws is not None else "JSON"
    if received.baked is not None:
        return f"Read as {what} out of {received.baked.container.upper()}, {received.baked.place}."
    return f"Read as {what}."


def has_issuer(tree: Mapping[str, Any]) -> bool:
    """Whether the issuer has an id at all."""
    try:
        issuer_id(tree)
    except CheckFailed:
        return False
    return True


def describe_format(tree: Mapping[str, Any]) -> str:
    """Step format: what it is; raises as ``check_format``."""
    check_format(tree)
    return f"It is a {' and '.join(types_of(tree))}."


def describe_lossless(canonicals: Canonicals) -> str:
    """Step lossless: how much is signed."""
    return f"All of it becomes {canonicals.statements()} statements; nothing is lost."


def describe_proof(received: Received, signed: list[Signed]) -> str:
    """Step proof: which signatures fit."""
    if received.jws is not None:
        return f"The {received.jws.header['alg']} signature fits the token."
    return f"{len(signed)} signature{'s fit' if len(signed) > 1 else ' fits'} the document."


def refuse_owner(signed: Signed, owner: str) -> str:
    """Raises ``CheckFailed``: the key is somebody else's."""
    check_owner(signed.key, owner)
    return ""


def describe_related(
    tree: Mapping[str, Any], at_hand: Fetcher, strangers: Sequence[str] = ()
) -> str:
    """Step related; raises as ``check_related``, or ``related.not-at-hand``.

    ``strangers`` are files given as evidence that none of its seals fits: ``related.unmatched``.
    """
    compared, missing = check_related(tree, at_hand)
    if strangers:
        told = ", ".join(one[:80] for one in strangers[:5])
        raise CouldNotTell(
            "related.unmatched",
            f"No digest in the credential fits {told}: it is another file, or it was changed.",
        )
    if missing:
        raise CouldNotTell("related.not-at-hand", f"{missing} related resource(s) are not at hand.")
    return f"{compared} related resource(s) are as they were signed."
