from __future__ import annotations

import datetime as dt
import json
from fractions import Fraction

import pytest

from shared import need_shared
from stacking_small import AT, AWARD, AWAY, HOME, capstone, count, credit, holdings, rules
from stackmark.errors import UsageError
from stackmark.model.holding import read_holdings
from stackmark.stacking.additions import holdings_of
from stackmark.stacking.audit import Auditor, audit
from stackmark.stacking.parse import read_rules
from stackmark.stacking.witness import check


def test_the_contracts_example():
    folder = need_shared() / "contracts"
    known = read_rules(json.loads((folder / "stack-rules.json").read_text()))
    held = read_holdings(json.loads((folder / "stack-holdings.json").read_text()))
    wanted = json.loads((folder / "stack-audit.out.json").read_text())
    found = audit(known, held, AT).to_json()
    assert wanted.keys() <= found.keys()
    for name in ("verdict", "award", "at", "holdingsStated", "witness", "unused"):
        assert found[name] == wanted[name]
    assert wanted["shortfalls"][0].items() - {("sentence", "…")} <= {
        (name, value) for name, value in found["shortfalls"][0].items() if name != "holdings"
    }
    assert found["smallestChange"]["add"] == wanted["smallestChange"]["add"]
    assert wanted["ageing"][0].items() <= found["ageing"][0].items()
    assert len(found["ageing"]) == 1


def test_a_yes_has_a_witness_of_least_credit_and_says_what_met_what():
    held = holdings({"credit": 3}, {"credit": 4}, {"credit": 6}, {"title": "SQL", "credit": 8})
    found = audit(rules(credit(10)), held, AT)
    assert (found.verdict, found.credits_used, found.least) == ("yes", 10, True)
    assert [use.holding for use in found.witness.uses] == ["urn:h:1", "urn:h:2"]
    assert check(found.witness, rules(credit(10)), held) == ()
    assert found.unused == ("urn:h:0", "urn:h:3")
    assert found.not_counted[1].sentence == "SQL is not needed."
    assert found.explanation[0] == f"{AWARD} is earned at 2026-06-01."
    assert found.explanation[1] == "“leaf” is met by urn:a:2 and urn:a:1."


def test_one_credit_is_one_credit_in_every_sentence():
    found = audit(rules(credit(1, field="06")), holdings(), AT)
    assert found.shortfalls[0].sentence == (
        "“leaf” needs 1 ECTS credit from credentials in field 06 (ISCED-F): 0 so far, 1 more."
    )
    assert found.smallest_change.sentence == (
        "One more would do: a credential in field 06 (ISCED-F), 1 ECTS credit."
    )


def test_a_no_names_the_rule_the_holdings_and_the_smallest_change():
    known = rules(credit(10, "breadth", field="06", level_min=6))
    held = holdings({"title": "SQL", "credit": 4}, {"level": 5, "title": "Old"})
    found = audit(known, held, AT)
    assert found.verdict == "no"
    short = found.shortfalls[0]
    assert (short.rule, short.needs, short.has, short.unit) == ("breadth", 10, 4, "ects")
    assert short.holdings == ("urn:h:0",)
    assert "4 so far (SQL), 6 more." in short.sentence
    assert short.sentence in found.explanation
    assert "Old is at another level than “breadth” asks." in found.explanation
    assert found.smallest_change.additions == ({"field": "06", "level_min": 6, "credits": 6},)
    assert found.smallest_change.sentence in found.explanation
    made = holdings_of(found.smallest_change, known, AT)
    assert (made[0].field, made[0].level, made[0].credits.low) == ("06", 6, 6)
    assert (made[0].issuer, made[0].achievement) == ("", "")


def test_a_no_by_residency_names_the_limit_and_what_it_lacks():
    home = {"id": "home", "residency": {"select": {"issuer": HOME}, "min_share": 0.5}}
    known = rules(credit(10), home)
    held = holdings({"credit": 3}, {"issuer": AWAY, "credit": 9})
    found = audit(known, held, AT)
    assert found.verdict == "no"
    assert [one.rule for one in found.shortfalls] == ["leaf", "home"]
    assert (found.shortfalls[1].needs, found.shortfalls[1].has) == (Fraction(6), 3)
    assert any(one.startswith("“home” stands in the way:") for one in found.explanation)
    assert found.smallest_change.additions == ({"issuer": HOME, "credits": 6},)


def test_a_no_by_exclusion_names_the_limit():
    known = rules(count(2), {"id": "one-of", "exclude": [["urn:a:0", "urn:a:1"]]})
    found = audit(known, holdings({}, {}), AT)
    assert found.verdict == "no"
    assert any(one.startswith("“one-of” stands in the way:") for one in found.explanation)
    assert len(found.smallest_change.additions) == 1


def test_limits_that_bar_the_way_only_together_are_named_together():
    """Either the level or the issuer keeps the second credential out; without one the other does."""
    caps = [
        {"id": "away", "cap": {"select": {"issuer": AWAY}, "max_credits": 0}},
        {"id": "low", "level_mix": {"level_below": 6, "max_credits": 0}},
    ]
    found = audit(rules(count(2), *caps), holdings({}, {"issuer": AWAY, "level": 5}), AT)
    assert found.verdict == "no"
    assert any(
        one.startswith("“away” and “low” stand together in the way:") for one in found.explanation
    )


def test_a_limit_that_only_one_way_breaks_is_not_blamed():
    cap = {"id": "away", "cap": {"select": {"issuer": AWAY}, "max_credits": 0}}
    found = audit(rules(count(3), cap), holdings({}, {}), AT)
    assert found.verdict == "no"
    assert not any("stands in the way" in one for one in found.explanation)


def test_what_does_not_count_is_told_of_twenty_at_most():
    held = holdings(*({"status": "revoked"} for _ in range(30)))
    found = audit(rules(count(1)), held, AT)
    assert len(found.not_counted) == 30
    assert sum("is revoked" in one for one in found.explanation) == 20


def test_two_rules_that_want_the_same_holdings_are_told_with_numbers():
    tree = {"all": [count(3, "core", skill="urn:skill:a"), count(3, "more", field="06")]}
    found = audit(rules(tree), holdings(*[{}] * 5), AT)
    assert (found.verdict, found.engine) == ("no", "flow")
    assert any(
        "“core” and “more” together need 6 credentials from a set of which there are only 5" in one
        for one in found.explanation
    )


def test_credit_that_two_rules_want_is_told_too():
    tree = {"all": [credit(6, "core"), credit(6, "more")]}
    found = audit(rules(tree), holdings({}, {}), AT)
    assert any(
        "“core” and “more” together need 12 ECTS credits from a set that has only 10" in one
        for one in found.explanation
    )


def test_credit_that_cannot_be_divided_is_no_yes():
    """Two rules of 5 out of 4, 3 and 3: enough in sum, and no way to divide it."""
    tree = {"all": [credit(5, "core"), credit(5, "more")]}
    found = audit(rules(tree), holdings({"credit": 4}, {"credit": 3}, {"credit": 3}), AT)
    assert found.verdict == "no"
    assert sum(one.needs - one.has for one in found.shortfalls) == 1


def test_unknown_facts_leave_it_open_and_are_named():
    known = rules(count(2, level_min=6))
    found = audit(known, holdings({}, {"level": None, "title": "Badge"}), AT)
    assert found.verdict == "undecided"
    assert [(one.holding, one.about, one.rule) for one in found.unknown] == [
        ("urn:h:1", "level", "leaf")
    ]
    assert found.smallest_change is None
    assert "Badge: its level is not stated; “leaf” asks for it." in found.explanation


def test_unknown_facts_that_cannot_help_do_not_make_it_open():
    found = audit(rules(count(3, level_min=6)), holdings({}, {"level": None}), AT)
    assert found.verdict == "no"
    assert (found.shortfalls[0].has, found.shortfalls[0].needs) == (1, 3)


def test_a_grade_on_another_scale_is_undecided_without_a_policy():
    tree = count(1, grade_min={"value": "B", "scale": "us-letter"})
    found = audit(rules(tree), holdings({}), AT)
    assert found.verdict == "undecided"
    assert found.unknown[0].about == "grade"


def test_the_limit_of_nodes_leaves_it_open_and_says_what_would_help():
    tree = {"all": [credit(7, "a"), credit(7, "b"), credit(7, "c"), count(1, "d")]}
    held = holdings(*({"credit": number % 3 + 2} for number in range(9)))
    found = Auditor(rules(tree), AT, node_limit=2, solver=False).audit(held)
    assert found.verdict == "undecided"
    assert found.witness is None
    assert any("limit of 2 nodes" in one and "science" in one for one in found.explanation)
    assert Auditor(rules(tree), AT, solver=False).audit(held).verdict == "yes"


def test_the_same_learning_stands_for_a_rule_once():
    limit = {"id": "same", "equivalent": [["urn:a:0", "urn:a:1"]]}
    known = rules(count(1, achievement="urn:a:0"), limit)
    assert audit(known, holdings({"achievement": "urn:a:1"}), AT).verdict == "yes"
    known = rules(count(2), limit)
    assert audit(known, holdings({}, {}), AT).verdict == "no"


def test_a_prerequisite_is_added_before_what_needs_it():
    order = {"id": "order", "before": [["urn:first", "urn:then"]]}
    known = rules(count(1, achievement="urn:then"), order)
    found = audit(known, holdings({"achievement": "urn:then"}), AT)
    assert found.verdict == "no"
    assert found.smallest_change.additions == (
        {"achievement": "urn:first"},
        {"achievement": "urn:then"},
    )
    made = holdings_of(found.smallest_change, known, AT)
    assert made[0].awarded < made[1].awarded == AT


def test_several_credentials_are_added_where_one_is_not_enough():
    found = audit(rules(count(3, skill="urn:skill:b")), holdings({}), AT)
    assert found.smallest_change.additions == ({"skill": "urn:skill:b"},) * 3
    assert found.smallest_change.sentence.startswith("3 more would do: 3 × credential")


def test_what_nobody_can_satisfy_has_no_change_and_says_so():
    found = audit(rules(count(1, level_min=6, level_max=5)), holdings({}), AT)
    assert found.verdict == "no"
    assert found.smallest_change.to_json()["add"] is None
    assert "nobody can earn it" in found.smallest_change.sentence


def test_more_of_a_rule_is_used_where_a_limit_needs_it():
    """Five credits from elsewhere need five from home beside them, though the rule has enough."""
    home = {"id": "home", "residency": {"select": {"issuer": HOME}, "min_share": 0.5}}
    tree = {"all": [count(1, "away", issuer=AWAY), count(0, "rest")]}
    found = audit(rules(tree, home), holdings({"issuer": AWAY}, {}), AT)
    assert found.verdict == "yes"
    assert found.credits_used == 10


def test_a_branch_that_is_not_needed_is_used_where_a_limit_needs_it():
    home = {"id": "home", "residency": {"select": {"issuer": HOME}, "min_share": 0.5}}
    tree = {"any": [count(1, "away", issuer=AWAY), capstone("own", **{"class": "degree"})]}
    held = holdings({"issuer": AWAY}, {"kind": "degree", "credit": 3})
    found = audit(rules(tree, home), held, AT)
    assert [use.leaf for use in found.witness.uses] == ["own"]
    tree = {"all": [count(1, "away", issuer=AWAY), {"any": [count(0, "none"), count(1, "own")]}]}
    found = audit(rules(tree, home), holdings({"issuer": AWAY}, {}), AT)
    assert found.verdict == "yes"


def test_ageing_tells_the_last_good_day_by_limit_leaf_and_document():
    fresh = {"id": "fresh", "max_age_years": 5, "select": {"field": ["06"]}}
    held = holdings(
        {"awarded": "2022-06-30"},
        {"awarded": "2024-08-01", "field": "0223"},
        {"field": "0223", "awarded": "2026-01-01", "expires": "2027-01-31"},
        {"field": "0223", "awarded": "2026-02-01", "level": 1, "expires": "2027-01-31"},
    )
    found = audit(rules(count(1, level_min=5, max_age_years=3), fresh), held, AT)
    assert [(one.holding, one.rule, one.until.isoformat(), one.why) for one in found.ageing] == [
        ("urn:h:2", "", "2027-01-31", "expiry"),
        ("urn:h:1", "leaf", "2027-08-01", "age"),
    ]


def test_progress_tells_each_rule_with_what_could_serve_it():
    tree = {"id": "top", "all": [count(2, "core"), credit(9, "sum", field="02")]}
    found = audit(rules(tree), holdings({}, {}, {}, {"field": "0223"}), AT)
    rows = {one.rule: one for one in found.progress}
    assert (rows["top"].needs, rows["top"].has, rows["top"].met) == (2, 1, False)
    assert (rows["core"].has, rows["core"].met, len(rows["core"].could)) == (2, True, 1)
    assert (rows["sum"].has, rows["sum"].needs, rows["sum"].holdings) == (5, 9, ("urn:h:3",))


def test_why_a_holding_does_not_count():
    known = rules({"all": [count(5, "a", level_min=6, max_age_years=2, skill="urn:skill:a")]})
    held = holdings(
        {"status": "revoked"},
        {"expires": "2026-01-01"},
        {"awarded": "2024-05-31"},
        {"skills": ["urn:skill:x"]},
        {"awarded": "2027-01-01"},
        {"level": None},
    )
    found = audit(known, held, AT)
    assert {one.holding[-1]: one.why for one in found.not_counted} == {
        "0": "revoked",
        "1": "expired",
        "2": "too-old",
        "3": "fits-no-rule",
        "4": "not-yet",
        "5": "unknown-level",
    }


def test_stated_holdings_are_said_to_be_stated():
    assert audit(rules(count(1)), holdings({}), AT).stated
    assert not audit(rules(count(1)), holdings({"provenance": "verified"}), AT).stated


def test_two_holdings_of_one_id_are_refused():
    one = holdings({})[0]
    with pytest.raises(UsageError) as caught:
        audit(rules(count(1)), [one, one], AT)
    assert caught.value.reason == "holdings.repeated"


def test_no_holdings_at_all():
    found = audit(rules(count(1)), [], AT)
    assert (found.verdict, found.unused) == ("no", ())
    assert audit(rules(count(0)), [], AT).verdict == "yes"


def test_a_day_at_the_end_of_the_calendar():
    assert audit(rules(count(1, max_age_years=5)), holdings({}), dt.date.max).verdict == "no"


def test_a_share_may_name_rules_over_rules():
    tree = {
        "all": [
            {"id": "minor", "all": [count(1, "a"), credit(5, "b")]},
            {"id": "major", "all": [credit(10, "c")]},
        ]
    }
    share = {"id": "both", "share": {"a": "minor", "b": "major", "max_credits": 10}}
    assert audit(rules(tree, share), holdings({}, {}), AT).verdict == "yes"
    share["share"]["max_credits"] = 9
    assert audit(rules(tree, share), holdings({}, {}), AT).verdict == "no"
    assert audit(rules(tree, share), holdings({}, {}, {}), AT).verdict == "yes"
    assert audit(rules(tree), holdings({}, {}, {}), AT).verdict == "no"


@pytest.mark.parametrize(
    ("limit", "add"),
    [
        ({"cap": {"select": {"issuer": AWAY}, "max_credits": 0}}, {"issuer": HOME}),
        ({"cap": {"select": {"level_max": 4}, "max_credits": 0}}, {"level_min": 5}),
        ({"cap": {"select": {"level_min": 7}, "max_credits": 0}}, {"level_max": 6}),
        ({"cap": {"select": {"class": "degree"}, "max_credits": 0}}, {"class": "micro-credential"}),
        ({"cap": {"select": {"field": "00"}, "max_credits": 0}}, {"field": "01"}),
        ({"level_mix": {"level_below": 6, "max_credits": 0}}, {"level_min": 6}),
        ({"residency": {"select": {"issuer": AWAY}, "min_share": 1}}, {"issuer": AWAY}),
        ({"level_floor": {"level_at_least": 7, "min_share": 1}}, {"level_min": 7}),
        (
            {"gpa": {"min": 3, "scale": "gpa-4"}},
            {"grade_min": {"value": "4.0", "scale": "gpa-4"}},
        ),
    ],
)
def test_an_addition_names_what_keeps_it_on_the_good_side_of_a_limit(limit, add):
    known = rules(credit(5, skill="urn:skill:b"), {"id": "limit", **limit}, issuer=HOME)
    found = audit(known, [], AT)
    assert found.smallest_change.additions == ({"skill": "urn:skill:b", **add, "credits": 5},)


def test_a_residency_in_credits_is_filled_where_the_rules_are_met_already():
    home = {"id": "home", "residency": {"select": {"issuer": HOME}, "min_credits": 8}}
    found = audit(rules(credit(5), home), holdings({}), AT)
    assert [(one.rule, one.needs, one.has) for one in found.shortfalls] == [("home", 8, 5)]
    assert found.smallest_change.additions == ({"issuer": HOME, "credits": 3},)


def test_more_credit_on_the_good_side_makes_room_for_what_is_held():
    """Ten from elsewhere count only beside ten from home, and another rule takes those."""
    home = {"id": "home", "residency": {"select": {"issuer": HOME}, "min_share": 0.5}}
    tree = {"all": [credit(10, "away", issuer=AWAY), count(0, "free")]}
    known = rules(tree, home)
    found = audit(known, holdings({"issuer": AWAY}, {"issuer": AWAY}, {}), AT)
    assert found.verdict == "no"
    after = [*holdings({"issuer": AWAY}, {"issuer": AWAY}, {})]
    after += holdings_of(found.smallest_change, known, AT)
    assert audit(known, after, AT).verdict == "yes"
    assert sum(one["credits"] for one in found.smallest_change.additions) == 5


BEFORE = {"id": "limit", "before": [["urn:a:1", "urn:a:0"]]}


@pytest.mark.parametrize(
    ("limit", "rows", "about"),
    [
        (
            {"residency": {"select": {"issuer": HOME}, "min_credits": 5}},
            [{"issuer": None}],
            "issuer",
        ),
        ({"cap": {"select": {"field": "06"}, "max_credits": 1}}, [{"field": None}], "field"),
        ({"level_floor": {"level_at_least": 5, "min_credits": 5}}, [{"level": None}], "level"),
        (
            {"residency": {"select": {"issuer": HOME}, "min_credits": 5}},
            [{"credits": None}],
            "credits",
        ),
        ({"gpa": {"min": 3, "scale": "gpa-4"}}, [{"grade": None}], "grade"),
        (BEFORE, [{}, {"awarded": None, "skills": []}], "order"),
        ({"max_age_years": 5}, [{"awarded": None}], "age"),
    ],
)
def test_what_a_limit_needs_to_know_is_named(limit, rows, about):
    known = rules(count(1, skill="urn:skill:a"), {"id": "limit", **limit})
    found = audit(known, holdings(*rows), AT)
    assert found.verdict == "undecided"
    assert [(one.holding, one.about, one.rule) for one in found.unknown] == [
        ("urn:h:0", about, "limit")
    ]
    assert found.unknown[0].sentence in found.explanation


def test_credit_in_a_unit_that_does_not_convert_is_not_known():
    found = audit(rules(credit(5)), holdings({"credits": {"value": 9, "unit": "ceu"}}), AT)
    assert found.verdict == "undecided"
    assert found.unknown[0].about == "credits"


def test_credit_that_converts_to_an_interval_decides_where_both_ends_do():
    """Three US credits are about six ECTS."""
    held = holdings({"credits": {"value": 3, "unit": "us-semester"}})
    assert audit(rules(credit(3)), held, AT).verdict == "yes"
    assert audit(rules(credit(30)), held, AT).verdict == "no"
