"""Five rows from two records, or from a portfolio: what is filled in, and what never is."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction

import pytest

from recognition_world import ESCO, comparison_of, findings, outcome, record
from stackmark.errors import UsageError
from stackmark.model.achievement_rules import DescriptorError
from stackmark.recognition.comparison import Margins
from stackmark.recognition.portfolio import Portfolio, compare_portfolio
from stackmark.recognition.rows import ROWS, Comparison, Match


def test_equal_records_differ_nowhere_and_every_row_has_words_and_a_reason():
    found = comparison_of()
    assert findings(found) == dict.fromkeys(ROWS, "no-difference")
    assert all(one.held and one.wanted and one.reason for one in found.rows)
    assert found.row("level").held.startswith("EQF level 6")
    assert found.covered == ("Map a soil", "Test a soil")


def test_what_nobody_stated_could_not_be_told_and_is_no_substantial_difference():
    bare = record(
        achievement=dict.fromkeys(["level", "credit", "quality", "field", "outcomes", "kind"])
    )
    found = comparison_of(held=bare)
    assert findings(found) == dict.fromkeys(ROWS, "could-not-tell")
    assert found.substantial == ()
    assert "nothing about its quality" in found.row("quality").reason


@pytest.mark.parametrize(
    ("level", "finding"),
    [
        ({"eqf": 7}, "no-difference"),
        ({"eqf": 6}, "no-difference"),
        ({"eqf": 5}, "not-substantial"),
        ({"eqf": 4}, "substantial"),
        ({"not_levelled": True}, "could-not-tell"),
        ({"framework": "RQF", "code": "6"}, "no-difference"),
        ({"framework": "Nowhere", "code": "6"}, "could-not-tell"),
    ],
)
def test_levels_are_compared_at_the_eqf(level, finding):
    found = comparison_of(held=record(achievement={"level": level})).row("level")
    assert found.finding == finding, found.reason


def test_a_national_level_names_the_table_it_was_read_by():
    row = comparison_of(held=record(achievement={"level": {"framework": "RQF", "code": "6"}}))
    assert row.row("level").policy == "rqf-referencing"


@pytest.mark.parametrize(
    ("value", "unit", "finding"),
    [
        (6, "ects", "no-difference"),
        (5, "ects", "not-substantial"),
        (3, "ects", "not-substantial"),  # exactly half is missing: not more than half
        (2.99, "ects", "substantial"),
        (3, "us-semester", "no-difference"),
        (2, "us-semester", "not-substantial"),
        (4, "ceu", "could-not-tell"),
        (0, "ects", "could-not-tell"),
    ],
)
def test_credit_is_compared_by_a_named_policy(value, unit, finding):
    held = record(achievement={"credit": {"value": value, "unit": unit}})
    row = comparison_of(held=held).row("workload")
    assert row.finding == finding, row.reason
    assert bool(row.policy) == (finding != "could-not-tell")


def test_a_policy_that_gives_an_interval_leaves_open_what_it_leaves_open():
    held = record(achievement={"credit": {"value": 150, "unit": "hours"}})
    row = comparison_of(held=held, policy="hours").row("workload")
    assert (row.finding, row.policy) == ("could-not-tell", "hours")
    assert "both sides of 6" in row.reason


def test_without_credit_the_hours_of_learning_are_compared():
    held = record(achievement={"credit": None, "workload": {"low": 50, "high": 60}})
    wanted = record(achievement={"credit": None, "workload": {"low": 150, "high": 180}})
    row = comparison_of(held, wanted).row("workload")
    assert row.finding == "substantial"
    assert "At least 60% of what is wanted is missing" in row.reason


@pytest.mark.parametrize(("name", "finding"), [("points", "no-difference"), ("stars", None)])
def test_a_unit_of_ones_own_is_compared_with_itself_only(name, finding):
    credit = {"value": 5, "unit": "other", "unit_name": "points"}
    held = record(achievement={"credit": credit})
    wanted = record(achievement={"credit": credit | {"unit_name": name}})
    row = comparison_of(held, wanted).row("workload")
    assert row.finding == (finding or "could-not-tell")
    assert row.policy == ("same-unit" if finding else "")


def test_a_policy_nobody_knows_is_an_error_and_not_an_open_row():
    with pytest.raises(UsageError) as told:
        comparison_of(policy="own-invention")
    assert told.value.reason == "usage.policy"


def test_margins_are_the_callers_and_are_checked():
    held = record(achievement={"level": {"eqf": 5}, "credit": {"value": 5, "unit": "ects"}})
    found = comparison_of(held, margins=Margins(levels=1, workload=Fraction(1, 10)))
    assert [one.name for one in found.substantial] == ["level", "workload"]
    with pytest.raises(UsageError) as told:
        Margins(levels=0)
    assert told.value.reason == "recognition.margins"


def test_own_review_against_a_review_from_outside_is_a_slight_difference():
    held = record(achievement={"quality": [{"type": "internal-review"}]})
    assert comparison_of(held).row("quality").finding == "not-substantial"
    assert comparison_of(held, held).row("quality").finding == "no-difference"


@pytest.mark.parametrize(
    ("code", "kind", "finding"),
    [
        ("0811", "certificate", "no-difference"),
        ("08", "certificate", "no-difference"),
        ("0812", "certificate", "not-substantial"),
        ("0613", "certificate", "not-substantial"),
        ("0811", "digital-badge", "not-substantial"),
    ],
)
def test_the_profile_is_field_and_kind_and_never_substantial_by_itself(code, kind, finding):
    held = record(achievement={"field": {"code": code}, "kind": kind})
    assert comparison_of(held).row("profile").finding == finding


@pytest.mark.parametrize(
    ("held", "wanted", "relation", "finding"),
    [
        (("1", "2"), ("1", "2"), "exact", "no-difference"),
        (("1", "2"), ("1",), "broader", "no-difference"),
        (("1",), ("1", "2"), "narrower", "not-substantial"),
        (("1", "3"), ("1", "2"), "related", "not-substantial"),
        (("3",), ("1",), None, "could-not-tell"),
    ],
)
def test_outcomes_are_matched_by_the_ids_of_their_skills(held, wanted, relation, finding):
    found = comparison_of(record(outcome("Own", *held)), record(outcome("Other", *wanted)))
    assert [one.relation for one in found.matches] == ([relation] if relation else [])
    assert found.row("outcomes").finding == finding
    if relation:
        assert ESCO + "1" in found.matches[0].evidence
        assert found.matches[0].confidence is None  # nobody stated one


def test_of_several_held_outcomes_the_closest_is_taken():
    held = record(outcome("Part", "1"), outcome("Whole", "1", "2"))
    found = comparison_of(held, record(outcome("Wanted", "1", "2")))
    assert [(one.held, one.relation) for one in found.matches] == [("Whole", "exact")]


def test_a_stated_match_stands_before_what_the_ids_say():
    mine = Match(
        wanted="Map a soil",
        held="Test a soil",
        relation="related",
        basis="evaluator",
        evidence="Both use the same survey.",
        confidence=Decimal("0.6"),
    )
    found = comparison_of(matches=[mine])
    assert [one.relation for one in found.matches] == ["related", "exact"]
    assert found.row("outcomes").finding == "not-substantial"
    assert Comparison.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_a_match_of_something_nobody_states_is_refused():
    odd = Match(wanted="Fly", held="Map a soil", relation="close", basis="evaluator", evidence="x")
    with pytest.raises(UsageError) as told:
        comparison_of(matches=[odd])
    assert told.value.reason == "recognition.match"


@pytest.mark.parametrize(
    ("name", "finding", "reason", "slug"),
    [
        ("cost", "substantial", "x", "row"),
        ("level", "bad", "x", "finding"),
        ("level", "substantial", " ", "row-reason"),
        ("level", "not-substantial", "", "row-reason"),
    ],
)
def test_a_person_judges_a_row_with_a_reason(name, finding, reason, slug):
    with pytest.raises(UsageError) as told:
        comparison_of().judged(name, finding, reason)
    assert told.value.reason == f"recognition.{slug}"


def test_a_judged_row_keeps_the_words_of_both_sides():
    old = comparison_of()
    new = old.judged("profile", "substantial", "No field work.")
    assert new.row("profile").held == old.row("profile").held
    assert [one.name for one in new.substantial] == ["profile"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda one: one["rows"].pop(), "/rows"),
        (lambda one: one["rows"].reverse(), "/rows"),
        (lambda one: one["matches"][0].update(wanted="Fly"), "/matches"),
        (lambda one: one.update(score=1), "score"),
    ],
)
def test_a_comparison_is_read_strictly(change, place):
    written = comparison_of().to_json()
    change(written)
    with pytest.raises(DescriptorError) as told:
        Comparison.from_json(written)
    assert told.value.place == place


def test_a_persons_match_needs_the_confidence():
    written = comparison_of().to_json()
    written["matches"][0]["basis"] = "evaluator"
    with pytest.raises(DescriptorError) as told:
        Comparison.from_json(written)
    assert told.value.place == "matches/0/confidence"


# -- portfolios ----------------------------------------------------------------------------------


def portfolio(**members):
    made = {
        "id": "urn:uuid:1",
        "title": "Ten years on farms",
        "evidence": [{"name": "Map of 2019", "url": "https://a.example/m", "sha256": "0" * 64}],
        "assessor": {"name": "Dr Field"},
        "method": "portfolio",
        "covered": [
            {
                "wanted": "Map a soil",
                "relation": "close",
                "pieces": ["Map of 2019"],
                "found": "Mapped 30 ha of loess",
                "confidence": 0.8,
            }
        ],
    }
    return made | members


def test_a_portfolio_fills_the_same_five_rows():
    read = Portfolio.from_json(portfolio(level={"eqf": 6}))
    found = compare_portfolio(read, record())
    assert findings(found) == {
        "level": "no-difference",
        "workload": "could-not-tell",
        "quality": "no-difference",
        "profile": "could-not-tell",
        "outcomes": "could-not-tell",
    }
    assert found.covered == ("Map a soil",)
    assert found.matches[0].evidence == "Map of 2019"
    assert found.matches[0].confidence == Decimal("0.8")
    assert "Dr Field, portfolio" in found.row("quality").held
    assert "Test a soil" in found.row("outcomes").reason
    assert Portfolio.from_json(json.loads(json.dumps(read.to_json()))) == read


def test_evidence_that_is_not_sealed_is_told():
    loose = Portfolio.from_json(portfolio(evidence=[{"name": "Map of 2019"}, {"name": "A talk"}]))
    row = compare_portfolio(loose, record()).row("quality")
    assert row.finding == "could-not-tell"
    assert "0 of 2 pieces are sealed" in row.reason


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"assessor": None}, ""),
        ({"method": "none"}, "method"),
        ({"evidence": [{"name": "Another"}]}, "covered/0/pieces"),
        ({"covered": [{"wanted": "Map a soil", "relation": "close"}]}, "covered/0"),
    ],
)
def test_a_portfolio_is_read_strictly(members, place):
    with pytest.raises(DescriptorError) as told:
        Portfolio.from_json(portfolio(**members))
    assert told.value.place == place


def test_a_portfolio_cannot_cover_what_nobody_wants():
    read = Portfolio.from_json(portfolio())
    with pytest.raises(DescriptorError) as told:
        compare_portfolio(read, record(outcome("Fly")))
    assert told.value.place == "covered/0/wanted"
