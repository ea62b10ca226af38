"""Writes Open Badges 2.0: an Assertion with BadgeClass and Issuer inside, or a BadgeClass.

It is written as a hosted badge: whoever publishes it serves it at its own address. Of what the
standard demands and many credentials of other standards lack, a picture and the issuer's homepage
are put in where that can be done honestly; the rest is left out. Each is named.
"""

from __future__ import annotations

from typing import Any, Final

from stackmark.errors import CheckFailed, UsageError
from stackmark.exchange.languages import UNKNOWN
from stackmark.exchange.ob2.picture import PICTURE
from stackmark.exchange.ob2.read import SCHEMES
from stackmark.exchange.ob3.achievement import native_members
from stackmark.exchange.ob3.people import write_evidence
from stackmark.exchange.ob3.write import criteria_of, demand, in_one, moment, tongue
from stackmark.exchange.shapes import Exported, Gap
from stackmark.keys.did import did_web_url
from stackmark.model.record import Award, Learner, Organisation, Record

CONTEXT: Final = "https://w3id.org/openbadges/v2"
_LACKING: Final = {
    "name": "a name",
    "url": "a homepage",
    "email": "an e-mail address",
}


def build(record: Record, options: Any) -> Exported:
    """The document; nothing is signed and nothing else belongs to it.

    Raises ``UsageError`` ``convert.missing`` for what Open Badges 2.0 demands and the record does
    not say, ``convert.language`` when it is not said in the language asked for.
    """
    badge = _badge(record, options.language)
    document = badge if record.award is None else _assertion(record.award, badge)
    whole = {"@context": CONTEXT, **document}
    return Exported(whole, "ob2", "application/ld+json", gaps=_gaps(record, badge))


def _gaps(record: Record, badge: dict[str, Any]) -> tuple[Gap, ...]:
    found = []
    if not record.image:
        drawn = "Open Badges 2.0 demands a picture and none is stated; a plain one was drawn."
        found.append(Gap("/image", put_in=True, reason=drawn))
    for name, words in _LACKING.items():
        if not getattr(record.issuer, name):
            put_in = badge["issuer"].get(name, "")
            done = f"{put_in} was taken from its id" if put_in else "it is left out, so add it"
            sentence = f"Open Badges 2.0 demands {words} of the issuer and none is stated; {done}."
            found.append(Gap(f"/issuer/{name}", put_in=bool(put_in), reason=sentence))
    return tuple(found)


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
        "image": record.image or PICTURE,
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
    demand(found.id, "issuer/id", "the issuer needs a web address or DID.")
    built = {
        "type": "Issuer",
        "id": found.id,
        "name": found.name,
        "url": found.url or _homepage(found.id),
        "email": found.email,
    }
    return {name: value for name, value in built.items() if value}


def _homepage(address: str) -> str:
    """The issuer's own address on the web, as far as its id tells one."""
    if address.startswith(("https://", "http://")):
        return address
    try:
        document = did_web_url(address) if address.startswith("did:web:") else ""
    except CheckFailed:
        return ""
    return document.removesuffix("/did.json").removesuffix("/.well-known")


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
