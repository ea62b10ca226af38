"""Verified documents as holdings: status by the checks, facts as the record states them."""

from __future__ import annotations

import datetime as dt
from copy import deepcopy
from fractions import Fraction
from typing import Any

import pytest

from quality_records import DESIGN
from stackmark.exchange.holdings import (
    distinct,
    holding_of,
    inner_documents,
    records_of,
    standing,
)
from stackmark.exchange.shapes import Imported
from stackmark.model.holding import Credits, HeldGrade, Holding
from stackmark.model.record import Record
from stackmark.verification.report import Check, Report, Subject, failed, passed

AT = dt.date(2026, 6, 1)


def report(verdict: Any, *checks: Check) -> Report:
    return Report(verdict, "ob3+di", "standard", "", Subject(), checks)


REVOKED = failed("status", "status.revoked", "It was revoked.")
SUSPENDED = failed("status", "status.suspended", "It is suspended.")
EXPIRED = failed("validity", "validity.expired", "It expired.")
FORGED = failed("proof", "proof.signature", "The signature does not fit.")


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (report("verified", passed("proof", "It fits.")), "valid"),
        (report("could-not-tell"), "unknown"),
        (report("refused", EXPIRED), "expired"),
        (report("refused", EXPIRED, REVOKED), "revoked"),
        (report("refused", SUSPENDED, EXPIRED), "suspended"),
    ],
)
def test_the_status_is_that_of_the_checks(given: Report, status: str) -> None:
    assert (standing(given).status, standing(given).refused) == (status, "")


@pytest.mark.parametrize(
    "given", [report("refused", FORGED), report("refused", REVOKED, FORGED), report("refused")]
)
def test_what_is_not_the_issuers_is_no_holding(given: Report) -> None:
    assert standing(given).refused


def test_the_reason_is_told() -> None:
    assert standing(report("refused", FORGED)).refused == "The signature does not fit."


def record(**changes: Any) -> Record:
    found = deepcopy(DESIGN)
    found["award"] = {"id": "urn:uuid:1", "issued": "2026-01-15T23:30:00Z"}
    for path, value in changes.items():
        *way, last = path.split("__")
        here = found
        for step in way:
            here = here.setdefault(step, {})
        if value is None:
            here.pop(last, None)
        else:
            here[last] = value
    return Record.from_json(found)


def taken(found: Record, status: str, at: dt.date = AT, *missing: str) -> Holding:
    return holding_of(Imported(found, "ob3", {}, missing=missing), status, "file.json", at)


def held(**changes: Any) -> Holding:
    return taken(record(**changes), "valid")


def test_the_class_is_not_known_while_facts_are_not_at_hand() -> None:
    assert taken(record(), "valid", AT, "https://x.example/facts.json").kind == ""
    none = record(achievement__assessment={"methods": ["none"]})
    assert taken(none, "valid", AT, "https://x.example/facts.json").kind == "attendance"


def test_facts_are_those_of_the_record() -> None:
    assert held() == Holding(
        id="urn:uuid:1",
        achievement=DESIGN["id"],
        title="Sound conclusions from small data",
        issuer="https://northfield.example/issuer",
        kind="nano-degree-part",
        skills=("http://skills.example/plan-research", "http://skills.example/explain-results"),
        field="0542",
        level=5,
        credits=Credits(Fraction(2), Fraction(2), "ects"),
        awarded=dt.date(2026, 1, 15),
        supervision="remote-live",
        evidence=4,
        status="valid",
        provenance="verified",
    )


def test_what_is_not_stated_stays_unknown() -> None:
    gone = ("level", "credit", "field", "outcomes", "supervision", "assessment")
    found = held(**{f"achievement__{name}": None for name in gone}, award__issued=None)
    assert (found.level, found.credits, found.field, found.skills) == (None, None, "", ())
    assert (found.supervision, found.awarded, found.evidence, found.applied_to) == (
        *("", None, None, None),
    )


RUBRIC = {
    "id": "work",
    "name": {"en": "Work"},
    "kind": "rubric",
    "method": "practical",
    "criteria": [
        {
            "id": "one",
            "name": {"en": "One"},
            "levels": [
                {"id": "low", "name": {"en": "Low"}, "points": 0},
                {"id": "high", "name": {"en": "High"}, "points": 2},
            ],
        }
    ],
}


@pytest.mark.parametrize(
    ("stated", "wanted"),
    [
        ({"supervision": None, "assessment": None}, (None, None)),
        ({"supervision": None, "assessment": {"methods": ["none"]}}, (1, None)),
        ({"supervision": "unsupervised-no-id", "assessment": {"methods": ["quiz"]}}, (2, None)),
        ({"supervision": None, "assessment": {"methods": ["quiz"]}}, (2, 4)),
        ({"supervision": None, "assessment": {"methods": ["project"]}}, (2, 4)),
        ({"supervision": None, "assessment": {"methods": ["practical"]}}, (2, 6)),
        ({"supervision": "supervised-no-id", "assessment": {"methods": ["quiz"]}}, (4, None)),
        ({"assessment": {"methods": ["practical"]}}, (4, 6)),
        ({"plan": {"components": [RUBRIC], "supervision": "onsite", "markers": 2}}, (5, 6)),
        (
            {
                "plan": {
                    "components": [RUBRIC],
                    "supervision": "onsite",
                    "markers": 2,
                    "independence": "independent",
                }
            },
            (6, None),
        ),
        ({"plan": {"components": [RUBRIC], "supervision": "onsite", "markers": 1}}, (4, None)),
    ],
)
def test_the_level_of_evidence_is_what_is_known_and_what_that_leaves_open(stated, wanted) -> None:
    found = held(**{f"achievement__{name}": value for name, value in stated.items()})
    assert (found.evidence, found.evidence_most) == wanted


@pytest.mark.parametrize(
    ("methods", "kind", "wanted"),
    [
        (["none"], "digital-badge", "attendance"),
        (["project"], "digital-badge", "micro-credential"),
        (["project"], "nano-degree-part", "nano-degree-part"),
    ],
)
def test_the_class_follows_from_the_facts(methods: list[str], kind: str, wanted: str) -> None:
    found = held(achievement__assessment={"methods": methods}, achievement__kind=kind)
    assert found.kind == wanted


def test_a_large_award_is_no_micro_credential() -> None:
    large = {"achievement__credit": {"value": 180, "unit": "ects"}, "achievement__workload": None}
    assert held(**large).kind == "certificate"
    assert held(**large, type_stated="BachelorDegree").kind == "degree"


@pytest.mark.parametrize(
    ("results", "wanted"),
    [
        ([{"value": "87", "scale": "Percent"}], HeldGrade("87", "percent")),
        (
            [{"value": "3.5", "scale": "GradePointAverage", "maximum": "4.0"}],
            HeldGrade("3.5", "gpa-4"),
        ),
        ([{"value": "1.7", "scale": "de-1-5"}], HeldGrade("1.7", "de-1-5")),
        ([{"value": "1.7"}], None),
        ([{"value": "8", "scale": "a"}, {"value": "9", "scale": "a"}], None),
        ([{"status": "completed"}], None),
    ],
)
def test_one_grade_on_a_named_scale(results: Any, wanted: HeldGrade | None) -> None:
    assert held(award__results=results).grade == wanted


@pytest.mark.parametrize(
    ("plan", "stated", "wanted"),
    [
        ({"supervision": "remote-recorded"}, "supervised-onsite-id", "remote-recorded"),
        (None, "supervised-onsite-id", "onsite"),
        (None, "unsupervised-no-id", "none"),
        (None, "supervised-no-id", ""),
    ],
)
def test_supervision_by_plan_or_by_the_eu_word(plan: Any, stated: str, wanted: str) -> None:
    found = held(achievement__plan=plan, achievement__supervision=stated)
    assert found.supervision == wanted


def test_what_expired_since_was_valid_then() -> None:
    found = record(award__valid_until="2026-05-31T10:00:00Z")
    assert taken(found, "expired").status == "expired"
    assert taken(found, "expired", dt.date(2026, 5, 31)).status == "valid"
    assert taken(found, "revoked", dt.date(2026, 5, 1)).status == "revoked"


def test_a_document_without_id_is_called_by_its_file() -> None:
    assert held(award__id=None).id == "file.json"


def test_of_two_editions_the_newer_one_counts() -> None:
    older = Holding(id="a", awarded=dt.date(2025, 1, 1), status="valid")
    newer = Holding(id="a", awarded=dt.date(2026, 1, 1), status="revoked")
    assert distinct([("x", older), ("y", newer)]) == [("y", newer)]
    other = Holding(id="b")
    rows = [("x", newer), ("y", older), ("z", other)]
    assert distinct(rows) == [("x", newer), ("z", other)]


def test_two_issuers_may_take_the_same_id() -> None:
    rows = [("x", Holding(id="a", issuer="did:1")), ("y", Holding(id="a", issuer="did:2"))]
    assert [one.id for _, one in distinct(rows)] == ["a", "a#2"]


def test_what_lies_inside_is_taken_out() -> None:
    token = "a.b.c"
    assert (
        inner_documents({"type": ["VerifiableCredential"], "verifiableCredential": [token]}) == []
    )
    shown = {"type": "VerifiablePresentation", "verifiableCredential": [{"id": "x"}, token, 7]}
    assert inner_documents(shown) == [b'{"id":"x"}', b"a.b.c"]
    assert inner_documents({"vp": shown}) == inner_documents(shown)
    clr = {"type": ["ClrCredential"], "credentialSubject": {"verifiableCredential": {"id": "x"}}}
    assert inner_documents(clr) == [b'{"id":"x"}']
    assert list(records_of(shown, {})) == []


def test_a_learner_record_vouches_for_its_own_achievements_only() -> None:
    badge = {
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "credentialSubject": {"achievement": {"id": "urn:inner", "name": "Inner"}},
    }
    own = {"id": "urn:own", "type": ["Achievement"], "name": "Own", "description": "x"}
    subject = {"verifiableCredential": [badge], "achievement": [own]}
    clr = {"type": ["VerifiableCredential", "ClrCredential"], "credentialSubject": subject}
    assert [one.record.id for one in records_of(clr, {})] == ["urn:own"]
