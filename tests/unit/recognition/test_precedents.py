"""Earlier decisions are found, and those that do not agree are shown."""

from __future__ import annotations

from recognition_world import comparison_of, decision, record, source
from stackmark.recognition.decision import content_digest
from stackmark.recognition.precedents import find_precedents, inconsistencies

ACHIEVEMENT = "https://uni.example/a/7"
CONTENT = content_digest(record())


def likeness(one, **asked):
    return [found.likeness for found in find_precedents([one], **asked)]


def test_the_same_achievement_the_same_content_and_another_version():
    first = decision(source=source(version="1"))
    assert likeness(first, achievement=ACHIEVEMENT, version="1") == ["same-achievement"]
    assert likeness(first, achievement=ACHIEVEMENT) == ["same-achievement"]
    assert likeness(first, achievement=ACHIEVEMENT, version="2") == ["other-version"]
    same = {"achievement": ACHIEVEMENT, "version": "2", "content": CONTENT}
    assert likeness(first, **same) == ["same-achievement"]
    assert likeness(first, achievement="https://uni.example/a/8", content=CONTENT) == [
        "same-content"
    ]
    assert likeness(first, achievement="urn:x:8", others=[ACHIEVEMENT]) == ["other-version"]
    assert likeness(first, achievement="urn:x:8", content="0" * 64) == []
    assert likeness(first) == []


def test_the_same_target_comes_first_then_the_likest_then_the_newest():
    elsewhere = decision(target="https://college.example/a/other")
    old = decision(decided="2025-05-01")
    new = decision()
    version = decision(source=source(version="0", content="0" * 64))
    asked = {"achievement": ACHIEVEMENT, "version": "1", "target": new.target}
    found = find_precedents([elsewhere, version, old, new], **asked)
    assert [one.decision for one in found] == [new, old, version, elsewhere]
    assert [one.same_target for one in found] == [True, True, True, False]


def test_another_verdict_about_the_same_pair_is_shown_with_the_rows():
    first = decision(decided="2026-01-01")
    second = decision("refused", against=["level", "outcomes"])
    (found,) = inconsistencies([second, first])
    assert (found.first, found.second) == (first, second)
    assert found.differs == ("verdict",)
    assert found.rows == ("level", "outcomes")


def test_the_same_findings_with_another_verdict_have_no_row_to_show():
    (found,) = inconsistencies([decision("partial"), decision("refused", decided="2026-05-02")])
    assert (found.differs, found.rows) == (("verdict",), ())


def test_two_partial_ones_that_differ_in_outcomes_or_credit():
    other = {"outcomes": ["Test a soil"], "credit": {"value": 2, "unit": "ects"}}
    (found,) = inconsistencies([decision("partial"), decision("partial", **other)])
    assert found.differs == ("outcomes", "credit")


def test_like_decided_alike_and_unlike_things_are_no_inconsistency():
    refused = decision("refused")
    assert inconsistencies([refused, refused]) == ()
    others = [
        decision(target="https://college.example/a/other"),
        decision(recogniser={"id": "did:web:b.example", "name": "B"}),
        decision(source=source(achievement="urn:x:8", content="0" * 64)),
        decision(source=source(version="2", content="1" * 64)),
    ]
    assert inconsistencies([refused, *others]) == ()


def test_without_id_and_content_nothing_is_compared():
    bare = {"source": source(achievement=None, content=None)}
    assert inconsistencies([decision(**bare), decision("refused", **bare)]) == ()
    assert comparison_of().substantial == ()
