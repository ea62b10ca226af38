"""Verifiable presentations: the holder's proof, and every credential inside on its own.

VC Data Model 2.0 section 4.13, Data Integrity 1.0 section 4.4 (authentication), VC-JOSE-COSE
1.0 section 3.1.2 for tokens. "All of nothing" is not true: an empty presentation is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from stackmark.canonical.nquads import IRI
from stackmark.errors import CheckFailed, CouldNotTell
from stackmark.proofs.jose import check_signature
from stackmark.proofs.suites import Canonicals
from stackmark.reading.received import Received, types_of
from stackmark.verification.case import Case
from stackmark.verification.proving import Expected, Signed, check_proofs, list_proofs
from stackmark.verification.report import IssuerTrust, Report, Subject, not_applicable, passed
from stackmark.verification.structure import as_list, check_context
from stackmark.verification.tokens import check_claims, unwrap

if TYPE_CHECKING:
    from stackmark.verification.verifier import Verifier

_NOT_ASKED: Final = ("schema", "validity", "status", "refresh", "related", "endorsements", "trust")


def verify_presentation(verifier: Verifier, received: Received, *, depth: int) -> Report:
    """The report on a presentation; its credentials are the ``parts``."""
    case = Case()
    case.add(passed("read", "Read as a presentation."))
    for code in _NOT_ASKED:
        case.add(not_applicable(code, "Asked of each credential inside."))
    tree: Mapping[str, Any] = received.tree
    parts: tuple[Report, ...] = ()
    try:
        claims, profile = tree, "di"
        if received.jws is not None:
            profile, tree = unwrap(received.jws, tree)
        holder = check_shape(tree, depth, empty=verifier.w3c_only)
        case.add(passed("format", "It is a presentation."))
        word = check_context(tree, types=[], inline=verifier.w3c_only)
        case.add(passed("context", word))
        signed = _signatures(verifier, received, tree, claims, profile, holder)
        case.add(passed("lossless", "Nothing in it is lost."))
        case.add(passed("proof", "The holder's signature fits."))
        verifier.owners(case, signed, holder or signed[0].key.owner)
        inner = as_list(tree.get("verifiableCredential"))
        parts = verifier.inner(case, inner, depth)
        case.run("recipient", lambda: _check_holder(parts, holder or signed[0].key.owner))
        _use_challenge(verifier, case)
    except (CheckFailed, CouldNotTell) as error:
        case.fault("proof", error)
    issuer = tree.get("holder")
    subject = Subject(
        id=tree.get("id") if isinstance(tree.get("id"), str) else None,
        types=tuple(types_of(tree)),
        issuer_id=issuer if isinstance(issuer, str) else None,
        issuer_trust=_trust(parts),
    )
    return verifier.report(case, subject, received.format, parts)


def check_shape(tree: Mapping[str, Any], depth: int, *, empty: bool = False) -> str | None:
    """VC DM 2.0 section 4.13; returns the holder's id, if one is named.

    ``empty`` lets a presentation pass that holds nothing. Raises ``CheckFailed`` ``format.…``.
    """
    if depth:
        raise CheckFailed("format.nested", "A presentation stands inside another document.")
    if "VerifiablePresentation" not in types_of(tree):
        raise CheckFailed("format.type", "Its type does not say VerifiablePresentation.")
    inner = as_list(tree.get("verifiableCredential"))
    if not inner and not empty:
        raise CheckFailed("format.empty", "The presentation holds no credential.")
    if any(isinstance(one, dict) and "VerifiablePresentation" in types_of(one) for one in inner):
        raise CheckFailed("format.nested", "A presentation stands inside a presentation.")
    holder = tree.get("holder")
    found = holder.get("id") if isinstance(holder, dict) else holder
    named = "holder" in tree
    if named and (not isinstance(found, str) or not IRI.match(found)):
        raise CheckFailed("format.holder", "The holder is no URL.")
    return found


def _signatures(
    verifier: Verifier,
    received: Received,
    tree: Mapping[str, Any],
    claims: Mapping[str, Any],
    profile: str,
    holder: str | None,
) -> list[Signed]:
    if received.jws is not None:
        return [_token(verifier, received, tree, claims, profile, holder)]
    unsecured = {name: value for name, value in tree.items() if name != "proof"}
    return check_proofs(
        unsecured,
        list_proofs(tree),
        Canonicals(unsecured, inline=verifier.w3c_only, stated=_stated(verifier, unsecured)),
        ring=verifier.ring,
        now=verifier.now,
        expected=Expected("authentication", verifier.challenge, verifier.domain),
    )


def _stated(verifier: Verifier, unsecured: dict[str, Any]) -> dict[str, Any]:
    """What RDF is to say of it: an empty list of credentials says what none says, namely nothing.

    Where a presentation may hold none at all, only the empty list itself could come or go unseen.
    """
    if verifier.w3c_only and unsecured.get("verifiableCredential") == []:
        return {name: one for name, one in unsecured.items() if name != "verifiableCredential"}
    return unsecured


def _token(
    verifier: Verifier,
    received: Received,
    tree: Mapping[str, Any],
    claims: Mapping[str, Any],
    profile: str,
    holder: str | None,
) -> Signed:
    assert received.jws is not None
    owner = holder or claims.get("iss")
    if not isinstance(owner, str):
        raise CheckFailed("format.holder", "The presentation does not say who holds it.")
    _check_replay(verifier, claims)
    if "aud" in claims:
        claims = {name: value for name, value in claims.items() if name != "aud"}
    used = check_claims(claims, {**tree, "issuer": owner}, profile=profile, now=verifier.now)
    kid = received.jws.header.get("kid")
    key = verifier.ring.for_token(kid, owner, "authentication")
    check_signature(received.jws, key.public)
    return Signed(key, used)


def _check_replay(verifier: Verifier, claims: Mapping[str, Any]) -> None:
    for name, wanted in (("nonce", verifier.challenge), ("aud", verifier.domain)):
        if name not in claims and wanted is None:
            continue
        if wanted is None:
            raise CouldNotTell(
                "proof.challenge", f"The token answers a {name}; say which you gave."
            )
        if claims.get(name) != wanted:
            raise CheckFailed("proof.challenge", f"The token answers another {name}.")


def _trust(parts: tuple[Report, ...]) -> IssuerTrust:
    """How the issuers of all credentials inside stand: the weakest counts."""
    found = {part.credential.issuer_trust for part in parts}
    if found == {"known"}:
        return "known"
    return "out-of-scope" if "out-of-scope" in found else "unknown"


def _use_challenge(verifier: Verifier, case: Case) -> None:
    """A challenge serves once; whoever keeps several verifiers must keep used ones as well."""
    challenge = verifier.challenge
    if challenge is None or case.failed:
        return
    if challenge in verifier.answered:
        raise CheckFailed("proof.challenge-used", "The challenge was answered before.")
    verifier.answered.add(challenge)


def _check_holder(parts: tuple[Report, ...], holder: str) -> str:
    """Holder binding: whoever presents must be whom each credential is about."""
    for part in parts:
        about = part.credential.recipient
        if about is not None and about != holder:
            raise CheckFailed(
                "recipient.holder", f"A credential inside is about {about[:120]}, not the holder."
            )
    return "Each credential inside is about the holder, or names nobody by id."
