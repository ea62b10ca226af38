"""Step "format" and step "context": the kind of document and the contexts it uses.

W3C VC Data Model 2.0 section 4 member by member; Open Badges 3.0 section 8.1 steps 2, 3 and 5.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from stackmark.canonical import contexts
from stackmark.canonical.nquads import IRI
from stackmark.errors import CheckFailed
from stackmark.reading.received import VC1_CONTEXT, VC2_CONTEXT, types_of

OB_TYPES: Final = frozenset({"OpenBadgeCredential", "AchievementCredential"})
_OB_CONTEXT: Final = re.compile(
    r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d)?\.json\Z"
)
_CLR_CONTEXT: Final = re.compile(
    r"https://purl\.imsglobal\.org/spec/clr/v2p0/context(-2\.\d\.\d)?\.json\Z"
)
_TYPED_LISTS: Final = (
    "credentialStatus",
    "credentialSchema",
    "refreshService",
    "termsOfUse",
    "evidence",
)


def _fail(slug: str, detail: str) -> CheckFailed:
    return CheckFailed(f"format.{slug}", detail)


def as_list(value: Any) -> list[Any]:
    """A member that may be one value or a list; absent is the empty list."""
    if value is None:
        return []
    return value if value.__class__ is list else [value]


def issuer_id(tree: Mapping[str, Any]) -> str:
    """The issuer's id, exactly as written; raises ``CheckFailed`` ``format.issuer``."""
    issuer = tree.get("issuer")
    found = issuer.get("id") if isinstance(issuer, dict) else issuer
    if not isinstance(found, str) or not IRI.match(found):
        raise _fail("issuer", "The issuer is missing or is no URL (or object with a URL as id).")
    return found


def check_format(tree: Mapping[str, Any]) -> None:
    """Everything the data models ask of a credential's own members.

    Raises ``CheckFailed`` with a ``format.`` reason.
    """
    types = tree.get("type")
    if "VerifiableCredential" not in types_of(tree):
        raise _fail("type", "Its type does not say VerifiableCredential.")
    if any(not isinstance(entry, str) for entry in as_list(types)):
        raise _fail("type", "An entry of its type is not text.")
    _check_id(tree)
    issuer_id(tree)
    _check_subjects(tree)
    _check_typed(tree)
    for name in ("name", "description"):
        _check_text(tree, name)
    _check_achievement(tree, types_of(tree))


def _check_id(tree: Mapping[str, Any]) -> None:
    if "id" in tree and (not isinstance(tree["id"], str) or not IRI.match(tree["id"])):
        raise _fail("id", "Its id is not one URL.")


def _check_subjects(tree: Mapping[str, Any]) -> None:
    subjects = as_list(tree.get("credentialSubject"))
    if not subjects:
        raise _fail("subject", "It has no credentialSubject.")
    for subject in subjects:
        if not isinstance(subject, dict) or not subject:
            raise _fail("subject", "A credentialSubject is no object with a claim.")
        found = subject.get("id")
        if found is not None and (not isinstance(found, str) or not IRI.match(found)):
            raise _fail("subject", "A credentialSubject's id is not a URL.")


def _check_typed(tree: Mapping[str, Any]) -> None:
    for name in _TYPED_LISTS:
        for entry in as_list(tree.get(name)):
            if not isinstance(entry, dict) or not types_of(entry):
                raise _fail("typed", f"An entry of {name} is no object with a type.")
            if name == "credentialSchema" and not isinstance(entry.get("id"), str):
                raise _fail("typed", "A credentialSchema has no id.")
            if "id" in entry and (not isinstance(entry["id"], str) or not entry["id"]):
                raise _fail("typed", f"The id of an entry of {name} is not one URL.")


def _check_text(tree: Mapping[str, Any], name: str) -> None:
    """VC DM 2.0 section 11.1: text, a language object, or a list of these."""
    for value in as_list(tree.get(name)):
        if isinstance(value, dict):
            allowed = {"@value", "@language", "@direction"}
            if value.keys() - allowed or not isinstance(value.get("@value"), str):
                raise _fail("text", f"The {name} is a language object with other members.")
        elif not isinstance(value, str):
            raise _fail("text", f"The {name} is neither text nor a language object.")


def _check_achievement(tree: Mapping[str, Any], types: list[str]) -> None:
    """OB 3.0 section 8.1: type, subject, and references that lead somewhere."""
    badge = bool(OB_TYPES & set(types))
    for subject in as_list(tree["credentialSubject"]):
        about = "AchievementSubject" in types_of(subject)
        if about and not badge and "ClrCredential" not in types:
            raise _fail(
                "type", "It speaks of an achievement, but is no OpenBadgeCredential by its type."
            )
        if badge:
            _check_badge_subject(subject)


def _check_badge_subject(subject: Mapping[str, Any]) -> None:
    if not subject.get("id") and not as_list(subject.get("identifier")):
        raise _fail("subject", "The badge's subject has neither an id nor an identifier.")
    achievement = subject.get("achievement")
    if not isinstance(achievement, dict):
        raise _fail("achievement", "The badge's subject has no achievement.")
    known = [
        entry.get("id")
        for entry in as_list(achievement.get("resultDescription"))
        if isinstance(entry, dict)
    ]
    for result in as_list(subject.get("result")):
        wanted = result.get("resultDescription") if isinstance(result, dict) else None
        if wanted is not None and (not isinstance(wanted, str) or wanted not in known):
            raise _fail(
                "reference",
                f"A result points to {str(wanted)[:80]!r}, which the achievement lacks.",
            )


def check_context(tree: Mapping[str, Any], *, types: list[str], inline: bool = False) -> str:
    """The allowed list of contexts (security rule 2); returns a word on which were used.

    ``inline`` lets objects pass that are written into the document (VC DM 2.0 section 4.3), for
    whoever judges by the data model alone. Raises ``CheckFailed`` with a ``context.`` reason.
    """
    entries = tree.get("@context")
    if isinstance(entries, str):
        entries = [entries]
    if not isinstance(entries, list) or not entries:
        raise CheckFailed("context.missing", "It has no @context.")
    if entries[0] not in (VC2_CONTEXT, VC1_CONTEXT):
        raise CheckFailed(
            "context.order", f"The first context is not {VC2_CONTEXT} (nor the 1.1 one)."
        )
    known = contexts.known_urls()
    for entry in entries:
        if inline and isinstance(entry, dict):
            continue
        if not isinstance(entry, str):
            raise CheckFailed(
                "context.inline",
                "A context is written into the document; it could change meanings.",
            )
        why = contexts.refusal(entry)
        if why is not None:
            raise CheckFailed("context.unversioned", why)
        if entry not in known:
            raise CheckFailed(
                "context.unknown",
                f"The context {entry[:200]} is not one of those shipped with Stackmark; "
                "none is fetched.",
            )
    _check_family(entries, types)
    return f"{len(entries)} known contexts"


def _check_family(entries: list[str], types: list[str]) -> None:
    named = [entry for entry in entries if isinstance(entry, str)]
    if len(set(named)) != len(named):
        raise CheckFailed("context.order", "A context stands twice.")
    entries = named
    if OB_TYPES & set(types) and not any(map(_OB_CONTEXT.match, entries)):
        raise CheckFailed("context.missing", "A badge needs an Open Badges 3.0 context.")
    if "ClrCredential" in types and not any(map(_CLR_CONTEXT.match, entries)):
        raise CheckFailed("context.missing", "A CLR needs a CLR 2.0 context.")
