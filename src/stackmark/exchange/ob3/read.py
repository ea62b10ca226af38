"""Reads Open Badges 3.0: a credential (VC Data Model 2.0 or 1.1), or an Achievement alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from stackmark.exchange.building import Builder
from stackmark.exchange.ob3 import extension, facts
from stackmark.exchange.ob3.achieved import finish_achievement, read_achievement
from stackmark.exchange.ob3.people import read_evidence, read_learner
from stackmark.exchange.ob3.profiles import read_profile
from stackmark.exchange.ob3.results import read_results
from stackmark.exchange.shapes import Imported
from stackmark.exchange.source import Source
from stackmark.model.record import Record
from stackmark.reading.received import types_of

_TYPES: Final = frozenset({"OpenBadgeCredential", "AchievementCredential"})
_MACHINERY: Final = ("@context", "type", "proof", "credentialSchema")
_CLAIMS: Final = ("iss", "sub", "jti", "nbf", "exp", "iat")
_UNIT: Final = "This is a number without a unit, so it says nothing of credit."
_PARENT: Final = "It says of whom the organisation is a part, not who awards."
_STATUS: Final = "It belongs to the signed document; what is written from it is not signed."
_ENDORSED: Final = "An endorsement is a credential of its own and is not carried along."
_NOWHERE: Final = "A record has no place for it."
_REASONS: Final = {
    "creditsAvailable": _UNIT,
    "creditsEarned": _UNIT,
    "parentOrg": _PARENT,
    "credentialStatus": _STATUS,
    "refreshService": _STATUS,
    "termsOfUse": _STATUS,
    "endorsement": _ENDORSED,
    "endorsementJwt": _ENDORSED,
}


def recognises(tree: Mapping[str, Any]) -> bool:
    """An OpenBadgeCredential, another credential with an achievement, or an Achievement."""
    inner = tree.get("vc") if isinstance(tree.get("vc"), Mapping) else tree
    types = set(types_of(inner))  # type: ignore[arg-type] # a mapping either way
    if _TYPES & types or "Achievement" in types:
        return True
    subject = Source(inner).at("credentialSubject")
    return "VerifiableCredential" in types and isinstance(subject.peek("achievement"), Mapping)


def read(tree: Mapping[str, Any], resources: Mapping[str, bytes]) -> Imported:
    """The record, its places and its loss; ``resources`` may hold the facts document.

    Raises ``ReadError`` ``read.descriptor`` when nothing of it fits a record.
    """
    source, builder = Source(tree), Builder()
    fill(source, builder, resources)
    return builder.finish("ob3", source, reason_for)


def native(tree: Mapping[str, Any]) -> Record:
    """What the document states in native members alone, without words, facts or extension."""
    source, builder = Source(tree), Builder()
    _fill(source, builder, wording=False)
    return builder.finish("ob3", source, _NOWHERE).record


def reason_for(place: str) -> str:
    """Why what stands there is lost."""
    for name in reversed(place.split("/")):
        if name in _REASONS:
            return _REASONS[name]
    return _NOWHERE


def fill(source: Source, builder: Builder, resources: Mapping[str, bytes]) -> None:
    """Put everything a credential or Achievement says, with the facts bound to it."""
    root = source.at("vc") if isinstance(source.peek("vc"), Mapping) else source
    laid = [*facts.find(root, resources, builder), *extension.find(_achievement(root))]
    _fill(source, builder, wording=not laid)
    for overlay, place in laid:
        facts.apply(builder, overlay, place, _achievement(root).peek("creditsAvailable"))
    finish_achievement(_achievement(root), builder)
    _read_earned(root, builder)


def _achievement(root: Source) -> Source:
    if "credentialSubject" in root:
        return root.at("credentialSubject").at("achievement")
    return root


def _fill(source: Source, builder: Builder, *, wording: bool) -> None:
    if "credentialSubject" in source or isinstance(source.peek("vc"), Mapping):
        _read_credential(source, builder, wording=wording)
        return
    read_achievement(source, builder, wording=wording)
    _read_issuer(source, "creator", builder)


def _read_issuer(root: Source, name: str, builder: Builder, claim: Source | None = None) -> None:
    builder.would("/issuer", root.place(name))
    if isinstance(root.peek(name), str):
        builder.put("/issuer/id", root.text(name), root.place(name))
        builder.would("/issuer/country", root.place(name))
        return
    read_profile(root.at(name), "/issuer", builder)
    if claim and "iss" in claim and not builder.has("/issuer/id"):
        builder.put("/issuer/id", claim.text("iss"), claim.place("iss"))


def read_around(source: Source, builder: Builder) -> None:
    """Put what a credential says beside its achievement: ids, dates, issuer, person, evidence."""
    root = source.at("vc") if isinstance(source.peek("vc"), Mapping) else source
    root.drop(*_MACHINERY)
    source.drop(*_CLAIMS)
    subject = root.at("credentialSubject")
    _read_identity(root, source, builder)
    _read_dates(root, source, subject, builder)
    _read_issuer(root, "issuer", builder, source)
    read_learner(subject, source, builder)
    read_evidence(root, builder)


def _read_credential(source: Source, builder: Builder, *, wording: bool) -> None:
    read_around(source, builder)
    root = source.at("vc") if isinstance(source.peek("vc"), Mapping) else source
    subject = root.at("credentialSubject")
    achievement = subject.at("achievement")
    read_creator(achievement, builder)
    used = read_results(subject, achievement, builder)
    read_achievement(achievement, builder, wording=wording, used=used)
    _same_as_achievement(root, achievement)


def _read_identity(root: Source, claims: Source, builder: Builder) -> None:
    if "id" in root:
        builder.put("/award/id", root.text("id"), root.place("id"))
    else:
        builder.put("/award/id", claims.text("jti"), claims.place("jti"))


def _read_dates(root: Source, claims: Source, subject: Source, builder: Builder) -> None:
    """``awardedDate`` is the day of issue, else the start of validity is."""
    start = next((name for name in ("validFrom", "issuanceDate") if name in root), "validFrom")
    end = next((name for name in ("validUntil", "expirationDate") if name in root), "validUntil")
    start_at, start_text = _when(root, start, claims, "nbf")
    if "awardedDate" in root:
        awarded = root.text("awardedDate")
        builder.put("/award/issued", awarded, root.place("awardedDate"))
        if not _same_instant(awarded, start_text):
            builder.put("/award/valid_from", start_text, start_at)
    else:
        builder.put("/award/issued", start_text, start_at)
    end_at, end_text = _when(root, end, claims, "exp")
    builder.put("/award/valid_until", end_text, end_at)
    for name, field in (("activityStartDate", "started"), ("activityEndDate", "ended")):
        builder.put(f"/award/{field}", subject.text(name), subject.place(name))


def _when(root: Source, name: str, claims: Source, claim: str) -> tuple[str, str]:
    """The place and text of a date; of a token's claim when the credential has none."""
    number = claims.peek(claim)
    if name in root or isinstance(number, bool) or not isinstance(number, int):
        return root.place(name), root.text(name)
    if not 0 <= number < 2**40:
        return root.place(name), ""
    try:
        moment = datetime.fromtimestamp(number, UTC)
    except (OverflowError, ValueError, OSError):
        return root.place(name), ""
    return claims.place(claim), moment.isoformat()


def _same_instant(one: str, other: str) -> bool:
    try:
        return datetime.fromisoformat(one) == datetime.fromisoformat(other)
    except (ValueError, TypeError):
        return one == other


def read_creator(achievement: Source, builder: Builder) -> None:
    """The creator awards when it is another than the issuer."""
    builder.would("/awarding_body", achievement.place("creator"))
    found = achievement.peek("creator")
    if isinstance(found, str):
        if found == builder.value("/issuer/id"):
            achievement.drop("creator")
        else:
            text = achievement.text("creator")
            builder.put("/awarding_body/id", text, achievement.place("creator"))
        return
    creator = achievement.at("creator")
    if creator and creator.peek("id") == builder.value("/issuer/id"):
        _take_what_is_known(creator, builder)
    else:
        read_profile(creator, "/awarding_body", builder)


def _take_what_is_known(creator: Source, builder: Builder) -> None:
    """The issuer again: what it adds completes the issuer, what differs is left."""
    creator.drop("type", "id")
    for name in ("name", "url", "email"):
        path = f"/issuer/{name}"
        if not builder.has(path):
            builder.put(path, creator.text(name), creator.place(name))
        elif builder.value(path) == creator.peek(name):
            creator.drop(name)


def _same_as_achievement(root: Source, achievement: Source) -> None:
    """Name, description and picture of a credential that repeat those of the achievement."""
    for name in ("name", "description", "image"):
        if name in root and root.peek(name) == achievement.peek(name):
            root.drop(name)


def _read_earned(root: Source, builder: Builder) -> None:
    """Credits earned say nothing new when they are the credits of the achievement."""
    subject = root.at("credentialSubject")
    credit = builder.value("/achievement/credit") or {}
    if "creditsEarned" in subject and subject.peek("creditsEarned") == credit.get("value"):
        subject.drop("creditsEarned")
