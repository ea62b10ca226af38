"""What a document says, in the order people ask: what, who, when, what it means, how it was earned.

The result is plain JSON, so that a record of a check still reads when everything else is gone.
Nothing here is a judgement, and nothing is fetched: pictures only where the document carries them
or they are our own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackmark.reading.received import Received, types_of
from stackmark.verification.artefacts import Piece
from stackmark.verification.report import Report
from stackmark.verification.structure import as_list
from stackmark.verification.validity import period
from stackmark.verification.words import open_received
from stackmark_web.verifying import issuers, labels, pictures, standing
from stackmark_web.verifying.artefacts import AtHand, at_hand_for
from stackmark_web.verifying.names import marks, visible
from stackmark_web.verifying.plain import language_map, plain, web_address
from stackmark_web.verifying.published import published

MAX_ITEMS: Final = 60  # skills, results, pieces of evidence shown of one document
Facts = dict[str, Any]
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def facts_of(received: Received | None, report: Report, at_hand: AtHand | None = None) -> Facts:
    """The facts for pages, as JSON; of an unreadable document only what the report has.

    ``at_hand`` has the files a document is bound to; it asks nobody outside.
    """
    at_hand = at_hand or at_hand_for(received)
    about = report.credential
    tree = _tree(received)
    facts: Facts = {
        "format": report.format,
        "title": visible(plain(about.name) or ""),
        "id": visible(plain(about.id) or ""),
        "types": [plain(one) for one in about.types][:10],
        "issuer": issuers.describe(about.issuer_id, about.issuer_name),
        "issued": plain(about.valid_from) or "",
        "expires": plain(about.valid_until) or "",
    }
    if received is None or tree is None:
        return facts
    facts |= labels.read(tree, at_hand)
    if received.kind == "sd-jwt":
        return facts  # claims of an SD-JWT are no credential of W3C; the report has what is shown
    if received.kind == "ob2":
        from stackmark_web.verifying.facts_ob2 import facts_of_ob2

        return facts | facts_of_ob2(tree)
    facts |= _credential(tree, at_hand) | {"own": standing.own_standings(report)}
    return facts | _published(facts, report)


def _tree(received: Received | None) -> Mapping[str, Any] | None:
    if received is None:
        return None
    if received.kind == "ob2":
        return received.tree
    try:
        return open_received(received)[0]
    except Exception:  # noqa: BLE001 - the report says what is wrong; facts are what can be had
        return received.tree


def _credential(tree: Mapping[str, Any], at_hand: AtHand) -> Facts:
    subject = _first(tree.get("credentialSubject"))
    achievement = _first(subject.get("achievement"))
    issuer = tree.get("issuer") if isinstance(tree.get("issuer"), dict) else {}
    first, last = period(tree)
    found: Facts = {
        "names": language_map(tree.get("name")) or language_map(achievement.get("name")),
        "holder": _holder(subject),
        "issued": plain(tree.get("awardedDate") or tree.get(first)) or "",
        "expires": plain(tree.get(last)) or "",
        "legal_name": _legal_name(issuer),
        "others": list(_others(achievement, issuer)),
        "description": plain(achievement.get("description") or tree.get("description")) or "",
        "evidence": _evidences(tree, at_hand),
        "endorsements": list(_endorsements(tree, achievement)),
        "carried": _carried(tree, achievement),
        "image": pictures.safe(achievement.get("image")) or pictures.safe(tree.get("image")),
    }
    found |= _achievement(achievement) | _performance(subject, achievement)
    found["signed_kind"] = _first_text(achievement.get("achievementType"))
    found["kind"] = _kind(found["signed_kind"])
    return found


def _published(facts: Facts, report: Report) -> Facts:
    """What the catalogue here adds; anybody may name our achievement, so only to awards of ours."""
    if standing.award_of(report) is None:
        return {}
    found = published(facts["achievement"], facts["signed_kind"])
    if facts.get("bound"):
        found.pop("published_record", None)  # it says all of it itself
    return found


def _achievement(achievement: Mapping[str, Any]) -> Facts:
    criteria = _first(achievement.get("criteria"))
    return {
        "achievement": plain(achievement.get("id")) or "",
        "criteria": plain(criteria.get("narrative")) or "",
        "criteria_url": web_address(criteria.get("id")),
        "skills": [_skill(one) for one in _objects(achievement.get("alignment"))],
        "tags": [plain(one) for one in as_list(achievement.get("tag"))][:MAX_ITEMS],
        "field": plain(achievement.get("fieldOfStudy")) or "",
        "specialization": plain(achievement.get("specialization")) or "",
        "language": plain(achievement.get("inLanguage")) or "",
        "credits_available": _number(achievement.get("creditsAvailable")),
        "version": plain(achievement.get("version")) or "",
        "related": [web_address(one.get("id")) for one in _objects(achievement.get("related"))],
    }


def _performance(subject: Mapping[str, Any], achievement: Mapping[str, Any]) -> Facts:
    """What this person did, as far as the credential says."""
    scales = {
        one["id"]: one
        for one in _objects(achievement.get("resultDescription"))
        if isinstance(one.get("id"), str)
    }
    return {
        "narrative": plain(subject.get("narrative")) or "",
        "credits_earned": _number(subject.get("creditsEarned")),
        "started": plain(subject.get("activityStartDate")) or "",
        "ended": plain(subject.get("activityEndDate")) or "",
        "role": plain(subject.get("role")) or "",
        "licence": plain(subject.get("licenseNumber")) or "",
        "results": [_result(one, scales) for one in _objects(subject.get("result"))],
    }


def _result(result: Mapping[str, Any], scales: Mapping[Any, Mapping[str, Any]]) -> dict[str, str]:
    """A mark with the name of its description and of the level reached."""
    described = result.get("resultDescription")
    scale = scales.get(described, {}) if isinstance(described, str) else {}
    levels = _objects(scale.get("rubricCriterionLevel"))
    achieved = result.get("achievedLevel")
    level = next((one for one in levels if achieved and one.get("id") == achieved), {})
    value = plain(result.get("value")) or ""
    reached = plain(level.get("name")) or plain(achieved) or ""
    told = value or reached or plain(result.get("status")) or ""
    return {
        "name": plain(scale.get("name")) or "",
        "value": told,
        "level": reached if reached != told else "",
        "needed": plain(scale.get("requiredValue")) or "",
        "unit": "%" if scale.get("resultType") == "Percent" and value else "",
    }


def _holder(subject: Mapping[str, Any]) -> dict[str, Any]:
    """Whom it is about: the name if it stands there, else what identifies them."""
    found: dict[str, Any] = {"name": plain(subject.get("name")) or "", "by": [], "id": ""}
    if isinstance(subject.get("id"), str):
        found["id"] = plain(subject["id"]) or ""
    for entry in _objects(subject.get("identifier")):
        kind = str(entry.get("identityType"))[:60]
        if entry.get("hashed") is False and kind == "name" and not found["name"]:
            found["name"] = plain(entry.get("identityHash")) or ""
        elif entry.get("hashed") is False and kind != "name":
            found["id"] = found["id"] or plain(entry.get("identityHash")) or ""
        found["by"].append({"kind": kind, "hashed": bool(entry.get("hashed"))})
    found["marks"] = marks(found["name"])
    found["name"] = visible(found["name"])
    return found


def _legal_name(issuer: Mapping[str, Any]) -> str:
    """Open Badges has no member for it; issuers state it as an identifier."""
    for entry in _objects(issuer.get("otherIdentifier")):
        if str(entry.get("identifierType")).endswith("LegalName"):
            return visible(plain(entry.get("identifier")) or "")
    return ""


def _others(achievement: Mapping[str, Any], issuer: Mapping[str, Any]) -> Iterator[Facts]:
    """Awarding body and partners, where they are others than the issuer."""
    for role, one in (("creator", achievement.get("creator")), ("parent", issuer.get("parentOrg"))):
        for party in _objects(one):
            same = party.get("id") is not None and party.get("id") == issuer.get("id")
            if not same and (party.get("name") or party.get("id")):
                yield {"role": role, **issuers.describe(party.get("id"), party.get("name"))}


def _skill(alignment: Mapping[str, Any]) -> dict[str, str]:
    return {
        "name": plain(alignment.get("targetName")) or "",
        "text": plain(alignment.get("targetDescription")) or "",
        "framework": plain(alignment.get("targetFramework")) or "",
        "code": plain(alignment.get("targetCode")) or "",
        "kind": plain(alignment.get("targetType")) or "",
        "url": web_address(alignment.get("targetUrl")),
    }


def _evidences(tree: Mapping[str, Any], at_hand: AtHand) -> list[dict[str, str]]:
    shown = [one for one in as_list(tree.get("evidence")) if isinstance(one, dict)]
    return [
        _evidence(one, piece)
        for one, piece in zip(shown[:MAX_ITEMS], at_hand.pieces(tree), strict=False)
    ]


def _evidence(one: Mapping[str, Any], piece: Piece) -> dict[str, str]:
    return {
        "name": plain(one.get("name")) or "",
        "text": plain(one.get("narrative") or one.get("description")) or "",
        "genre": plain(one.get("genre")) or "",
        "url": web_address(one.get("id")),
        "sha256": piece.sha256,
        "seal": piece.state,
        "file": plain(piece.file) or "",
    }


def _endorsements(tree: Mapping[str, Any], achievement: Mapping[str, Any]) -> Iterator[Facts]:
    for about in (tree, achievement, _first(tree.get("issuer"))):
        for one in _objects(about.get("endorsement")):
            subject = _first(one.get("credentialSubject"))
            issuer = one.get("issuer")
            name = issuer.get("name") if isinstance(issuer, dict) else None
            identity = issuer.get("id") if isinstance(issuer, dict) else issuer
            yield {
                "by": issuers.describe(identity, name),
                "comment": plain(subject.get("endorsementComment")) or "",
                "date": plain(one.get("validFrom") or one.get("issuanceDate")) or "",
            }


def _carried(tree: Mapping[str, Any], achievement: Mapping[str, Any]) -> list[str]:
    """SHA-256 of each statement inside in token form, by which ``accrediting`` knows its own."""
    inside = (tree, achievement, _first(tree.get("issuer")))
    tokens = [one for about in inside for one in as_list(about.get("endorsementJwt"))]
    return [
        hashlib.sha256(one.encode()).hexdigest()
        for one in tokens[:MAX_ITEMS]
        if isinstance(one, str) and one.isascii()
    ]


def _first(value: Any) -> Mapping[str, Any]:
    return next(iter(_objects(value)), {})


def _kind(value: Any) -> str:
    """A type of achievement as words: CertificateOfCompletion, ext:LabBadge."""
    word = (plain(value) or "").removeprefix("ext:")
    if word == "MicroCredential":
        return "Micro-credential"
    parts = _CAMEL.split(word)
    return " ".join([parts[0], *(part.lower() for part in parts[1:])])


def _first_text(value: Any) -> Any:
    return next(iter(as_list(value)), None)


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in as_list(value) if isinstance(one, dict)][:MAX_ITEMS]


def _number(value: Any) -> float | int | None:
    fit = isinstance(value, int | float) and not isinstance(value, bool)
    return value if fit and abs(value) < 1e9 else None  # type: ignore[no-any-return] # a JSON number


def is_record(types: list[str]) -> bool:
    """Whether it holds other credentials (a learner record or a presentation)."""
    return bool({"ClrCredential", "VerifiablePresentation"} & set(types))


__all__ = ["MAX_ITEMS", "Facts", "facts_of", "is_record", "types_of"]
