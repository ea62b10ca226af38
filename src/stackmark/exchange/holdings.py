"""A verified document as holdings: what it says of the achievement, and what checking it gave.

A document whose signature, key or form fails is no holding at all. One that is revoked, suspended
or expired is, and counts for nothing. Where a check could not be made the status is ``unknown``:
that never makes a yes, and never a no.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

import orjson

from stackmark.assessment.designed import designed
from stackmark.assessment.evidence import evidence_span
from stackmark.exchange.clr.read import read_all
from stackmark.exchange.formats import read_record
from stackmark.exchange.ob3.read import recognises as is_badge
from stackmark.exchange.shapes import Imported
from stackmark.model.holding import VERIFIED, Credits, HeldGrade, Holding
from stackmark.model.record import Record, Result
from stackmark.quality.classes import derive
from stackmark.reading.received import types_of
from stackmark.verification.report import Report

# Faults that leave it the issuer's own document, only not one that counts.
_STANDING: Final = {
    "status.revoked": "revoked",
    "status.suspended": "suspended",
    "validity.expired": "expired",
}
# The EU words; who watches online is taken to be a person (a recording is no supervision there).
_SUPERVISION: Final = {
    "unsupervised-no-id": "none",
    "supervised-online-id": "remote-live",
    "supervised-onsite-id": "onsite",
}
_CLASS: Final = {
    "attendance": "attendance",
    "micro-credential": "micro-credential",
    "micro-certification": "micro-certification",
}
_DEGREES: Final = frozenset(
    {
        *("Degree", "AssociateDegree", "BachelorDegree", "MasterDegree", "DoctoralDegree"),
        *("ProfessionalDoctorate", "ResearchDoctorate"),
    }
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What checking gave: a status of a holding, or why it is none (``refused``)."""

    status: str = "unknown"
    refused: str = ""


def standing(report: Report) -> Standing:
    """The status of what a report is about.

    ``refused`` holds the sentence of the check that failed, where it is not the issuer's document.
    """
    if report.verdict == "verified":
        return Standing("valid")
    if report.verdict == "could-not-tell":
        return Standing("unknown")
    found = [one.reason for one in report.checks if one.outcome == "failed"]
    if not found or any(one not in _STANDING for one in found):
        return Standing(refused=report.why)
    # The first of the list that applies: what is revoked stays so, what is suspended may return.
    return Standing(next(status for reason, status in _STANDING.items() if reason in found))


def inner_documents(tree: Mapping[str, Any]) -> list[bytes]:
    """The credentials inside a presentation or a learner record, each to be verified by itself."""
    root = _root(tree)
    kinds = types_of(root)
    if "ClrCredential" in kinds:
        root = _within(root, "credentialSubject")
    elif "VerifiablePresentation" not in kinds:
        return []
    return [
        orjson.dumps(one) if isinstance(one, Mapping) else one.encode("utf-8", "replace")
        for one in _rows(root.get("verifiableCredential"))
        if isinstance(one, Mapping | str)
    ]


def records_of(tree: Mapping[str, Any], resources: Mapping[str, bytes]) -> Iterator[Imported]:
    """What a document itself vouches for; the credentials inside it are not among that.

    Raises ``ReadError`` ``read.format`` when no format knows it.
    """
    root = _root(tree)
    kinds = types_of(root)
    if "VerifiablePresentation" in kinds:
        return
    if "ClrCredential" not in kinds:
        yield read_record(tree, resources=resources)
        return
    held = _rows(_within(root, "credentialSubject").get("verifiableCredential"))
    inside = sum(1 for one in held if isinstance(one, Mapping) and is_badge(one))
    yield from read_all(tree, resources)[inside:]


def _root(tree: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a token of version 1.1 wraps; else the document itself."""
    return _within(tree, "vp") or _within(tree, "vc") or tree


def _within(tree: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = tree.get(name)
    return found if isinstance(found, Mapping) else {}


def _rows(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def holding_of(found: Imported, status: str, name: str, at: dt.date) -> Holding:
    """A record as a holding at a day; ``name`` is its id where the document has none.

    Where a file with further facts is not at hand, the class they might change is not known.

    What has expired since was valid then; what was revoked since is revoked. Credit stands as
    stated, hours of work are none. A grade is taken where there is just one. The level of evidence
    is what the stated assessment reaches for certain, and the highest that it leaves open.
    """
    record = found.record
    achievement, award = record.achievement, record.award
    issuer = record.issuer or record.awarding_body
    dates = _dates(record)
    if status == "expired" and dates.get("expires", at) >= at:
        status = "valid"
    return Holding(
        id=(award.id if award else "") or name,
        achievement=record.id,
        title=achievement.name,
        issuer=issuer.id if issuer else "",
        issuer_classes=(issuer.kind,) if issuer and issuer.kind else (),
        kind=_kind(record, whole=not found.missing),
        skills=tuple(dict.fromkeys(one.uri for one in achievement.skills if one.uri)),
        field=achievement.field.code if achievement.field else "",
        level=achievement.level.eqf if achievement.level else None,
        credits=_credits(record),
        supervision=_supervision(record),
        **_evidence(record),
        status=status,
        provenance=VERIFIED,
        **dates,
        grade=_grade(record),
    )


def distinct(rows: Iterable[tuple[str, Holding]]) -> list[tuple[str, Holding]]:
    """Each credential once, with its source: of several editions the newest (same issuer and id).

    Open Badges 3.0 calls credentials of one issuer and id the same; the newer one replaces the
    older. Where two issuers took the same id, the later one gets another here.
    """
    found: dict[tuple[str, str], tuple[str, Holding]] = {}
    for source, one in rows:
        key = (one.issuer, one.id)
        if key not in found or _rank(one) > _rank(found[key][1]):
            found[key] = (source, one)
    taken: set[str] = set()
    kept = []
    for source, one in found.values():
        kept.append((source, _renamed(one, taken)))
        taken.add(kept[-1][1].id)
    return kept


def _renamed(holding: Holding, taken: set[str]) -> Holding:
    """The holding under an id that nobody else has."""
    name, number = holding.id, 2
    while name in taken:
        name, number = f"{holding.id}#{number}", number + 1
    return replace(holding, id=name) if name != holding.id else holding


def _rank(one: Holding) -> tuple[str, bool]:
    return (one.awarded.isoformat() if one.awarded else "", one.status == "valid")


def _kind(record: Record, *, whole: bool) -> str:
    found = derive(record).value
    if not whole and found == "micro-credential":
        return ""
    if found == "larger-award":
        return "degree" if record.type_stated in _DEGREES else "certificate"
    if found == "micro-credential" and record.achievement.kind == "nano-degree-part":
        return "nano-degree-part"
    return _CLASS.get(found, "")


def _credits(record: Record) -> Credits | None:
    credit = record.achievement.credit
    if credit is None or credit.value is None:
        return None
    unit = credit.unit_name if credit.unit == "other" else credit.unit
    return Credits(Fraction(credit.value), Fraction(credit.value), unit)


def _dates(record: Record) -> dict[str, Any]:
    award = record.award
    if award is None:
        return {}
    begun, end = award.issued or award.valid_from, award.valid_until
    found = {"awarded": begun.date()} if begun else {}
    return found | ({"expires": end.date()} if end else {})


def _grade(record: Record) -> HeldGrade | None:
    rows = [one for one in record.award.results if one.value] if record.award else []
    return _graded(rows[0]) if len(rows) == 1 else None


def _graded(result: Result) -> HeldGrade | None:
    """On a scale that is named; ``Percent`` is our ``percent``, a top of 4 makes grade points."""
    scale = "percent" if result.scale.lower() == "percent" else result.scale
    if scale == "GradePointAverage" and _is_number(result.maximum, 4):
        scale = "gpa-4"
    return HeldGrade(result.value, scale) if scale else None


def _is_number(text: str, wanted: int) -> bool:
    try:
        return Fraction(text) == wanted
    except (ValueError, ZeroDivisionError):
        return False


def _supervision(record: Record) -> str:
    plan = record.achievement.plan
    if plan is not None and plan.supervision:
        return plan.supervision
    return _SUPERVISION.get(record.achievement.supervision, "")


def _evidence(record: Record) -> dict[str, Any]:
    """The evidence-strength level of the assessment; nothing where no step is known of it."""
    facts = designed(record.achievement)
    if facts.supervision is None and record.achievement.supervision.startswith("supervised-"):
        facts = replace(facts, supervision="onsite")  # whichever: the ladder asks whether at all
    level, most = evidence_span(facts)
    if not level:
        return {}
    return {"evidence": level, "evidence_most": most if most > level else None}
