"""Judging sealed documents (JAdES): whether the seal fits, whose it is, and what is not told here.

A seal covers the bytes, so it needs no canonical form; but the terms of ELM are defined by a
context that is not pinned here, and its shapes are SHACL: both stay open and keep the verdict from
being more than could-not-tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from stackmark.errors import CheckFailed, CouldNotTell
from stackmark.keys import certificates
from stackmark.proofs import jades
from stackmark.reading.received import Received, types_of
from stackmark.verification.case import Case
from stackmark.verification.recipient import check_recipient
from stackmark.verification.report import (
    STEPS,
    Check,
    Report,
    Subject,
    could_not_tell,
    not_applicable,
    passed,
)
from stackmark.verification.structure import as_list
from stackmark.verification.validity import check_validity

if TYPE_CHECKING:
    from stackmark.verification.verifier import Verifier

_ELM = "EuropeanDigitalCredential"


def verify_sealed(verifier: Verifier, received: Received) -> Report:
    """The report on a sealed document: every step has an answer, also where it is an open one."""
    assert received.seal is not None
    case, tree = Case(), received.tree
    case.add(passed("read", "Read as a JWS in JSON form with the certificate of who sealed it."))
    _shape(case, tree)
    _seal(case, verifier, received.seal, tree)
    dates: dict[str, Any] = {n: tree[n] for n in ("validFrom", "validUntil") if n in tree}
    case.run("validity", lambda: check_validity(dates, verifier.now))
    _status(case, tree)
    _around(case, verifier, tree)
    return verifier.report(case, describe(tree), received.format)


def _shape(case: Case, tree: Mapping[str, Any]) -> None:
    if _ELM in types_of(tree):
        case.add(passed("format", "It is a sealed document of the European Learning Model."))
    else:
        types = ", ".join(types_of(tree))[:120] or "without a type"
        sentence = f"A sealed document ({types}) is not judged here."
        case.add(could_not_tell("format", "format.sealed", sentence))
    case.add(
        could_not_tell(
            "context",
            "context.elm",
            "The context of the European Learning Model is not pinned here; its terms are read "
            "by name.",
        )
    )
    sentence = "Its shapes are SHACL, which is not evaluated here; see `stackmark seal --check`."
    case.add(could_not_tell("schema", "schema.shacl", sentence))
    case.add(passed("lossless", "A seal covers every byte of the document."))


def _seal(case: Case, verifier: Verifier, seal: jades.Seal, tree: Mapping[str, Any]) -> None:
    """Steps proof, issuer-key and key-time, as the seal's rows answer them."""
    for row in jades.judge(seal, anchors=verifier.anchors, now=verifier.now):
        clause = STEPS[row.code][1]
        case.add(Check(row.code, row.outcome, row.reason, row.detail, clause))  # type: ignore[arg-type]
    if case.checks["proof"].outcome == "passed":
        certificate = jades.chain_of(seal)[0]
        try:
            check_issuer(tree, certificate)
        except CouldNotTell as error:
            case.fault("issuer-key", error)


def check_issuer(tree: Mapping[str, Any], certificate: certificates.Certificate) -> None:
    """Whether the certificate is that of the issuer whom the document names.

    Raises ``CouldNotTell`` ``issuer-key.other-body`` when neither its number nor its name is.
    """
    issuer = tree.get("issuer")
    issuer = issuer if isinstance(issuer, Mapping) else {}
    numbers = {
        str(one.get("notation"))
        for name in ("eIDASIdentifier", "vatIdentifier", "registration", "taxIdentifier")
        for one in as_list(issuer.get(name))
        if isinstance(one, Mapping)
    }
    names = set(_texts(issuer.get("legalName")))
    number, name = certificates.organisation(certificate)
    if number in numbers or name in names:
        return
    shown = next(iter(sorted(names)), "nobody")[:120]
    raise CouldNotTell(
        "issuer-key.other-body",
        f"The seal is that of {certificates.owner(certificate)}; the document names {shown} as "
        "its issuer. Whether one acts for the other is not told.",
    )


def _texts(value: Any) -> list[str]:
    """The texts of a language map, whatever its languages."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, Mapping) else []
    return [text for one in inner for text in as_list(one) if isinstance(text, str)]


def _status(case: Case, tree: Mapping[str, Any]) -> None:
    if "credentialStatus" in tree:
        sentence = "How it names its status is not read here, so a revocation cannot be told."
        case.add(could_not_tell("status", "status.unsupported", sentence))
    elif "status" not in case.checks:
        case.add(not_applicable("status", "It names no status list."))


def _around(case: Case, verifier: Verifier, tree: Mapping[str, Any]) -> None:
    case.add(not_applicable("refresh", "It names no refresh service."))
    case.add(not_applicable("related", "It binds no related resource."))
    case.add(not_applicable("endorsements", "It has no endorsements inside."))
    if verifier.recipient is None:
        case.add(not_applicable("recipient", "No recipient was asked for."))
    else:
        wanted = verifier.recipient
        case.run("recipient", lambda: _recipient(tree, wanted))
    if verifier.register is None:
        case.add(not_applicable("trust", "No register of accepted issuers was given."))
    else:
        sentence = "Your register knows issuers by their keys; a seal has a certificate instead."
        case.add(could_not_tell("trust", "trust.sealed", sentence))


def _recipient(tree: Mapping[str, Any], wanted: str) -> str:
    """ELM's identifiers are not those of Open Badges: only the subject's id can be compared."""
    try:
        return check_recipient(tree, wanted)
    except CheckFailed as error:
        raise CouldNotTell(
            "recipient.elm", "Whom it names is written in a way that is not compared here."
        ) from error


def describe(tree: Mapping[str, Any]) -> Subject:
    """The summary of an ELM document, as it says itself."""
    issuer = tree.get("issuer")
    issuer = issuer if isinstance(issuer, Mapping) else {}
    people = [one for one in as_list(tree.get("credentialSubject")) if isinstance(one, Mapping)]
    claims = [
        one for who in people for one in as_list(who.get("hasClaim")) if isinstance(one, Mapping)
    ]
    display = tree.get("displayParameter")
    titled = [*claims, *([display] if isinstance(display, Mapping) else [])]
    names = [name for one in titled for name in _texts(one.get("title"))]
    return Subject(
        id=_text(tree.get("id")),
        name=next(iter(names), None),
        types=tuple(types_of(tree)),
        issuer_id=_text(issuer.get("id")),
        issuer_name=next(iter(_texts(issuer.get("legalName"))), None),
        recipient=next(filter(None, (_text(one.get("id")) for one in people)), None),
        valid_from=_text(tree.get("validFrom")),
        valid_until=_text(tree.get("validUntil")),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
