"""Whom it was awarded to: AchievementSubject, IdentityObject and Evidence, both ways."""

from __future__ import annotations

from typing import Any, Final

from stackmark.exchange.building import Builder
from stackmark.exchange.ob3.profiles import put_object, scheme_name
from stackmark.exchange.source import Source
from stackmark.model.record import Award, Evidence, Learner

# Plain (not hashed) identities that are a name of the person.
_NAMES: Final = {"name": "name", "ext:givenName": "given_name", "ext:familyName": "family_name"}
_MEMBERS: Final = {"name": "name", "givenName": "given_name", "familyName": "family_name"}
_EVIDENCE: Final = {"url": "id", "name": "name", "narrative": "narrative", "genre": "genre"}
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
    """``source`` acts for the issuer as assessor (Open Badges 3.0, AchievementSubject)."""
    if source.peek("name") and source.peek("id") != builder.value("/issuer/id"):
        found = {"name": source.text("name"), "id": source.text("id"), "role": "assessor"}
        source.drop("type")
        names = {"name": "name", "id": "id"}
        put_object(builder, "/achievement/parties", found, source, names)


def read_evidence(root: Source, builder: Builder) -> None:
    """Put the evidence; its description stands in for a missing narrative."""
    for one in root.each("evidence")[:MAX_EVIDENCE]:
        names = dict(_EVIDENCE)
        if "narrative" not in one and "description" in one:
            names["narrative"] = "description"
        found = {field: one.text(name) for field, name in names.items()}
        if found["url"] or found["name"] or found["narrative"]:
            one.drop("type")
            put_object(builder, "/award/evidence", found, one, names)


def write_subject(award: Award) -> dict[str, Any]:
    """An AchievementSubject without its achievement and results."""
    learner = award.learner or Learner()
    built: dict[str, Any] = {
        "id": learner.id,
        "type": ["AchievementSubject"],
        "identifier": _identities(learner),
        "narrative": award.narrative,
    }
    return {name: value for name, value in built.items() if value}


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
