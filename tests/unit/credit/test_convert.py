from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackmark.credit.convert import ceu_of, convert
from stackmark.credit.numbers import read_amount
from stackmark.credit.policies import CEU, CONTACT, Range, policies, units
from stackmark.errors import CheckFailed, UsageError

VALUES = st.integers(1, 3_000).map(lambda cents: Fraction(cents, 100))


def ends(*args, **more):
    found = convert(*args, **more)
    return found.low, found.high, found.policy


# domain.md A3 to the digit
@pytest.mark.parametrize(
    ("value", "unit", "to", "by", "low", "high", "policy"),
    [
        (60, "ects", "hours", "", 1500, 1800, "hours"),
        (1, "ects", "hours", "", 25, 30, "hours"),
        (1, "uk", "hours", "", 10, 10, "hours"),
        (120, "uk", "ects", "", 60, 60, "convention-2-to-1"),
        (2, "uk", "ects", "", 1, 1, "convention-2-to-1"),
        (5, "ects", "us-semester", "", 2.5, 2.5, "convention-2-to-1"),
        (1, "us-semester", "hours", "", 45, 45, "hours"),
        (1.5, "us-quarter", "us-semester", "", 1, 1, "quarter-3-to-2"),
        (1, "nz", "hours", "", 10, 10, "hours"),
        (1, "my", "hours", "", 40, 40, "hours"),
        (1, "ects", "uk", "hours", 2.5, 3, "hours"),
        (1, "ects", "uk", "convention-2-to-1", 2, 2, "convention-2-to-1"),
        (4, "ects", "uk", "convention-2-to-1", 8, 8, "convention-2-to-1"),
        (6, "ects", "uk", "convention-2-to-1", 12, 12, "convention-2-to-1"),
        ((4, 6), "ects", "uk", "cmf", 10, 15, "cmf"),
        ((4, 6), "ects", "us-semester", "cmf", 2, 3, "cmf"),
        ((100, 150), "hours", "ects", "cmf", 4, 6, "cmf"),
        (17, CONTACT, "ceu", "", Fraction("1.7"), Fraction("1.7"), "iacet-ceu"),
        *[(1, "ects", "hours", f"hours-{c}", 25, 25, f"hours-{c}") for c in ("at", "ie", "it", "mt")],
        (1, "ects", "hours", "hours-nl", 28, 28, "hours-nl"),
        *[(1, "ects", "hours", f"hours-{c}", 30, 30, f"hours-{c}") for c in ("de", "hu")],
        (1, "ects", "hours", "hours-uk", 20, 20, "hours-uk"),
    ],
)  # fmt: skip
def test_the_vectors_of_the_field(value, unit, to, by, low, high, policy):
    asked = value if isinstance(value, tuple) else Decimal(str(value))
    assert ends(asked, unit, to, by=by) == (low, high, policy)


def test_the_row_of_cmf_is_reachable_by_cmf_only():
    row = {"hours": (100, 150), "uk": (10, 15), "us-semester": (2, 3)}
    whole = {
        name
        for name in policies()
        if all(_maybe((4, 6), "ects", to, name) == wanted for to, wanted in row.items())
    }
    assert whole == {"cmf"}


def _maybe(value, unit, to, by):
    try:
        return ends(value, unit, to, by=by)[:2]
    except CheckFailed:
        return None


@pytest.mark.parametrize(
    ("args", "by", "reason", "says"),
    [
        ((3, "ceu", "ects"), "", "credit.contact-hours", "contact hours are not hours of learning"),
        (
            (3, "ceu", "hours"),
            "hours",
            "credit.contact-hours",
            "total hours that the issuer states",
        ),
        ((30, "hours", "ceu"), "", "credit.contact-hours", "State the contact hours"),
        ((30, "hours", "ceu"), "iacet-ceu", "credit.contact-hours", "State the contact hours"),
        ((5, "uk", "us-semester"), "convention-2-to-1", "credit.no-factor", "never chained"),
        ((5, "nz", "my"), "cmf", "credit.no-factor", "no factor from New Zealand"),
        ((7, "ects", "uk"), "cmf", "credit.out-of-range", "4 to 6 ECTS credits only, not of 7"),
        ((5, "nz", "nz"), "cmf", "credit.no-factor", "does not speak of"),
    ],
)
def test_what_has_no_factor_is_refused_with_the_reason(args, by, reason, says):
    with pytest.raises(CheckFailed, match=says) as caught:
        convert(*args, by=by)
    assert caught.value.reason == reason


class TestStatedHours:
    def test_ceu_become_credit_by_the_hours_that_the_issuer_states(self):
        found = convert(3, "ceu", "ects", total_hours=60)
        assert (found.low, found.high, found.policy) == (2, Fraction(12, 5), "hours")
        assert found.sentence.startswith("Taken from the total hours")
        assert found.to_json()["from"] == {"value": 3, "unit": "ceu"}
        assert ends(3, "ceu", "hours", total_hours=60)[:2] == (60, 60)

    def test_they_hold_the_contact_hours(self):
        with pytest.raises(CheckFailed, match="30 contact hours; 29 hours in all") as caught:
            convert(3, "ceu", "ects", total_hours=29)
        assert caught.value.reason == "credit.hours-conflict"

    def test_contact_hours_go_on_as_contact_hours(self):
        assert ends(3, "ceu", CONTACT, total_hours=60)[:2] == (30, 30)


@pytest.mark.parametrize(
    ("hours", "ceu"), [("17", "1.7"), ("17.4", "1.7"), ("17.5", "1.8"), ("4", "0.4")]
)
def test_ceu_are_rounded_to_tenths(hours, ceu):
    assert ceu_of(Decimal(hours)) == Decimal(ceu)


@given(VALUES, st.sampled_from(sorted(policies())), st.data())
def test_there_and_back_within_one_policy_holds_what_was_given(value, name, data):
    rule = policies()[name]
    pairs = sorted(rule.ratios) or [(a, b) for a in sorted(rule.units) for b in sorted(rule.units)]
    unit, to = data.draw(st.sampled_from(pairs))
    if rule.kind == "ranges":
        value = (
            rule.ranges[unit].low + (rule.ranges[unit].high - rule.ranges[unit].low) * value / 30
        )
    if rule.kind == "ceu":
        value = Fraction(round(value) + 1)
    there = convert(value, unit, to, by=name)
    back = convert(there.found, to, unit, by=name)
    assert Range(value, value) in back.found
    exact = rule.kind in ("ratio", "ceu") or (
        rule.kind == "hours"
        and all(rule.per[u].hours.low == rule.per[u].hours.high for u in (unit, to))
    )
    if exact or unit == to:
        assert back.found == Range(value, value)


@given(VALUES)
def test_conventions_do_not_compose(value):
    direct = convert(value, "uk", "us-semester").found
    by_ects = convert(convert(value, "uk", "ects").found, "ects", "us-semester").found
    assert direct != by_ects  # 4 to 1 by two conventions, 4.5 to 1 by hours: never mixed


@given(VALUES, st.sampled_from(sorted(units())), st.sampled_from(sorted(units())))
def test_every_answer_names_policy_source_and_sentence(value, unit, to):
    try:
        found = convert(value, unit, to)
    except CheckFailed as refusal:
        assert refusal.reason == "credit.contact-hours"
        return
    told = found.to_json()
    assert 0 <= told["low"] <= told["high"]
    assert all((told["policy"], told["source"]))
    assert told["sentence"].endswith(".")
    assert abs(Fraction(str(told["low"])) - found.low) <= Fraction(1, 10**6)
    assert abs(Fraction(str(told["high"])) - found.high) <= Fraction(1, 10**6)


def test_what_a_decimal_cannot_hold_is_rounded_outwards():
    told = convert(5, "ects", "us-semester", by="hours").to_json()
    assert (told["low"], told["high"]) == (2.777777, 3.333334)
    one = convert(5, "uk", "us-semester")
    assert (one.low, one.to_json()["low"]) == (Fraction(10, 9), one.to_json()["high"])
    assert "about 1.11" in one.sentence


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("-5", "not more than 0"),
        ("0", "not more than 0"),
        ("nan", "no number"),
        ("inf", "no number"),
        ("1e3", "no number"),
        ("2,5", "write a decimal point, such as 2.5"),
        ("1,500,000", "such as 1500000"),
        ("999999", "too many"),
        ("9" * 400, "no number"),
        ("6-4", "runs backwards"),
        ("\u0665", "no number"),
        ("", "no number"),
    ],
)
def test_bad_numbers_are_refused_in_words(text, says):
    with pytest.raises(UsageError, match=says) as caught:
        read_amount(text)
    assert caught.value.reason == "usage.number"


@pytest.mark.parametrize("value", [1.5, True, "5", Decimal("nan"), Decimal("inf")])
def test_only_exact_numbers_are_taken(value):
    with pytest.raises(UsageError, match="number"):
        convert(value, "ects", "uk")


def test_unknown_names_are_refused_with_what_is_known():
    with pytest.raises(UsageError, match="use ects, uk") as caught:
        convert(1, "ECTS points", "uk")
    assert caught.value.reason == "usage.unit"
    with pytest.raises(UsageError, match="use convention-2-to-1") as caught:
        convert(1, "ects", "uk", by="mine")
    assert caught.value.reason == "usage.policy"


def test_only_what_a_body_states_is_official():
    assert convert(5, "ects", "hours").official
    assert not convert(5, "ects", "uk", by="hours").official
    assert not convert(5, "ects", "uk").official
    assert not convert(5, "us-quarter", "hours").official
    assert CEU in policies()["iacet-ceu"].units
