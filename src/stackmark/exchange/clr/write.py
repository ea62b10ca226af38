"""Writes CLR 2.0: a ClrCredential around one unsigned Open Badges 3.0 credential."""

from __future__ import annotations

from typing import Any, Final

from stackmark.exchange.clr.read import OUTER
from stackmark.exchange.ob3 import write as badges
from stackmark.exchange.shapes import Exported
from stackmark.model.record import Record
from stackmark.reading.received import VC2_CONTEXT

CONTEXT: Final = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
_SHARED: Final = ("issuer", "validFrom", "validUntil", "awardedDate")


def build(record: Record, options: Any) -> Exported:
    """The document and, as for Open Badges 3.0, the facts document by its address.

    Raises ``UsageError`` ``convert.missing`` and ``convert.language`` as the writer of Open
    Badges 3.0, and for a design: a record of a learner is about somebody.
    """
    badges.demand(record.award, "award", "a learner record is about what a person was awarded.")
    inner = badges.build(record, options)
    badge = inner.document
    subject: dict[str, Any] = {
        **_person(badge["credentialSubject"]),
        "type": ["ClrSubject"],
        "verifiableCredential": [badge],
        "association": _associations(record),
    }
    document: dict[str, Any] = {
        "@context": [VC2_CONTEXT, CONTEXT, *badge["@context"][1:]],
        "id": f"{badge['id']}{OUTER}",
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": badge["name"],
        **{name: badge[name] for name in _SHARED if name in badge},
        "credentialSubject": {name: value for name, value in subject.items() if value},
    }
    return Exported(document, "clr", inner.media_type, inner.resources)


def _person(subject: dict[str, Any]) -> dict[str, Any]:
    """By what the person is known: the id, else the identifiers."""
    name = "id" if "id" in subject else "identifier"
    return {name: subject[name]} if name in subject else {}


def _associations(record: Record) -> list[dict[str, Any]]:
    programme = record.achievement.programme
    if programme is None or not programme.url:
        return []
    return [
        {
            "type": ["Association"],
            "associationType": "isPartOf",
            "sourceId": record.id,
            "targetId": programme.url,
        }
    ]
