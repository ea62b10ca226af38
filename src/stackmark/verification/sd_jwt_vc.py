"""Judging SD-JWT VCs (``dc+sd-jwt``): what is disclosed, whose it is, and what is not told here.

draft-ietf-oauth-sd-jwt-vc over RFC 9901. A learning credential of the EUDI reference issuer is
judged as a non-qualified attestation: whether an issuer or a certificate is a qualified one is not
told here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from stackmark.errors import CheckFailed, CouldNotTell, ReadError
from stackmark.keys import certificates
from stackmark.limits import CLOCK_SKEW
from stackmark.proofs import sd_jwt
from stackmark.proofs.sd_jwt_binding import Asked, check_binding
from stackmark.reading.received import EUDI_VCT, Received
from stackmark.verification.binding import check_key_time
from stackmark.verification.case import Case
from stackmark.verification.dates import from_epoch, stamp
from stackmark.verification.report import (
    Report,
    Subject,
    could_not_tell,
    failed,
    not_applicable,
    passed,
)
from stackmark.verification.sd_jwt_issuer import IssuerKey, check_certificate, resolve

if TYPE_CHECKING:
    from stackmark.verification.verifier import Verifier

_APART: Final = {
    "context": "An SD-JWT VC has no contexts; its claims are read by name.",
    "schema": "The type metadata of an SD-JWT VC are not looked up here.",
    "lossless": "An SD-JWT signs its bytes, so no member can be left out.",
    "refresh": "It names no refresh service.",
    "related": "It binds no related resource.",
    "endorsements": "It has no endorsements inside.",
}
_SHOWN: Final = 12  # disclosed claims named one by one
_PERSON: Final = ("sub", "learner_identification", "email")


def verify_sd_jwt(verifier: Verifier, received: Received) -> Report:
    """The report on an SD-JWT VC; every step has an answer."""
    assert received.sd is not None
    case, tree = Case(), received.tree
    case.add(passed("read", f"Read as an SD-JWT with {_count(received.sd)}."))
    for code, sentence in _APART.items():
        case.add(not_applicable(code, sentence))
    case.run("format", lambda: check_type(tree))
    claims = _secured(case, verifier, received.sd)
    if claims is not None:
        case.run("validity", lambda: check_dates(claims, verifier.now))
        _status(case, claims)
        _recipient(case, verifier, claims)
    subject = _trust(case, verifier, tree)
    return verifier.report(case, subject, received.format)


def _count(sd: sd_jwt.SdJwt) -> str:
    parts = f"{len(sd.disclosures)} disclosure(s)"
    return f"{parts} and a holder's signature" if sd.binding else parts


def check_type(tree: Mapping[str, Any]) -> str:
    """Step format: it says what it is; raises ``CheckFailed`` ``format.vct``."""
    vct = tree.get("vct")
    if not isinstance(vct, str) or not vct.strip():
        raise CheckFailed("format.vct", "An SD-JWT VC says of which type it is (vct).")
    if vct == EUDI_VCT:
        return (
            "It is an EUDI learning credential, judged as a non-qualified attestation: whether "
            "its issuer is a qualified one is not told here."
        )
    return f"It is an SD-JWT VC of the type {vct[:160]}."


def _secured(case: Case, verifier: Verifier, sd: sd_jwt.SdJwt) -> Mapping[str, Any] | None:
    """Steps proof, issuer-key and key-time; gives the claims when the proof holds."""
    try:
        sd_jwt.check_header(sd.jws.header)
        key = resolve(sd, verifier.ring)
        sd_jwt.check_issuer_signature(sd, key.public)
        recreated = sd_jwt.recreate(sd)
        asked = Asked(verifier.challenge, verifier.domain)
        holder = check_binding(sd, recreated.claims, asked, verifier.now)
        _use_challenge(verifier, sd)
        issued = _issued(recreated.claims)
    except (CheckFailed, CouldNotTell) as error:
        case.fault("proof", _as_proof(error))
        return None
    case.add(passed("proof", f"{_signature(sd)} {tell(recreated)} {holder}"))
    _whose(case, verifier, key, recreated.claims, issued)
    return recreated.claims


def _as_proof(error: CheckFailed | CouldNotTell) -> CheckFailed | CouldNotTell:
    """A part that cannot be read makes the proof fail; the whole was read."""
    if isinstance(error, ReadError):
        return CheckFailed("proof.disclosure-unreadable", f"A part of it: {error.detail}")
    return error


def _use_challenge(verifier: Verifier, sd: sd_jwt.SdJwt) -> None:
    """A challenge serves once, as for presentations."""
    if verifier.challenge is None or not sd.binding:
        return
    if verifier.challenge in verifier.answered:
        raise CheckFailed("proof.challenge-used", "The challenge was answered before.")
    verifier.answered.add(verifier.challenge)


def _signature(sd: sd_jwt.SdJwt) -> str:
    return f"The {sd.jws.header['alg']} signature fits the token."


def tell(recreated: sd_jwt.Recreated) -> str:
    """What is disclosed by choice, and how much is withheld."""
    paths = sorted(one.path.lstrip("/") for one in recreated.disclosed)
    named = ", ".join(paths[:_SHOWN])[:600]
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    shown = f"Disclosed by choice: {named}{more}." if paths else "Nothing is disclosed by choice."
    if not recreated.withheld:
        return f"{shown} Nothing is withheld."
    return f"{shown} {recreated.withheld} part(s) are withheld, or are decoys."


def _whose(
    case: Case,
    verifier: Verifier,
    key: IssuerKey,
    claims: Mapping[str, Any],
    issued: datetime | None,
) -> None:
    found, now = key.found, verifier.now
    if found is not None:
        case.add(passed("issuer-key", f"The key {found.method[:160]} is the issuer's."))
        case.run("key-time", lambda: check_key_time(found, issued, now))
        return
    at = issued or now
    case.run(
        "issuer-key",
        lambda: check_certificate(key.chain, claims.get("iss"), verifier.anchors, at),
    )
    case.run("key-time", lambda: _certificate_time(key, at))


def _certificate_time(key: IssuerKey, at: datetime) -> str:
    certificates.check_period(key.chain[0], at)
    return f"The certificate was good at {stamp(at)}; its revocation is not looked up."


def _issued(claims: Mapping[str, Any]) -> datetime | None:
    return from_epoch(claims["iat"], "iat") if "iat" in claims else None


def check_dates(claims: Mapping[str, Any], now: datetime) -> str:
    """A sentence when ``now`` is within ``nbf``, ``exp`` and ``date_of_expiry``.

    Raises ``CheckFailed``: ``validity.not-yet``, ``validity.expired``, ``validity.order``,
    ``validity.malformed``, ``format.claim``.
    """
    start, end = _instant(claims, "nbf"), _instant(claims, "exp")
    for name, moment in (("iat", _instant(claims, "iat")), ("nbf", start)):
        if moment is not None and moment > now + timedelta(seconds=CLOCK_SKEW):
            raise CheckFailed("validity.not-yet", f"It is of {stamp(moment)} ({name}), not yet.")
    if start is not None and end is not None and end < start:
        raise CheckFailed("validity.order", "It ends (exp) before it begins (nbf).")
    if end is not None and end <= now:
        raise CheckFailed("validity.expired", f"It expired at {stamp(end)}.")
    last = _last_day(claims)
    if last is not None and last < now.astimezone(UTC).date():
        raise CheckFailed("validity.expired", f"It expired with the day {last}.")
    if end is None and last is None:
        return "It has no end date."
    return f"It is valid until {last if end is None else stamp(end)}."


def _instant(claims: Mapping[str, Any], name: str) -> datetime | None:
    return from_epoch(claims[name], name) if name in claims else None


def _last_day(claims: Mapping[str, Any]) -> date | None:
    """The administrative end of an EUDI learning credential."""
    if claims.get("vct") != EUDI_VCT or "date_of_expiry" not in claims:
        return None
    try:
        return date.fromisoformat(claims["date_of_expiry"])
    except (TypeError, ValueError):
        raise CheckFailed(
            "validity.malformed",
            f"date_of_expiry is {str(claims['date_of_expiry'])[:40]!r}: no day.",
        ) from None


def _status(case: Case, claims: Mapping[str, Any]) -> None:
    if "status" not in claims:
        case.add(not_applicable("status", "It names no status list, so it cannot be revoked."))
        return
    status = claims["status"]
    if not isinstance(status, Mapping) or not status:
        case.add(failed("status", "status.malformed", "Its status is no object with an entry."))
        return
    sentence = (
        "It names a token status list, which is not read here, so a revocation cannot be told."
        if "status_list" in status
        else f"Its status is of a kind not known here ({min(status)[:40]!r})."
    )
    case.add(could_not_tell("status", "status.unsupported", sentence))


def _recipient(case: Case, verifier: Verifier, claims: Mapping[str, Any]) -> None:
    if verifier.recipient is None:
        case.add(not_applicable("recipient", "No recipient was asked for."))
        return
    wanted = verifier.recipient
    case.run("recipient", lambda: check_person(claims, wanted))


def check_person(claims: Mapping[str, Any], wanted: str) -> str:
    """Whether the person asked for is the one it names.

    Raises ``CheckFailed`` ``recipient.other``, ``CouldNotTell`` ``recipient.unidentified`` when
    who it is about is withheld or not said.
    """
    typed = wanted.partition("=")
    kind, value = (typed[0], typed[2]) if typed[0] in _PERSON else (None, wanted)
    names = [name for name in _PERSON if isinstance(claims.get(name), str)]
    compared = [name for name in names if kind in (None, name)]
    if any(claims[name] == value for name in compared):
        return "It was issued to the person you named."
    if not compared:
        raise CouldNotTell(
            "recipient.unidentified", "It shows nobody in a way that can be compared with yours."
        )
    raise CheckFailed(
        "recipient.other", "It was issued to somebody else than the person you named."
    )


def _trust(case: Case, verifier: Verifier, tree: Mapping[str, Any]) -> Subject:
    subject = describe(tree)
    if verifier.register is None:
        case.add(not_applicable("trust", "No register of accepted issuers was given."))
        return subject
    key = case.checks.get("issuer-key")
    if key is None or key.outcome != "passed" or subject.issuer_id is None:
        sentence = "It is not shown that an issuer of your register signed it."
        case.add(could_not_tell("trust", "trust.unproven", sentence))
        return subject
    standing, sentence = verifier.register.standing(subject.issuer_id, (), _issued(tree))
    if standing == "known":
        case.add(passed("trust", sentence))
    elif standing == "unknown":
        case.add(could_not_tell("trust", "trust.unknown-issuer", sentence))
    else:
        case.add(failed("trust", "trust.out-of-scope", sentence))
    return replace(subject, issuer_trust=standing)


def describe(tree: Mapping[str, Any]) -> Subject:
    """The summary, as far as it is disclosed."""
    names = [_text(tree, name) for name in ("given_name", "family_name")]
    person = " ".join(filter(None, names)) or _text(tree, "sub")
    return Subject(
        id=_text(tree, "jti"),
        name=_text(tree, "achievement_title") or _text(tree, "vct"),
        types=tuple(filter(None, [_text(tree, "vct")])),
        issuer_id=_text(tree, "iss"),
        issuer_name=_text(tree, "issuing_authority"),
        recipient=person,
        valid_from=_text(tree, "date_of_issuance") or _moment(tree, "nbf"),
        valid_until=_moment(tree, "exp") or _text(tree, "date_of_expiry"),
    )


def _text(tree: Mapping[str, Any], name: str) -> str | None:
    value = tree.get(name)
    return value if isinstance(value, str) and value else None


def _moment(tree: Mapping[str, Any], name: str) -> str | None:
    try:
        moment = _instant(tree, name)
    except CheckFailed:
        return None
    return stamp(moment) if moment is not None else None
