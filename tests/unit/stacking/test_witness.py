"""The checker is the meaning of the language: every kind of rule and limit, at its edge."""

from __future__ import annotations

import datetime as dt

import pytest

from stacking_small import AT, AWARD, AWAY, HOME, capstone, count, credit, holdings, rules
from stackmark.errors import UsageError
from stackmark.stacking.witness import Use, Witness, check


def faults(known, held, *uses, at=AT):
    pairs = [one if isinstance(one, tuple) else (one, "leaf") for one in uses]
    made = tuple(Use(f"urn:h:{number}", leaf) for number, leaf in pairs)
    return check(Witness(AWARD, at, made), known, held)


def test_a_good_witness_has_no_fault():
    assert faults(rules(credit(10)), holdings({}, {}), 0, 1) == ()


@pytest.mark.parametrize(
    ("tree", "uses", "expected"),
    [
        (count(2), (0,), "leaf is served by 1: too few or too many."),
        (count(1, most=1), (0, 1), "leaf is served by 2: too few or too many."),
        (credit(10.5), (0, 1), "leaf is served by 2: too few or too many."),
        (credit(5, most=9), (0, 1), "leaf is served by 2: too few or too many."),
        (capstone(), (0, 1), "leaf is served by 2: too few or too many."),
        (count(1), (), "leaf is not satisfied."),
        (count(1, level_min=7), (0,), "urn:h:0 may not serve leaf."),
        (count(1), (0, 0), "urn:h:0 stands twice for leaf."),
        (count(1), (9,), "There is no urn:h:9 here."),
        (count(1), ((0, "other"),), "There is no other here."),
    ],
)
def test_each_fault_is_named(tree, uses, expected):
    assert expected in faults(rules(tree), holdings({}, {}), *uses)


def test_at_least_k_of_rules_and_any_and_all():
    leaves = [count(1, f"l{number}") for number in range(3)]
    tree = {"id": "two", "at_least": {"k": 2, "of": leaves}}
    held = holdings({}, {}, {})
    assert faults(rules(tree), held, (0, "l0"), (1, "l2")) == ()
    assert faults(rules(tree), held, (0, "l0")) == ("two is not satisfied.",)
    assert faults(rules({"id": "one", "any": leaves}), held, (0, "l1")) == ()
    assert faults(rules({"id": "every", "all": leaves}), held, (0, "l1")) == (
        "every is not satisfied.",
    )


HOMELY, AWAY_ONE = {"issuer": HOME}, {"issuer": AWAY}


@pytest.mark.parametrize(
    ("limit", "good", "bad"),
    [
        # five credits each unless said
        ({"cap": {"select": {"issuer": AWAY}, "max_credits": 5}}, [{}, AWAY_ONE], [AWAY_ONE] * 2),
        (
            {"cap": {"select": {"issuer": AWAY}, "max_share": 0.5}},
            [{}, AWAY_ONE],
            [{}, {**AWAY_ONE, "credit": 5.1}],
        ),
        (  # the larger of the two bounds counts
            {"cap": {"select": {"issuer": AWAY}, "max_credits": 1, "max_share": 0.5}},
            [{}, AWAY_ONE],
            [AWAY_ONE],
        ),
        (
            {"residency": {"select": {"issuer": HOME}, "min_share": 0.5}},
            [{}, AWAY_ONE],
            [{"credit": 4.9}, AWAY_ONE],
        ),
        ({"residency": {"select": {"issuer": HOME}, "min_credits": 5}}, [{}], [{"credit": 4.9}]),
        (  # both bounds bind
            {"residency": {"select": {"issuer": HOME}, "min_credits": 5, "min_share": 0.6}},
            [{}],
            [{}, AWAY_ONE],
        ),
        (
            {"level_mix": {"level_below": 6, "max_credits": 5}},
            [{"level": 5}, {}],
            [{"level": 5}] * 2,
        ),
        ({"level_floor": {"level_at_least": 7, "min_share": 0.5}}, [{"level": 7}, {}], [{}]),
        (
            {"gpa": {"min": 3, "scale": "gpa-4"}},
            [
                {"grade": {"value": "2.0", "scale": "gpa-4"}},
                {"grade": {"value": "4.0", "scale": "gpa-4"}},
            ],
            [{"grade": {"value": "2.9", "scale": "gpa-4"}}],
        ),
        (
            {"gpa": {"min": 2.5, "scale": "de-1-5", "higher_is_better": False}},
            [{"grade": {"value": "2.5", "scale": "de-1-5"}}],
            [{"grade": {"value": "2.6", "scale": "de-1-5"}}],
        ),
        ({"exclude": [["urn:a:0", "urn:a:1"]]}, [{}], [{}, {}]),
        ({"equivalent": [["urn:a:0", "urn:x"], ["urn:x", "urn:a:1"]]}, [{}], [{}, {}]),
        ({"before": [["urn:a:1", "urn:a:0"]]}, [{}, {"awarded": "2024-12-31"}], [{}, {}]),
        ({"max_age_years": 1}, [{"awarded": "2025-06-01"}], [{"awarded": "2025-05-31"}]),
    ],
)
def test_each_limit_at_its_edge(limit, good, bad):
    known = rules(count(0, most=9), {"id": "limit", **limit})
    assert faults(known, holdings(*good), *range(len(good))) == ()
    found = faults(known, holdings(*bad), *range(len(bad)))
    assert found
    assert all("limit:" in one or "may not serve" in one for one in found)


@pytest.mark.parametrize(
    "limit",
    [
        {"cap": {"select": {"issuer": AWAY}, "max_credits": 4}},
        {"cap": {"select": {"level_max": 5}, "max_share": 0.9}},
        {"residency": {"select": {"issuer": HOME}, "min_credits": 1}},
        {"residency": {"select": {"issuer": HOME}, "min_share": 0.1}},
        {"level_mix": {"level_below": 6, "max_credits": 4}},
        {"level_floor": {"level_at_least": 5, "min_credits": 1}},
        {"gpa": {"min": 1, "scale": "gpa-4"}},
    ],
)
def test_what_is_not_known_counts_against(limit):
    blank = {"issuer": None, "level": None, "grade": None}
    found = faults(rules(count(1), {"id": "limit", **limit}), holdings(blank), 0)
    assert [one for one in found if one.startswith("limit:")]


def test_credit_nobody_knows_has_no_upper_end():
    """A badge without credit may be worth anything: it keeps no cap and reaches no minimum."""
    cap = {"id": "cap", "cap": {"select": {"issuer": HOME}, "max_credits": 100}}
    share = {"id": "share", "residency": {"select": {"issuer": AWAY}, "min_share": 0.1}}
    bare = holdings({"credits": None})
    assert "not known" in faults(rules(count(1), cap), bare, 0)[0]
    assert "not known" in faults(rules(count(1), share), bare, 0)[0]
    assert faults(rules(credit(1, most=9)), bare, 0) != ()
    assert faults(rules(count(1)), bare, 0) == ()
    outside = holdings({"credits": None, "issuer": AWAY})
    assert faults(rules(count(1), cap), outside, 0) == ()


def test_an_interval_meets_minima_by_its_low_and_maxima_by_its_high_end():
    held = holdings({"credits": {"low": 4, "high": 6, "unit": "ects"}})
    assert faults(rules(credit(4)), held, 0) == ()
    assert faults(rules(credit(4.1)), held, 0) != ()
    assert faults(rules(credit(1, most=6)), held, 0) == ()
    assert faults(rules(credit(1, most=5.9)), held, 0) != ()


def test_a_grade_that_perhaps_is_not_weighed_does_not_lift_the_mean():
    gpa = {"id": "mean", "gpa": {"min": 3, "scale": "gpa-4", "select": {"field": "06"}}}
    low = {"grade": {"value": "2.0", "scale": "gpa-4"}}
    high = {"grade": {"value": "4.0", "scale": "gpa-4"}}
    known = rules(count(2), gpa)
    assert faults(known, holdings(low, high), 0, 1) == ()
    assert faults(known, holdings(low, {**high, "field": None}), 0, 1) != ()
    assert faults(known, holdings({**low, "field": None}, high), 0, 1) == ()


def test_a_grade_outside_its_scale_is_none():
    gpa = {"id": "mean", "gpa": {"min": 3, "scale": "gpa-4"}}
    held = holdings({"grade": {"value": "9", "scale": "gpa-4"}})
    assert "no grade" in faults(rules(count(1), gpa), held, 0)[0]


def test_before_needs_something_held_that_stands():
    known = rules(count(1), {"id": "order", "before": [["urn:a:1", "urn:a:0"]]})
    early = {"awarded": "2024-01-01"}
    assert faults(known, holdings({}, early), 0) == ()
    assert faults(known, holdings({}), 0) != ()
    assert faults(known, holdings({}, {**early, "status": "revoked"}), 0) != ()
    assert faults(known, holdings({}, {**early, "status": "expired"}), 0) == ()
    assert faults(known, holdings({}, {**early, "status": None}), 0) != ()


def test_serving_two_leaves_needs_a_share_and_stays_within_it():
    tree = {"all": [count(1, "a"), credit(5, "b")]}
    share = {"id": "both", "share": {"a": "a", "b": "b", "max_credits": 5}}
    uses = ((0, "a"), (0, "b"))
    assert "may serve one of them" in faults(rules(tree), holdings({}), *uses)[0]
    assert faults(rules(tree, share), holdings({}), *uses) == ()
    assert (
        "6 credits are shared, 5 may be."
        in faults(rules(tree, share), holdings({"credit": 6}), *uses)[0]
    )


def test_a_shared_holding_counts_once_under_a_cap():
    tree = {"all": [count(1, "a"), credit(5, "b")]}
    share = {"id": "both", "share": {"a": "a", "b": "b", "max_credits": 9}}
    cap = {"id": "cap", "cap": {"select": {"issuer": HOME}, "max_credits": 5}}
    assert faults(rules(tree, share, cap), holdings({}), (0, "a"), (0, "b")) == ()


def test_the_day_of_the_check_may_be_another():
    known = rules(count(1, max_age_years=2))
    made = Witness(AWARD, AT, (Use("urn:h:0", "leaf"),))
    held = holdings({"awarded": "2025-01-01"})
    assert check(made, known, held) == ()
    assert check(made, known, held, dt.date(2027, 1, 1)) == ()
    assert check(made, known, held, dt.date(2027, 1, 2)) == ("urn:h:0 may not serve leaf.",)


def test_a_witness_goes_to_json_and_back():
    made = Witness(AWARD, AT, (Use("urn:h:0", "leaf"),))
    assert Witness.from_json(made.to_json()) == made


@pytest.mark.parametrize(
    ("change", "slug"),
    [
        ({"version": "2"}, "witness.version"),
        ({"uses": [{"holding": 1, "leaf": "a"}]}, "witness.form"),
        ({"uses": [{"holding": "a"}]}, "witness.form"),
        ({"uses": None}, "witness.form"),
        ({"at": "tomorrow"}, "witness.form"),
        ({"award": 5}, "witness.form"),
    ],
)
def test_what_is_no_witness_is_refused(change, slug):
    with pytest.raises(UsageError) as caught:
        Witness.from_json({**Witness(AWARD, AT, ()).to_json(), **change})
    assert caught.value.reason == slug
