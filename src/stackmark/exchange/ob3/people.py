"""Whom it was awarded to: AchievementSubject, IdentityObject and Evidence, both ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from stackmark.errors import CheckFailed
from stackmark.exchange.building import Builder
from stackmark.exchange.ob3.profiles import put_object, scheme_name
from stackmark.exchange.source import Source
from stackmark.model.record import Award, Evidence, Learner
from stackmark.verification.related import new_seal, read_digests

# Plain (not hashed) identities that are a name of the person.
_NAMES: Final = {"name": "name", "ext:givenName": "given_name", "ext:familyName": "family_name"}
_MEMBERS: Final = {"name": "name", "givenName": "given_name", "familyName": "family_name"}
_EVIDENCE: Final = {
    "url": "id",
    "name": "name",
    "narrative": "narrative",
    "genre": "genre",
    "audience": "audience",
}
ASSESSOR: Final = "#assessor"  # after the credential's id: an assessor without an id
MAX_IDENTIFIERS: Final = 20
MAX_EVIDENCE: Final = 100


def read_learner(subject: Source, claims: Source, builder: Builder) -> None:
    """Put the person: id, names, identifiers, and what is said of them."""
    subject.drop("type")
    if "id" in subject or "sub" not in claims:
        builder.put("/award/learner/id", subject.text("id"), subject.place("id"))
    else:
        builder.put("/award/learner/id", claims.text("sub"), claims.place("sub"))
    builder.would("/award/learner", subject.pointer)
    builder.would("/award/results", subject.place("result"))
    for member, field in _MEMBERS.items():
        if member in subject:
            builder.put(f"/award/learner/{field}", subject.text(member), subject.place(member))
    for one in subject.each("identifier"):
        _read_identity(one, builder)
    builder.put("/award/narrative", subject.text("narrative"), subject.place("narrative"))
    _read_assessor(subject.at("source"), builder)


def _read_identity(one: Source, builder: Builder) -> None:
    kind, value = one.peek("identityType"), one.peek("identityHash")
    if not isinstance(kind, str) or not isinstance(value, str) or not value.strip():
        return
    hashed = one.peek("hashed") is True
    path = f"/award/learner/{_NAMES.get(kind, '')}"
    if kind in _NAMES and not hashed and builder.value(path) in (None, value.strip()):
        builder.put(path, value.strip(), one.place("identityHash"))
        one.drop("type", "hashed", "salt", "identityType", "identityHash")
    elif builder.room("/award/learner/identifiers", MAX_IDENTIFIERS):
        _put_identifier(one, kind, value.strip(), builder)


def _put_identifier(one: Source, kind: str, value: str, builder: Builder) -> None:
    found: dict[str, Any] = {
        "scheme": kind.removeprefix("ext:"),
        "value": value,
        "hashed": one.peek("hashed") is True,
        "salt": one.text("salt"),
    }
    one.drop("type", "hashed", "identityType", "identityHash")
    names = {"scheme": "identityType", "value": "identityHash", "hashed": "hashed", "salt": "salt"}
    put_object(builder, "/award/learner/identifiers", found, one, names)


def _read_assessor(source: Source, builder: Builder) -> None:
    """``source`` assessed on behalf of the issuer (Open Badges 3.0, AchievementSubject)."""
    if source.peek("name") and source.peek("id") != builder.value("/issuer/id"):
        for name in ("name", "id"):
            text = "" if _is_stand_in(source, name) else source.text(name)
            builder.put(f"/award/assessor/{name}", text, source.place(name))
        source.drop("type", "id" if _is_stand_in(source, "id") else "type")


def _is_stand_in(source: Source, name: str) -> bool:
    """An id that only stands there because a Profile must have one."""
    return name == "id" and str(source.peek("id")).endswith(ASSESSOR)


def read_evidence(root: Source, builder: Builder) -> None:
    """Put the evidence with its seals; its description stands in for a missing narrative."""
    seals = {one.peek_text("id"): one for one in root.each("relatedResource") if _sha256(one)}
    for one in root.each("evidence")[:MAX_EVIDENCE]:
        names = dict(_EVIDENCE)
        if "narrative" not in one and "description" in one:
            names["narrative"] = "description"
        found = {field: one.text(name) for field, name in names.items()}
        if found["url"] or found["name"] or found["narrative"]:
            one.drop("type")
            seal = seals.pop(found["url"], None) if found["url"] else None
            at = put_object(builder, "/award/evidence", found | _sealed(seal), one, names)
            _place_seal(at, seal, builder)


def _sha256(seal: Source) -> str:
    """The SHA-256 of a relatedResource in hexadecimal, when it gives one that can be read."""
    try:
        digests = read_digests(dict(seal.tree))
    except CheckFailed:
        return ""
    return next((value.hex() for name, value in digests if name == "sha256"), "")


def _sealed(seal: Source | None) -> dict[str, str]:
    if seal is None:
        return {}
    return {"sha256": _sha256(seal), "media_type": str(seal.peek("mediaType") or "")}


def _place_seal(at: str, seal: Source | None, builder: Builder) -> None:
    if seal is None:
        return
    seal.drop("id", "type", "digestSRI", "digestMultibase", "mediaType")
    digest = "digestSRI" if "digestSRI" in seal else "digestMultibase"
    builder.place(f"{at}/sha256", seal.place(digest))
    if "mediaType" in seal:
        builder.place(f"{at}/media_type", seal.place("mediaType"))


def write_subject(award: Award) -> dict[str, Any]:
    """An AchievementSubject without its achievement and results."""
    learner = award.learner or Learner()
    built: dict[str, Any] = {
        "id": learner.id,
        "type": ["AchievementSubject"],
        "identifier": _identities(learner),
        "narrative": award.narrative,
        "source": _assessor(award),
    }
    return {name: value for name, value in built.items() if value}


def _assessor(award: Award) -> dict[str, Any] | None:
    one = award.assessor
    if one is None:
        return None
    return {"id": one.id or f"{award.id}{ASSESSOR}", "type": ["Profile"], "name": one.name}


def _identities(learner: Learner) -> list[dict[str, Any]]:
    names = [
        _identity(kind, getattr(learner, field), hashed=False)
        for kind, field in _NAMES.items()
        if getattr(learner, field)
    ]
    others = [
        _identity(scheme_name(one.scheme), one.value, hashed=one.hashed, salt=one.salt)
        for one in learner.identifiers
    ]
    return names + others


def _identity(kind: str, value: str, *, hashed: bool, salt: str = "") -> dict[str, Any]:
    built: dict[str, Any] = {
        "type": "IdentityObject",
        "hashed": hashed,
        "identityHash": value,
        "identityType": kind,
    }
    return built | ({"salt": salt} if salt else {})


def write_evidence(evidence: Evidence) -> dict[str, Any]:
    """An Evidence object."""
    built = {name: getattr(evidence, field) for field, name in _EVIDENCE.items()}
    return {"type": ["Evidence"]} | {name: value for name, value in built.items() if value}


def write_seals(evidence: Sequence[Evidence]) -> list[dict[str, Any]]:
    """The relatedResource entries of evidence that is sealed, each address once."""
    found = {one.url: one for one in evidence if one.sha256}
    return [new_seal(one.url, one.sha256, one.media_type) for one in found.values()]
