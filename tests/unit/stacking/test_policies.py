"""Seven real policies and their edges, each computed by hand."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from stackmark.model.holding import read_holdings
from stackmark.stacking.additions import holdings_of
from stackmark.stacking.audit import audit
from stackmark.stacking.parse import read_rules
from stackmark.stacking.witness import check

FOLDER = Path(__file__).parent / "policies"
AT = dt.date(2026, 6, 1)
HOME, OTHER = "did:web:home.example", "did:web:other.example"
RULES = {path.stem: read_rules(json.loads(path.read_text())) for path in FOLDER.glob("*.json")}


def courses(*rows, unit="us-semester"):
    """Holdings (credits, and what differs from a good course at home)."""
    made = []
    for number, (credit, more) in enumerate(rows):
        row = {
            "id": f"urn:h:{number}",
            "achievement": f"urn:course:{number}",
            "issuer": HOME,
            "class": "course",
            "level": 7,
            "credits": {"value": credit, "unit": unit},
            "awarded": "2024-06-01",
            "grade": {"value": "3.5", "scale": "gpa-4"},
            "status": "valid",
            "applied_to": [],
        }
        made.append({**row, **more})
    return read_holdings(made)


TRANSFER = {"issuer": OTHER, "issuer_class": ["other-institution"]}
THESIS = (6, {"class": "thesis"})
B = {"grade": {"value": "B", "scale": "us-letter"}}


def verdict(policy, *rows, **how):
    held = courses(*rows, **how)
    found = audit(RULES[policy], held, AT)
    if found.witness is not None:
        assert check(found.witness, RULES[policy], held) == ()
    if found.verdict == "no":
        assert found.smallest_change.additions, found.explanation
        more = holdings_of(found.smallest_change, RULES[policy], AT)
        assert audit(RULES[policy], [*held, *more], AT).verdict == "yes"
    return found.verdict


def test_all_seven_are_here():
    assert len({one.split("-")[0] for one in RULES}) == 7


# 30 of coursework and a thesis of 6: half of 36 is 18; 18 at home are needed.
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(12, {}), (18, TRANSFER), THESIS], "yes"),  # 18 home (12 + 6), 18 of 36 transferred: half
        ([(11, {}), (19, TRANSFER), THESIS], "no"),  # 17 hours in residence
        ([(30, {}), (6, {**TRANSFER, "class": "thesis"})], "no"),  # a thesis never transfers
        ([(12, {}), (18, {**TRANSFER, "awarded": "2019-06-01"}), THESIS], "yes"),  # 7 years old
        ([(12, {}), (18, {**TRANSFER, "awarded": "2019-05-31"}), THESIS], "no"),  # and one day
        ([(30, {"grade": {"value": "3.0", "scale": "gpa-4"}}), THESIS], "yes"),
        ([(30, {"grade": {"value": "2.9", "scale": "gpa-4"}}), THESIS], "no"),
        ([(18, {}), (12, {"class": "course-before-enrolment"}), THESIS], "yes"),
        ([(17, {}), (13, {"class": "course-before-enrolment"}), THESIS], "no"),
    ],
)
def test_graduate_school(rows, expected):
    assert verdict("graduate-school-2-0050p", *rows) == expected


# 36 in all: 30 % is 10.8; 24 at home, 18 of them at level 7.
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(18, B), (8, {**B, "level": 6}), (10, {**B, **TRANSFER})], "yes"),
        ([(18, B), (7, {**B, "level": 6}), (11, {**B, **TRANSFER})], "no"),  # 11 of 36: 30.6 %
        ([(17, B), (9, {**B, "level": 6}), (10, {**B, **TRANSFER})], "no"),  # 17 at 2000 level
        ([(36, {"grade": {"value": "B", "scale": "us-letter"}})], "yes"),  # exactly B
        ([(36, {"grade": {"value": "B-", "scale": "us-letter"}})], "no"),
        ([(36, {**B, "awarded": "2016-06-01"})], "yes"),
        ([(36, {**B, "awarded": "2016-05-31"})], "no"),
        ([(26, B), (10, {**B, **TRANSFER, "applied_to": ["urn:degree:other"]})], "no"),
        ([(26, B), (10, {**B, **TRANSFER, "applied_to": ["urn:degree:third"]})], "yes"),
        ([(36, {})], "undecided"),  # 3.5 of 4.0 on another scale, and no policy converts it
    ],
)
def test_steinhardt(rows, expected):
    assert verdict("steinhardt", *rows) == expected


def test_steinhardt_does_not_guess_whether_something_was_applied_elsewhere():
    rows = [dict(B) for _ in range(1)]
    held = [
        {"id": "urn:h:1", "issuer": HOME, "level": 7, "awarded": "2024-01-01", "status": "valid"}
        | rows[0]
        | {"credits": {"value": 36, "unit": "us-semester"}}
    ]
    found = audit(RULES["steinhardt"], read_holdings(held), AT)
    assert found.verdict == "undecided"
    assert [one.about for one in found.unknown] == ["applied_to"]


# max(6 hours, 20 %): with 24 hours 20 % is 4.8 and 6 counts; with 40 hours 20 % is 8.
@pytest.mark.parametrize(
    ("policy", "rows", "expected"),
    [
        ("alfred-masters", [(18, {}), (6, TRANSFER)], "yes"),
        ("alfred-masters", [(17, {}), (7, TRANSFER)], "no"),
        ("alfred-masters", [(16, {}), (16, {}), (8, TRANSFER)], "yes"),
        ("alfred-doctoral", [(12, {}), (12, TRANSFER)], "yes"),
        ("alfred-doctoral", [(11, {}), (13, TRANSFER)], "no"),
        ("alfred-none", [(24, {}), (6, TRANSFER)], "yes"),  # what is not used does no harm
        ("alfred-none", [(23, {}), (1, TRANSFER)], "no"),
    ],
)
def test_alfred(policy, rows, expected):
    assert verdict(policy, *rows) == expected


def test_alfreds_share_lets_more_in_when_more_is_used():
    """Of 40 hours 8 may be transferred: all 40 are used where only that reaches the total."""
    rules = json.loads((FOLDER / "alfred-masters.json").read_text())
    rules["rule"]["credits"]["min"] = 40
    held = courses((16, {}), (16, {}), (8, TRANSFER))
    assert audit(read_rules(rules), held, AT).verdict == "yes"
    held = courses((16, {}), (15, {}), (9, TRANSFER))
    found = audit(read_rules(rules), held, AT)
    assert found.verdict == "no"
    assert any("“transfer” stands in the way" in one for one in found.explanation)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(21, {}), (9, TRANSFER)], "yes"),
        ([(20, {}), (10, TRANSFER)], "no"),
        ([(30, {"awarded": "2020-06-01"})], "yes"),
        ([(30, {"awarded": "2020-05-31"})], "no"),
        ([(30, {"grade": {"value": "2.99", "scale": "gpa-4"}})], "no"),
    ],
)
def test_sport_leadership(rows, expected):
    assert verdict("sport-leadership", *rows) == expected


def micromasters(**exam):
    rows = [
        (6, {"achievement": f"urn:course:sc{number}x", "provenance": "verified"})
        for number in range(5)
    ]
    last = {"achievement": "urn:exam:comprehensive", "provenance": "verified", **exam}
    return [*rows, (0, last)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (micromasters(supervision="remote-live"), "yes"),
        (micromasters(supervision="remote-recorded"), "no"),
        (micromasters(), "undecided"),  # how the examination was supervised is not stated
        (micromasters(supervision="onsite", provenance="stated"), "no"),
        (micromasters(supervision="onsite")[1:], "no"),
    ],
)
def test_micromasters(rows, expected):
    assert verdict("micromasters", *rows, unit="ects") == expected


def test_a_missing_course_is_named_by_the_flow():
    held = courses(*micromasters(supervision="onsite")[1:], unit="ects")
    found = audit(RULES["micromasters"], held, AT)
    assert found.engine == "flow"
    assert [(one.rule, one.needs, one.has) for one in found.shortfalls] == [("sc0x", 1, 0)]
    assert found.smallest_change.additions == (
        {"achievement": "urn:course:sc0x", "verified": True},
    )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ((4, {"achievement": "urn:module:a1"}), "yes"),
        ((6, {"achievement": "urn:module:b1", "level": 6}), "yes"),
        ((3.9, {"achievement": "urn:module:a1"}), "no"),
        ((6.1, {"achievement": "urn:module:a1"}), "no"),
        ((5, {"achievement": "urn:module:c1"}), "no"),
        ((5, {"achievement": "urn:module:a2", "level": 5}), "no"),
    ],
)
def test_cmf(row, expected):
    assert verdict("cmf", row, unit="ects") == expected


OLD = {"field": "0613", "awarded": "2019-05-31"}
NEW = {"field": "0613", "awarded": "2019-06-01"}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(9, NEW), (6, OLD)], "yes"),  # the old credit is elective
        ([(6, NEW), (9, OLD)], "no"),
        ([(3, NEW), (6, NEW), (6, {"field": "0223"})], "yes"),
    ],
)
def test_age_limits_are_per_requirement(rows, expected):
    assert verdict("transfer-office", *rows) == expected


def test_old_credit_is_told_to_be_too_old_for_the_major():
    found = audit(RULES["transfer-office"], courses((6, NEW), (6, {"field": "0223"}), (9, OLD)), AT)
    assert found.verdict == "no"
    assert found.shortfalls[0].rule == "major"
    assert any("too old for “major”" in one for one in found.explanation)
