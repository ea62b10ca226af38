"""Statements about issuers and achievements: accreditation, right to issue, endorsement.

A statement is an Open Badges 3.0 EndorsementCredential: an agency, signing, about an organisation
or an achievement, for a time. Its subject class has no room for a scope, so the scope stands in a
small JSON document that is bound to the credential by ``relatedResource`` and its digest
(VC DM 2.0 section 5.3) and carried inside it, as a ``data:`` address (RFC 2397): one file, readable
with no network, and any other verifier still accepts it. An endorsement without such a document
is praise and nothing more; it is never read as an accreditation.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from stackmark.errors import CheckFailed, UsageError
from stackmark.model import achievement_rules as rule
from stackmark.model.achievement_codes import KINDS
from stackmark.model.achievement_rules import DescriptorError, Part, refuse
from stackmark.model.data_address import data_address, data_of
from stackmark.model.strict_json import parse_json

ACCREDITATION: Final = "accreditation"
RIGHT_TO_ISSUE: Final = "right-to-issue"
ENDORSEMENT: Final = "endorsement"
KINDS_OF_STATEMENT: Final = (ACCREDITATION, RIGHT_TO_ISSUE, ENDORSEMENT)
TYPE: Final = "StackmarkStatement"
_CONTEXTS: Final = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
_MOST: Final = 8_192  # bytes of a statement's document


# ruff: noqa: RUF009 - each of these calls gives a fresh dataclasses.field with its rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope(Part):
    """What a statement is about; what is empty is not limited.

    ``achievements`` are ids, a trailing ``*`` standing for any ending. ``kinds`` are those of the
    canonical descriptor, ``fields`` ISCED-F 2013 codes (a code covers those that begin with it),
    ``countries`` ISO 3166-1 of the issuer, ``lowest`` and ``highest`` EQF levels.
    """

    achievements: tuple[str, ...] = rule.words(2_000, 100)
    kinds: tuple[str, ...] = rule.choices(KINDS)
    fields: tuple[str, ...] = rule.words(4, 50)
    countries: tuple[str, ...] = rule.words(2, 100)
    lowest: int | None = rule.whole(1, 8)
    highest: int | None = rule.whole(1, 8)

    def check(self, place: str) -> None:
        """The levels are in order."""
        if self.lowest and self.highest and self.lowest > self.highest:
            refuse("range", f"{place}/highest", "lies below the lowest level.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Part):
    """What was stated, about whom, in which scope, until when.

    ``by`` and the times are those of the signed credential: they are filled in on reading and are
    not part of the bound document. ``profile`` names the rule set it was reviewed against,
    ``review_due`` the day of the next review, ``report`` the address of the report.
    """

    statement: str = rule.choice(KINDS_OF_STATEMENT)
    about: str = rule.identifier()
    scope: Scope = rule.part(Scope)
    profile: str = rule.text(100)
    review_due: Any = rule.day()
    report: str = rule.address()
    comment: str = rule.text(4_000)
    by: str = rule.identifier()
    by_name: str = rule.text()
    start: datetime | None = rule.moment()
    end: datetime | None = rule.moment()

    def check(self, place: str) -> None:
        """It says what and about whom; what gives a right ends some day."""
        if not self.statement or not self.about:
            refuse("missing", place, "a statement needs its kind and whom it is about.")
        if self.statement != ENDORSEMENT and self.start is not None and self.end is None:
            refuse("missing", f"{place}/end", f"{_article(self.statement)} must end some day.")

    @property
    def limits(self) -> Scope:
        """The scope; one without limits when none is stated."""
        return self.scope or Scope()

    def in_time(self, when: datetime | None) -> bool:
        """Whether it held at an instant; without an instant only if it has no bounds."""
        if when is None:
            return self.start is None and self.end is None
        begun = self.start is None or self.start <= when
        return begun and (self.end is None or when <= self.end)


def endorsement(
    statement: Statement,
    *,
    id: str,  # noqa: A002 - its name in the standard
    issuer: Mapping[str, Any],
    status: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The unsigned EndorsementCredential of a statement.

    ``issuer`` is the Profile of who states it, ``status`` a credentialStatus entry so that it can
    be withdrawn. Raises ``UsageError`` ``statement.…`` when it has no start, or no end and gives a
    right.
    """
    if statement.start is None:
        raise UsageError("statement.start", "A statement says from when it holds.")
    if statement.end is None and statement.statement != ENDORSEMENT:
        raise UsageError(
            "statement.endless", f"{_article(statement.statement)} must end some day; say when."
        )
    written = rule.write(statement)
    subject = {"id": statement.about, "type": ["EndorsementSubject"]}
    built: dict[str, Any] = {
        "@context": list(_CONTEXTS),
        "id": id,
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": _TITLES[statement.statement],
        "issuer": dict(issuer),
        "validFrom": written["start"],
        "validUntil": written.get("end"),
        "credentialSubject": subject
        | {"endorsementComment": statement.comment or _says(statement)},
        "relatedResource": [_bound(written)],
        "credentialStatus": dict(status) if status else None,
    }
    return {name: value for name, value in built.items() if value is not None}


def read_statement(tree: Mapping[str, Any]) -> Statement:
    """What a verified EndorsementCredential states.

    Whether it is signed, in force and not withdrawn is for ``verification`` to say first. Without a
    bound document it is an endorsement. Raises ``CheckFailed`` ``statement.changed`` (the document
    does not fit its digest or the credential's subject) or ``statement.unreadable``.
    """
    subject = tree.get("credentialSubject")
    if isinstance(subject, list) and len(subject) == 1:
        subject = subject[0]
    subject = subject if isinstance(subject, Mapping) else {}
    about = str(subject.get("id") or "")
    inside = _inside(tree) or {"statement": ENDORSEMENT, "about": about}
    if inside.get("about") != about:
        raise CheckFailed("statement.changed", "What is stated is about somebody else.")
    given = inside | {
        "by": _id(tree.get("issuer")),
        "by_name": _name(tree.get("issuer")),
        "start": tree.get("validFrom"),
        "end": tree.get("validUntil"),
        "comment": str(subject.get("endorsementComment") or "")[:4_000],
    }
    given.pop("type", None)
    try:
        found: Statement = rule.read(Statement, given)
    except DescriptorError as error:
        raise CheckFailed("statement.unreadable", f"A statement: {error.detail}") from None
    return found


_TITLES: Final = {
    ACCREDITATION: "Accreditation",
    RIGHT_TO_ISSUE: "Right to issue",
    ENDORSEMENT: "Endorsement",
}


def _article(kind: str) -> str:
    return f"{'An' if kind == ACCREDITATION else 'A'} {kind.replace('-', ' ')}"


def _says(statement: Statement) -> str:
    profile = f", reviewed against {statement.profile}" if statement.profile else ""
    return f"{_TITLES[statement.statement]}{profile}."


def _bound(written: dict[str, Any]) -> dict[str, Any]:
    left_out = ("by", "by_name", "start", "end", "comment")
    inner = {name: value for name, value in written.items() if name not in left_out}
    data = orjson.dumps({"type": TYPE, **inner}, option=orjson.OPT_SORT_KEYS)
    if len(data) > _MOST:
        raise UsageError(
            "statement.length", f"The scope takes {len(data):,} bytes; at most {_MOST:,} fit."
        )
    digest = base64.b64encode(hashlib.sha384(data).digest()).decode()
    return {
        "id": data_address(data),
        "digestSRI": f"sha384-{digest}",
        "mediaType": "application/json",
    }


def _inside(tree: Mapping[str, Any]) -> dict[str, Any] | None:
    """The statement's document, if there is one; its digest was compared."""
    entries = tree.get("relatedResource")
    for entry in entries if isinstance(entries, list) else [entries]:
        if not isinstance(entry, Mapping):
            continue
        data = data_of(str(entry.get("id") or ""))
        if data is None:
            continue
        inner = parse_json(data) if len(data) <= _MOST else None
        if isinstance(inner, dict) and inner.get("type") == TYPE:
            digest = base64.b64encode(hashlib.sha384(data).digest()).decode()
            if entry.get("digestSRI") != f"sha384-{digest}":
                raise CheckFailed("statement.changed", "A statement is not what was signed.")
            return inner
    return None


def _id(party: Any) -> str:
    found = party.get("id") if isinstance(party, Mapping) else party
    return found if isinstance(found, str) else ""


def _name(party: Any) -> str:
    found = party.get("name") if isinstance(party, Mapping) else ""
    return found[:300] if isinstance(found, str) else ""
