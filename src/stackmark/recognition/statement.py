"""A decision as a credential to be signed, its reading, and when it falls into review.

It is about the recognised credential: the subject is its id, and ``relatedResource`` binds its
bytes by their digest (VC Data Model 2.0, section 5.3). The decision itself travels inside as a
``data:`` address with a digest, as statements of trust do (``trust.statements``), so no context of
our own is needed. What recognises is an Open Badges 3.0 EndorsementCredential. A refusal is a
plain VerifiableCredential: other software must not show it as an endorsement.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import orjson

from stackmark.errors import CheckFailed, UsageError
from stackmark.model.data_address import data_address, data_of
from stackmark.model.strict_json import parse_json
from stackmark.recognition.decision import CONDITIONAL, FULL, PARTIAL, REFUSED, Decision
from stackmark.verification.dates import stamp
from stackmark.verification.related import new_seal, read_digests
from stackmark.verification.report import Report

TYPE: Final = "StackmarkRecognition"
MOST: Final = 262_144  # bytes of a decision's document
_VC: Final = "https://www.w3.org/ns/credentials/v2"
_OB: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
_SAYS: Final = {
    FULL: "recognised in full",
    PARTIAL: "recognised in part",
    CONDITIONAL: "recognised under conditions",
    REFUSED: "not recognised",
}


def credential_of(
    decision: Decision,
    *,
    id: str,  # noqa: A002 - its name in the standard
    issuer: Mapping[str, Any],
    valid_from: datetime,
    status: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The unsigned credential of a decision.

    ``issuer`` is the Profile of the recogniser, ``status`` a credentialStatus entry by which the
    decision can be withdrawn. Raises ``UsageError`` ``recognition.issuer`` when somebody else
    than the recogniser would sign, ``recognition.length`` when it is too long, and every reason of
    ``Decision.from_json``.
    """
    decision = Decision.from_json(decision.to_json())
    if issuer.get("id") != decision.recogniser.id:
        raise UsageError("recognition.issuer", "A decision is signed by the body that decided.")
    if id == decision.source.id:
        raise UsageError("recognition.id", "A decision has an id of its own.")
    sentence = in_words(decision)
    praise = decision.verdict != REFUSED
    subject: dict[str, Any] = {"id": decision.source.id}
    if praise:
        subject |= {"type": ["EndorsementSubject"], "endorsementComment": sentence}
    else:
        subject["description"] = sentence
    built: dict[str, Any] = {
        "@context": [_VC, _OB],
        "id": id,
        "type": ["VerifiableCredential", *(["EndorsementCredential"] if praise else [])],
        "name": "Decision on recognition",
        "description": sentence,
        "issuer": dict(issuer),
        "validFrom": stamp(valid_from),
        "credentialSubject": subject,
        "relatedResource": [
            _bound(decision),
            new_seal(decision.source.id, decision.source.sha256),
        ],
        "credentialStatus": dict(status) if status else None,
    }
    return {name: value for name, value in built.items() if value is not None}


def in_words(decision: Decision) -> str:
    """The decision as sentences for a person; in a credential they are signed with it."""
    target = decision.target_name or decision.target
    said = f"{decision.recogniser.name}: {_SAYS[decision.verdict]} for {target}."
    if decision.outcomes:
        said += f" Outcomes: {_list(decision.outcomes)}."
    if decision.credit is not None:
        unit = decision.credit.unit_name or decision.credit.unit
        said += f" Credit: {decision.credit.value:f} {unit}."
    if decision.conditions:
        said += f" Conditions: {_list(decision.conditions)}."
    if decision.reasons:
        said += f" Reasons: {_list(decision.reasons)}."
    if decision.measures:
        said += f" For recognition later: {_list(decision.measures)}."
    if decision.appeal is not None:
        said += f" Appeal until {decision.appeal.until}: {decision.appeal.route.rstrip('.')}."
    return said


def _list(texts: tuple[str, ...]) -> str:
    return "; ".join(one.rstrip(".") for one in texts)


def read_decision(tree: Mapping[str, Any]) -> Decision:
    """The decision in a verified credential.

    Whether it is signed, in force and not withdrawn is for ``verification`` to say first. Raises
    ``CheckFailed`` ``recognition.none`` (it holds no decision), ``recognition.changed`` (a digest,
    the subject or the issuer does not fit) and ``recognition.unreadable``.
    """
    given = _inside(tree)
    try:
        found = Decision.from_json(given)
    except UsageError as error:
        raise CheckFailed("recognition.unreadable", f"The decision: {error.detail}") from None
    subject = tree.get("credentialSubject")
    if isinstance(subject, list) and len(subject) == 1:
        subject = subject[0]
    if _id(subject) != found.source.id:
        raise CheckFailed("recognition.changed", "The decision is about another credential.")
    if _id(tree.get("issuer")) != found.recogniser.id:
        raise CheckFailed("recognition.changed", "The decision was made by somebody else.")
    if not _sealed(tree, found):
        raise CheckFailed("recognition.changed", "The recognised credential is not bound to it.")
    return found


def is_about(decision: Decision, data: bytes) -> bool:
    """Whether these are the exact bytes that were recognised."""
    return hashlib.sha256(data).hexdigest() == decision.source.sha256


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a decision still stands: ``in-force``, ``review`` or ``could-not-tell``; and why.

    ``reasons`` are pairs of a reason of a report, such as ``status.revoked``, and its sentence.
    """

    word: Literal["in-force", "review", "could-not-tell"]
    reasons: tuple[tuple[str, str], ...]


def standing_of(decision: Decision, reports: Iterable[Report]) -> Standing:
    """What became of a decision, by reports on its source that were made now.

    Only a report whose signature is proven to be the source's issuer's counts: a forgery with the
    same id changes nothing. A source that is revoked, suspended or outside its dates puts the
    decision into review. Without a report nothing can be told. A portfolio has no status; it
    stays in force.
    """
    if decision.source.kind == "portfolio":
        return Standing("in-force", ())
    own = [one for one in reports if _is_source(one, decision)]
    if not own:
        told = (
            "recognition.no-report",
            "No report shows the recognised credential to be its issuer's.",
        )
        return Standing("could-not-tell", (told,))
    checks = [one.check(code) for one in own for code in ("validity", "status")]
    gone = [one for one in checks if one.outcome == "failed"]
    open_ = [one for one in checks if one.outcome == "could-not-tell"]
    if gone:
        return Standing("review", _told(gone))
    return Standing("could-not-tell", _told(open_)) if open_ else Standing("in-force", ())


def _told(checks: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys((one.reason, one.detail) for one in checks))


def _is_source(report: Report, decision: Decision) -> bool:
    named = report.credential.id == decision.source.id
    by = report.credential.issuer_id == decision.source.issuer
    proven = all(report.check(code).outcome == "passed" for code in ("proof", "issuer-key"))
    return named and by and proven


def _bound(decision: Decision) -> dict[str, Any]:
    inner = {"type": TYPE, **decision.to_json()}
    data = orjson.dumps(inner, option=orjson.OPT_SORT_KEYS)
    if len(data) > MOST:
        raise UsageError(
            "recognition.length", f"The decision takes {len(data):,} bytes; at most {MOST:,} fit."
        )
    return {
        "id": data_address(data),
        "digestSRI": _sri(data),
        "mediaType": "application/json",
    }


def _sri(data: bytes) -> str:
    return f"sha384-{base64.b64encode(hashlib.sha384(data).digest()).decode()}"


def _entries(tree: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    given = tree.get("relatedResource")
    listed = given if isinstance(given, list) else [given]
    return [one for one in listed if isinstance(one, Mapping)]


def _inside(tree: Mapping[str, Any]) -> dict[str, Any]:
    found: list[dict[str, Any]] = []
    for entry in _entries(tree):
        data = data_of(str(entry.get("id") or ""))
        if data is None or len(data) > MOST:
            continue
        inner = parse_json(data)
        if isinstance(inner, dict) and inner.get("type") == TYPE:
            if entry.get("digestSRI") != _sri(data):
                raise CheckFailed("recognition.changed", "The decision is not what was signed.")
            del inner["type"]
            found.append(inner)
    if len(found) != 1:
        raise CheckFailed(
            "recognition.none", f"It holds {len(found) or 'no'} decision(s) on recognition, not 1."
        )
    return found[0]


def _sealed(tree: Mapping[str, Any], decision: Decision) -> bool:
    wanted = ("sha256", bytes.fromhex(decision.source.sha256))
    return any(
        wanted in read_digests(one) for one in _entries(tree) if one.get("id") == decision.source.id
    )


def _id(party: Any) -> str:
    found = party.get("id") if isinstance(party, Mapping) else party
    return found if isinstance(found, str) else ""
