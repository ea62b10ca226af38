"""Our profiles: each is met by one example and broken by others, with the reason."""

from __future__ import annotations

import pytest

from quality_records import NOW, credential, design
from stackmark.exchange.formats import read_record
from stackmark.quality import vocabulary
from stackmark.quality.check import check
from stackmark.quality.judges import JUDGES
from stackmark.quality.profile import DEFAULT, NAMES, named

CMF = {"workload": {"low": 100, "high": 150}, "credit": {"value": 5, "unit": "ects"}}
WATCHED = {"supervision": "supervised-onsite-id"}
CERTIFIED = {
    **WATCHED,
    "kind": "micro-certification",
    "parties": [{"name": "Assessors Ltd", "role": "assessor"}],
    "validity": {"kind": "months", "months": 36, "renewal": {"en": "A test."}},
}
MET = {name: {} for name in NAMES} | {"cmf": CMF, "iso-17024": CERTIFIED}
WORD = {"title": {"en": "Diploma in small data"}}
ASSESSED = {"methods": ["written-exam"], "pass_rule": {"en": "60 of 100."}}
BROKEN = [
    ("eu-2022", {"participation": None}, "eu-2022.10", "nothing is stated"),
    ("open-mc", {"supervision": None}, "open-mc.13", "nothing is stated"),
    ("open-mc", {"assessment": {"methods": ["quiz"]}}, "open-mc.17", "nothing is stated"),
    ("open-mc", {"assessment": ASSESSED}, "open-mc.18", "nothing is stated"),
    (
        "open-mc",
        {"outcomes": [{"statement": {"en": "Plan a study"}}]},
        "open-mc.21",
        "1 of 1 outcomes do not say how they are assessed",
    ),
    ("cmf", {**CMF, "workload": {"low": 20, "high": 30}}, "cmf.01", "20 to 30 hours"),
    ("cmf", {**CMF, "level": {"eqf": 3}}, "cmf.02", "does not lie between 4 and 7"),
    ("cmf", {**CMF, "level": {"not_levelled": True}}, "cmf.02", "a level is asked for"),
    ("cmf", {**CMF, "supervision": "supervised-no-id"}, "cmf.05", "Identity is not checked"),
    ("au-nmf", {"credit": {"value": 60, "unit": "ects"}}, "au-nmf.04", "a larger award"),
    ("au-nmf", {"assessment": {"methods": ["none"]}}, "au-nmf.06", "nothing is assessed"),
    ("nz-2022", WORD, "nz-2022.02", "holds “diploma”"),
    (
        "nz-2022",
        {"credit": {"value": 41, "unit": "nz"}, "workload": None},
        "nz-2022.03",
        "41 New Zealand credits; at most 40 are asked for",
    ),
    (
        "nz-2022",
        {"quality": [{"type": "other", "date": "2026-01-01", "review_due": "2029-01-02"}]},
        "nz-2022.10",
        "more than 36 months away",
    ),
    (
        "nz-2022",
        {"quality": [{"type": "other", "review_due": "2026-10-31"}]},
        "nz-2022.10",
        "is overdue",
    ),
    ("tmc-knowledge", {"assessment": {"methods": ["none"]}}, "tmc-knowledge.07", "attendance"),
    ("tmc-application", {"assessment": ASSESSED}, "tmc-application.06", "asked for is one of"),
    ("ctdl-min", {"instruction": None}, "ctdl-min.07", "nothing is stated"),
    ("e2659", {"title": {"en": "Certified planner"}}, "e2659.06", "holds “certified”"),
    ("e2659", {"assessment": {"methods": ["none"]}}, "e2659.03", "nothing is assessed"),
    ("e2659", {"participation": None}, "e2659.01", "not stated: participation"),
    ("iso-17024", {**CERTIFIED, "parties": []}, "iso-17024.02", "No assessing body"),
    (
        "iso-17024",
        {**CERTIFIED, "supervision": "unsupervised-no-id"},
        "iso-17024.03",
        "not supervised",
    ),
    ("iso-17024", {**CERTIFIED, "validity": {"kind": "unlimited"}}, "iso-17024.06", "never ends"),
]


def judged(name, tree):
    if name == "ctdl-min":
        tree["identifiers"] = [{"scheme": "ctid", "value": "ce-1"}]
    return check(read_record(tree), named(name), now=NOW)


@pytest.mark.parametrize("form", [design, credential])
@pytest.mark.parametrize("name", NAMES)
def test_what_meets_it(name, form):
    done = judged(name, form(**MET[name]))
    rules = {row.id: row.test for row in done.profile.rows}
    told = [row for row in done.findings if rules[row.id] != "ask"]
    assert [(row.id, row.message) for row in told] == []
    assert done.conforms is (None if name == "iso-17024" else True)


@pytest.mark.parametrize(("name", "changes", "id_", "words"), BROKEN)
def test_what_breaks_it_and_why(name, changes, id_, words):
    done = judged(name, design(**changes))
    found = next(row for row in done.rows if row.id == id_)
    assert (found.outcome, words in found.message) == ("failed", True), found.message
    assert done.verdict == "does-not-conform"


def test_each_profile_is_broken_by_some_example():
    assert {name for name, *_ in BROKEN} == set(NAMES)


def test_a_size_over_the_edge_by_one_reading_only_is_left_open():
    # 15 ECTS credits are 375 to 450 hours: 37.5 to 45 New Zealand credits.
    tree = design(workload=None, credit={"value": 15, "unit": "ects"})
    done = judged("nz-2022", tree)
    found = next(row for row in done.rows if row.id == "nz-2022.03")
    assert found.outcome == "could-not-tell"
    assert "37.5 to 45 New Zealand credits" in found.message


def test_a_checklist_asks_what_no_document_shows():
    done = judged("iso-17024", design(**CERTIFIED))
    asked = [row.element for row in done.findings]
    assert "Job-task analysis" in asked
    assert "Appeals and complaints" in asked


def test_what_was_read_second_hand_says_so():
    official = {name for name in NAMES if named(name).reading == "official"}
    assert official == {"eu-2022", "open-mc", "ctdl-min"}
    assert [name for name in NAMES if named(name).is_checklist] == ["iso-17024"]
    assert DEFAULT == "eu-2022"


def test_the_vocabulary_and_the_judges_are_the_same_list():
    assert list(JUDGES) == list(vocabulary.TESTS)


@pytest.mark.parametrize("test", vocabulary.TESTS)
def test_every_test_is_used_by_a_profile_or_offered(test):
    used = {row.test for name in NAMES for row in named(name).rows}
    offered = {"at-least", "choice"}
    assert (test in used) != (test in offered)
