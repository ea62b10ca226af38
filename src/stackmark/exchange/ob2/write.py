"""Writes Open Badges 2.0: an Assertion with BadgeClass and Issuer inside, or a BadgeClass.

It is written as a hosted badge: whoever publishes it serves it at its own address.
"""

from __future__ import annotations

from typing import Any, Final

from stackmark.errors import UsageError
from stackmark.exchange.languages import UNKNOWN
from stackmark.exchange.ob2.read import SCHEMES
from stackmark.exchange.ob3.achievement import native_members
from stackmark.exchange.ob3.people import write_evidence
from stackmark.exchange.ob3.write import criteria_of, demand, in_one, moment, tongue
from stackmark.exchange.shapes import Exported
from stackmark.model.record import Award, Learner, Organisation, Record

CONTEXT: Final = "https://w3id.org/openbadges/v2"
_ISSUER: Final = {
    "id": "the issuer needs a web address.",
    "name": "the issuer needs a name.",
    "url": "the issuer needs a homepage.",
    "email": "the issuer needs an e-mail address.",
}


def build(record: Record, options: Any) -> Exported:
    """The document; nothing is signed and nothing else belongs to it.

    Raises ``UsageError`` ``convert.missing`` for what Open Badges 2.0 demands and the record does
    not say, ``convert.language`` when it is not said in the language asked for.
    """
    badge = _badge(record, options.language)
    document = badge if record.award is None else _assertion(record.award, badge)
    return Exported({"@context": CONTEXT, **document}, "ob2", "application/ld+json")


def _badge(record: Record, language: str) -> dict[str, Any]:
    spoken = tongue(record.achievement, language)
    said = in_one(record.achievement, spoken)
    address = demand(record.id, "id", "the badge class needs an address of its own.")
    native = native_members(said, spoken, address)
    built = {
        "type": "BadgeClass",
        "id": address,
        "@language": "" if spoken == UNKNOWN else spoken,
        "version": record.version,
        "name": native["name"],
        "description": native["description"],
        "image": demand(record.image, "image", "a badge class has a picture."),
        "criteria": demand(criteria_of(said, spoken), "achievement/criteria", "must be there."),
        "tags": native["tag"],
        "alignment": [_alignment(one) for one in native["alignment"]],
        "issuer": _issuer(record.issuer),
    }
    return {name: value for name, value in built.items() if value}


def _alignment(one: dict[str, Any]) -> dict[str, Any]:
    """Open Badges 2.0 has no targetType; the address tells a level from a skill."""
    kept = {name: value for name, value in one.items() if name not in ("type", "targetType")}
    return {"type": "AlignmentObject", **kept}


def _issuer(issuer: Organisation | None) -> dict[str, Any]:
    found = issuer or Organisation()
    for field, sentence in _ISSUER.items():
        demand(getattr(found, field), f"issuer/{field}", sentence)
    return {"type": "Issuer", **{name: getattr(found, name) for name in _ISSUER}}


def _assertion(award: Award, badge: dict[str, Any]) -> dict[str, Any]:
    built = {
        "type": "Assertion",
        "id": demand(award.id, "award/id", "an assertion has an id of its own."),
        "recipient": _recipient(award.learner or Learner()),
        "issuedOn": moment(demand(award.issued, "award/issued", "an assertion has a date.")),
        "expires": moment(award.valid_until),
        "narrative": award.narrative,
        "evidence": [{**write_evidence(one), "type": "Evidence"} for one in award.evidence],
        "verification": {"type": "HostedBadge"},
        "badge": badge,
    }
    return {name: value for name, value in built.items() if value}


def _recipient(learner: Learner) -> dict[str, Any]:
    """One identity only: an e-mail address or telephone number, else the id."""
    kinds = {scheme: kind for kind, scheme in SCHEMES.items()}
    for one in learner.identifiers:
        if one.scheme in kinds:
            found = {"type": kinds[one.scheme], "hashed": one.hashed, "identity": one.value}
            return found | ({"salt": one.salt} if one.salt else {})
    if not learner.id:
        raise UsageError("convert.missing", "award/learner: an assertion names whom it is for.")
    return {"type": "url", "hashed": False, "identity": learner.id}
