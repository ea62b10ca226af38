"""What a document says it is, for the report; nothing here is a judgement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stackmark.reading.received import types_of
from stackmark.verification.report import Subject
from stackmark.verification.structure import as_list
from stackmark.verification.validity import period


def describe(tree: Mapping[str, Any]) -> Subject:
    """The summary of a credential; members of the wrong shape are left out."""
    inner = tree.get("vc")
    if isinstance(inner, dict):
        tree = inner
    issuer = tree.get("issuer")
    first, last = period(tree)
    return Subject(
        id=text(tree.get("id")),
        name=_name(tree),
        types=tuple(types_of(tree)),
        issuer_id=text(issuer.get("id") if isinstance(issuer, dict) else issuer),
        issuer_name=text(issuer.get("name")) if isinstance(issuer, dict) else None,
        recipient=_recipient(tree),
        valid_from=text(tree.get(first)),
        valid_until=text(tree.get(last)),
    )


def text(value: Any) -> str | None:
    """Plain text, or the text of a language object; anything else is None."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@value")
    return value if isinstance(value, str) else None


def _subjects(tree: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in as_list(tree.get("credentialSubject")) if isinstance(one, dict)]


def _name(tree: Mapping[str, Any]) -> str | None:
    found = text(tree.get("name"))
    for subject in _subjects(tree):
        achievement = subject.get("achievement")
        if found is None and isinstance(achievement, dict):
            found = text(achievement.get("name"))
    return found


def _recipient(tree: Mapping[str, Any]) -> str | None:
    for subject in _subjects(tree):
        if isinstance(subject.get("id"), str):
            return str(subject["id"])
        for entry in as_list(subject.get("identifier")):
            if isinstance(entry, dict) and not entry.get("hashed"):
                return text(entry.get("identityHash"))
    return None


def achievements(tree: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The achievements it is about, as objects."""
    return [
        achievement
        for subject in _subjects(tree)
        for achievement in as_list(subject.get("achievement"))
        if isinstance(achievement, dict)
    ]


def achievement_ids(tree: Mapping[str, Any]) -> list[str]:
    """The ids of the achievements it is about."""
    return ids_of(achievements(tree))


def ids_of(objects: Iterable[Mapping[str, Any]]) -> list[str]:
    """The ids of objects, as far as they are texts."""
    return [found for one in objects if isinstance(found := one.get("id"), str)]


def subject_ids(tree: Mapping[str, Any]) -> set[str]:
    """The ids of the subjects, as far as they are texts."""
    found = (subject.get("id") for subject in _subjects(tree))
    return {one for one in found if isinstance(one, str)}
