"""A decision: what it must say, and what it may not."""

from __future__ import annotations

import json

import pytest

from recognition_world import BYTES, CREDENTIAL, comparison_of, decision, decision_json, record
from stackmark.errors import UsageError
from stackmark.model.achievement_rules import DescriptorError, write
from stackmark.recognition.decision import (
    DEFAULT_RULES,
    LISBON,
    VERDICTS,
    Decision,
    content_digest,
    source_of,
)


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_goes_there_and_back(verdict):
    found = decision(verdict)
    again = Decision.from_json(json.loads(json.dumps(found.to_json())))
    assert again == found
    assert again.verdict == verdict


def slug(given):
    with pytest.raises(UsageError) as told:
        Decision.from_json(given)
    assert told.value.detail.endswith(".")
    return told.value.reason.removeprefix("recognition.")


def test_no_verdict_is_taken_by_itself():
    assert slug(decision_json(verdict=None) | {}) == "verdict"


@pytest.mark.parametrize("name", ["source", "target", "recogniser", "comparison"])
def test_nothing_that_is_needed_may_be_missing(name):
    assert slug(decision_json(**{name: None})) == "incomplete"


@pytest.mark.parametrize("name", ["default", "decided"])
def test_rule_and_day_are_named(name):
    assert slug(decision_json(**{name: None})) == "incomplete"


@pytest.mark.parametrize(
    ("appeal", "why"),
    [
        (None, "appeal"),
        ({"route": "Write to us"}, "appeal"),
        ({"until": "2026-06-01"}, "appeal"),
        ({"route": "Write to us", "until": "2026-04-30"}, "appeal-date"),
    ],
)
@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_tells_the_way_to_appeal(verdict, appeal, why):
    assert slug(decision_json(verdict, appeal=appeal)) == why


@pytest.mark.parametrize("verdict", ["partial", "conditional", "refused"])
def test_less_than_full_needs_reasons_and_a_substantial_row(verdict):
    assert slug(decision_json(verdict, reasons=None)) == "reasons"
    assert slug(decision_json(verdict, comparison=comparison_of().to_json())) == "burden"


@pytest.mark.parametrize("verdict", ["partial", "conditional", "refused"])
def test_a_row_that_could_not_be_told_is_no_substantial_difference(verdict):
    bare = record(achievement={"level": None, "quality": None})
    unclear = comparison_of(held=bare)
    assert {one.finding for one in unclear.rows} == {"no-difference", "could-not-tell"}
    assert slug(decision_json(verdict, comparison=unclear.to_json())) == "burden"
    assert decision("full", comparison=unclear.to_json()).verdict == "full"


def test_a_substantial_row_needs_its_reason():
    given = decision_json("refused")
    del given["comparison"]["rows"][-1]["reason"]
    assert slug(given) == "row-reason"


def test_full_recognition_contradicts_a_substantial_row():
    assert slug(decision_json("full", against=["level"])) == "contradiction"


@pytest.mark.parametrize(
    ("verdict", "members", "why"),
    [
        ("full", {"conditions": ["Pay."]}, "conditions"),
        ("conditional", {"conditions": None}, "conditions"),
        ("refused", {"outcomes": ["Map a soil"]}, "outcomes"),
        ("partial", {"outcomes": None}, "outcomes"),
        ("partial", {"outcomes": ["Fly"]}, "outcome"),
        ("partial", {"credit": None}, "credit"),
        ("refused", {"credit": {"value": 1, "unit": "ects"}}, "credit"),
        ("partial", {"credit": {"value": 6.01, "unit": "ects"}}, "credit-range"),
    ],
)
def test_what_goes_with_a_verdict_is_there_and_nothing_else(verdict, members, why):
    assert slug(decision_json(verdict, **members)) == why


def test_credit_of_the_part_may_be_that_of_the_whole_or_in_another_unit():
    decision("partial", credit={"value": 6, "unit": "ects"})
    decision("partial", credit={"value": 12, "unit": "uk"})


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"credit": {"value": 3}}, "credit"),
        ({"verdict": "maybe"}, "verdict"),
        ({"score": 3}, "score"),
        ({"recogniser": {"name": "We"}}, "recogniser"),
        ({"source": {"kind": "credential", "id": CREDENTIAL}}, "source"),
    ],
)
def test_a_decision_is_read_strictly(members, place):
    with pytest.raises(DescriptorError) as told:
        Decision.from_json(decision_json("partial") | members)
    assert told.value.place == place


def test_the_default_is_a_rule_that_says_which_rows_stand_against_it():
    assert LISBON.stands_against(comparison_of()) == ()
    judged = comparison_of().judged("quality", "substantial", "No assessment at all.")
    assert LISBON.stands_against(judged) == ("quality",)
    assert [one.binding for one in DEFAULT_RULES.values()] == [True, False]
    assert decision(default="policy").default_rule.id == "policy"


def test_a_source_is_bound_by_id_and_exact_bytes():
    found = source_of(record(), BYTES)
    assert (found.id, found.content) == (CREDENTIAL, content_digest(record()))
    assert decision(source=write(found)).source == found
    assert source_of(record(), BYTES + b" ").sha256 != found.sha256
    with pytest.raises(UsageError) as told:
        source_of(record(award={}), BYTES)
    assert told.value.reason == "recognition.unnamed"


def test_equal_content_is_equal_whatever_it_is_called():
    assert content_digest(record()) == content_digest(record(id="https://uni.example/a/8"))
    assert content_digest(record()) != content_digest(record(achievement={"level": {"eqf": 5}}))
