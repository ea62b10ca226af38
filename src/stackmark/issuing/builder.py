"""From an achievement, an issuer and an award to an unsigned Open Badges 3.0 credential."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from stackmark.canonical import contexts
from stackmark.errors import UsageError
from stackmark.issuing.award import Award, Result, Sealed, identity_hash
from stackmark.issuing.rows import Evidence
from stackmark.reading.received import VC2_CONTEXT, contexts_of, types_of
from stackmark.status.entry import new_entry
from stackmark.verification.related import new_seal

OB_CONTEXT: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
_NEEDED: Final = ("id", "name", "description", "criteria")
# Open Badges 3.0 allows one status entry. One that may be put on hold names a suspension list,
# which must then tell a withdrawal for good as well; the words say so to whoever reads it.
_MESSAGES: Final = {"suspension": ("In force", "On hold or withdrawn")}


@dataclass(frozen=True, slots=True)
class Design:
    """What all credentials of a run share: contexts, achievement, issuer profile, files.

    ``related`` are the relatedResource entries of files bound by digest (VC DM 2.0, section 5.3).
    """

    contexts: tuple[str, ...]
    achievement: Mapping[str, Any]
    issuer: Mapping[str, Any]
    related: tuple[Mapping[str, Any], ...] = ()

    @property
    def name(self) -> str:
        """The name of the credentials: that of the achievement."""
        return str(self.achievement["name"])


def new_design(
    achievement: Mapping[str, Any],
    issuer: Mapping[str, Any] | None,
    *,
    did: str,
    related: tuple[Mapping[str, Any], ...] = (),
) -> Design:
    """Check and combine what a run shares.

    ``achievement`` is an Open Badges 3.0 Achievement, ``issuer`` a Profile (or nothing), whose
    id becomes ``did``, ``related`` the files every credential is bound to. Either of the first two
    may carry an ``@context`` of known addresses. Raises ``UsageError`` ``usage.achievement`` or
    ``usage.profile``.
    """
    profile = {} if issuer is None else dict(issuer)
    more: list[str] = []
    for part, slug in ((achievement, "achievement"), (profile, "profile")):
        more += _own_contexts(part, slug)
    _check_achievement(achievement)
    return Design(
        tuple(dict.fromkeys([VC2_CONTEXT, OB_CONTEXT, *more])),
        {name: value for name, value in achievement.items() if name != "@context"},
        _profile(profile, did),
        related,
    )


def build_credential(design: Design, award: Award) -> dict[str, Any]:
    """The unsigned OpenBadgeCredential (Open Badges 3.0, sections 3 and B.1).

    Raises ``UsageError`` ``usage.recipient`` for an award to nobody.
    """
    credential: dict[str, Any] = {
        "@context": list(design.contexts),
        "id": award.id,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": design.name,
        "issuer": design.issuer,
        "validFrom": award.valid_from,
    }
    if award.valid_until is not None:
        credential["validUntil"] = award.valid_until
    credential["credentialSubject"] = _subject(design, award)
    related = [*design.related, *map(_seal, award.related)]
    if related:
        credential["relatedResource"] = related
    if award.evidence:
        credential["evidence"] = [_evidence(one) for one in award.evidence]
    if award.status_list is not None and award.status_index is not None:
        credential["credentialStatus"] = new_entry(
            list_url=award.status_list,
            index=award.status_index,
            purpose=award.status_purpose,
            messages=_MESSAGES.get(award.status_purpose, ()),
        )
    return credential


def _subject(design: Design, award: Award) -> dict[str, Any]:
    subject: dict[str, Any] = {}
    if award.recipient_id is not None:
        subject["id"] = award.recipient_id
    subject["type"] = ["AchievementSubject"]
    if award.shown_name is not None:
        subject["name"] = award.shown_name
    if "id" not in subject and not award.hashes_email:
        raise UsageError("usage.recipient", "A credential needs a recipient: an e-mail or an id.")
    identities = _identities(award)
    if identities:
        subject["identifier"] = identities
    if award.narrative is not None:
        subject["narrative"] = award.narrative
    if award.assessor is not None:
        one = award.assessor
        address = one.id or f"{award.id}#assessor"
        subject["source"] = {"id": address, "type": ["Profile"], "name": one.name}
    if award.results:
        subject["result"] = list(map(_result, award.results))
    subject["achievement"] = design.achievement
    return subject


def _identities(award: Award) -> list[dict[str, Any]]:
    """By what a checker can compare the recipient (Open Badges 3.0, IdentityObject)."""
    found: list[dict[str, Any]] = []
    if award.hashes_email:
        found.append(_hashed("emailAddress", award.recipient_email or "", award.salt))
    if award.identifies_name and award.name_identity == "hashed":
        found.append(_hashed("name", award.recipient_name or "", award.salt))
    elif award.identifies_name:
        found.append(
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": award.recipient_name,
                "identityType": "name",
            }
        )
    return found


def _hashed(kind: str, value: str, salt: str) -> dict[str, Any]:
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": identity_hash(value, salt),
        "identityType": kind,
        "salt": salt,
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if evidence.url is not None:
        found["id"] = evidence.url
    found["type"] = ["Evidence"]
    if evidence.name is not None:
        found["name"] = evidence.name
    if evidence.text is not None:
        found["narrative"] = evidence.text
    if evidence.genre is not None:
        found["genre"] = evidence.genre
    if evidence.audience is not None:
        found["audience"] = evidence.audience
    return found


def _result(one: Result) -> dict[str, Any]:
    found: dict[str, Any] = {"type": ["Result"], "resultDescription": one.description}
    if one.value is not None:
        found["value"] = one.value
    if one.level is not None:
        found["achievedLevel"] = one.level
    if one.status is not None:
        found["status"] = one.status
    return found


def _seal(one: Sealed) -> dict[str, Any]:
    return new_seal(one.url, one.sha256, one.media_type)


def _own_contexts(part: Mapping[str, Any], slug: str) -> list[str]:
    """The known contexts a file names for itself."""
    found = contexts_of(part)
    known = contexts.known_urls()
    for one in found:
        if not isinstance(one, str) or one not in known:
            raise UsageError(
                f"usage.{slug}",
                f"The {slug} file names the context {str(one)[:120]!r}, which is not one of those "
                "shipped with Stackmark; remove it.",
            )
    return found


def _check_achievement(achievement: Mapping[str, Any]) -> None:
    if "credentialSubject" in achievement:
        raise UsageError(
            "usage.achievement",
            "The achievement file holds a whole credential; give the object under "
            "credentialSubject.achievement only.",
        )
    missing = [name for name in _NEEDED if not achievement.get(name)]
    if missing:
        raise UsageError(
            "usage.achievement",
            f'The achievement has no "{missing[0]}"; it needs {", ".join(_NEEDED)}.',
        )
    if "Achievement" not in types_of(achievement):
        raise UsageError(
            "usage.achievement",
            'The achievement file is no Achievement; add "type": ["Achievement"].',
        )
    if not isinstance(achievement["name"], str):
        raise UsageError("usage.achievement", "The name of the achievement is not text.")


def _profile(profile: dict[str, Any], did: str) -> dict[str, Any]:
    """The issuer's Profile under the key's own DID."""
    own = profile.get("id")
    if isinstance(own, str) and own.startswith("did:") and own != did:
        raise UsageError(
            "usage.profile",
            f"The profile belongs to {own[:120]}, but the key speaks for {did[:120]}; "
            "take the key that goes with it.",
        )
    types = types_of(profile) or ["Profile"]
    if "Profile" not in types:
        raise UsageError("usage.profile", 'The issuer file is no Profile; add "type": ["Profile"].')
    rest = {
        name: value for name, value in profile.items() if name not in ("@context", "id", "type")
    }
    return {"id": did, "type": types, **rest}
