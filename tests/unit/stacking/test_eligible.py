from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction

import pytest

from stacking_small import AT, capstone, count, holding, rules
from stackmark.stacking.eligible import Eligibility


def answer(select, *limits, at=AT, tree=None, substitutes=(), **more):
    known = rules(tree or count(**select), *limits, substitutes=list(substitutes))
    return Eligibility(known, at).of(known.leaves()[0], holding(**more))


@pytest.mark.parametrize(
    ("select", "good", "bad", "unknown"),
    [
        ({"achievement": "urn:a:0"}, {}, {"achievement": "urn:a:9"}, {"achievement": None}),
        (
            {"issuer": ["did:web:uni.example"]},
            {},
            {"issuer": "did:web:x.example"},
            {"issuer": None},
        ),
        ({"class": "micro-credential"}, {}, {"kind": "degree"}, {"kind": None}),
        ({"field": ["06", "02"]}, {"field": "0223"}, {"field": "0413"}, {"field": None}),
        ({"level_min": 6}, {}, {"level": 5}, {"level": None}),
        ({"level_max": 6}, {}, {"level": 7}, {"level": None}),
        ({"level": 6}, {}, {"level": 7}, {"level": None}),
        ({"credits_min": 5}, {}, {"credit": 4.9}, {"credits": None}),
        (
            {"max_age_years": 1},
            {"awarded": "2025-06-01"},
            {"awarded": "2025-05-31"},
            {"awarded": None},
        ),
        (
            {"grade_min": {"value": "3.0", "scale": "gpa-4"}},
            {},
            {"grade": {"value": "2.9", "scale": "gpa-4"}},
            {"grade": {"value": "1.0", "scale": "de-1-5"}},
        ),
        ({"supervision_min": "remote-live"}, {}, {"supervision": "none"}, {"supervision": None}),
        ({"evidence_min": 3}, {}, {"evidence": 2}, {"evidence": None}),
        ({"not_applied_to": "urn:x"}, {}, {"applied_to": ["urn:x"]}, {"applied_to": None}),
    ],
)
def test_each_predicate_says_yes_no_or_unknown(select, good, bad, unknown):
    assert answer(select, **good) is True
    assert answer(select, **bad) is False
    assert answer(select, **unknown) is None


@pytest.mark.parametrize(
    ("select", "bad"),
    [
        ({"skill": ["urn:skill:a", "urn:skill:b"]}, {"skills": ["urn:skill:c"]}),
        ({"issuer_class": "school"}, {}),
        ({"verified": True}, {}),
        ({"id": "urn:h:7"}, {}),
    ],
)
def test_lists_are_known_whole(select, bad):
    good = {"issuer_class": ["school"], "provenance": "verified"}
    assert answer(select, **bad) is False
    if "id" not in select:
        assert answer(select, **good) is True


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, True),
        ({"status": "revoked"}, False),
        ({"status": "suspended"}, False),
        ({"status": "expired"}, False),
        ({"status": None}, None),
        ({"expires": "2026-06-01"}, True),  # the last day is good
        ({"expires": "2026-05-31"}, False),
        ({"awarded": "2026-06-02"}, False),  # not yet
        ({"awarded": "2026-06-01"}, True),
        ({"awarded": None}, True),
    ],
)
def test_only_what_is_in_force_counts(more, expected):
    assert answer({}, **more) is expected


def test_one_no_outweighs_all_that_is_unknown():
    assert answer({"level_min": 6, "field": "06"}, level=None, field="0413") is False


def test_an_interval_of_credit_may_be_enough_or_not():
    several = {"low": 4, "high": 6, "unit": "ects"}
    assert answer({"credits_min": 4}, credits=several) is True
    assert answer({"credits_min": 5}, credits=several) is None
    assert answer({"credits_min": 7}, credits=several) is False


def test_other_units_convert_to_intervals_and_contact_hours_do_not():
    known = rules(count())
    eligible = Eligibility(known, AT)
    low, high = eligible.credits(holding(credits={"value": 3, "unit": "us-semester"}))
    assert low <= Fraction(6) <= high
    assert eligible.credits(holding(credits={"value": 3, "unit": "ceu"})) is None
    assert eligible.credits(holding(credits=None)) is None
    assert eligible.credits(holding(credits={"value": 0, "unit": "ceu"})) == (0, 0)


def test_credit_is_that_of_the_holding_even_where_ids_return():
    """One compiled file serves many learners, whose ids may be the same."""
    eligible = Eligibility(rules(count()), AT)
    assert eligible.credits(holding(credit=2)) == (2, 2)
    assert eligible.credits(holding(credit=3)) == (3, 3)


LIMIT = {"id": "fresh", "max_age_years": 3, "select": {"field": ["06"]}}


def test_an_age_limit_is_for_what_it_selects():
    assert answer({}, LIMIT, awarded="2023-06-01") is True
    assert answer({}, LIMIT, awarded="2023-05-31") is False
    assert answer({}, LIMIT, awarded="2023-05-31", field="0223") is True
    assert answer({}, LIMIT, awarded="2023-05-31", field=None) is None
    assert answer({}, LIMIT, awarded=None) is None


def test_the_29th_of_february_is_good_until_the_28th():
    rule = {"max_age_years": 1}
    assert answer(rule, awarded="2024-02-28", at=dt.date(2025, 2, 28)) is True
    assert answer(rule, awarded="2023-02-28", at=dt.date(2024, 2, 29)) is True
    assert answer(rule, awarded="2023-02-27", at=dt.date(2024, 2, 29)) is False


EQUIVALENT = {"id": "same", "equivalent": [["urn:a:0", "urn:b"], ["urn:b", "urn:c"]]}
SUBSTITUTE = {"use": "urn:a:0", "instead_of": "urn:d", "approved_by": "board", "reason": "same"}


def test_equivalents_and_substitutes_stand_for_what_is_asked():
    assert answer({"achievement": "urn:c"}, EQUIVALENT) is True  # classes that meet are one
    assert answer({"achievement": "urn:d"}, EQUIVALENT) is False
    assert answer({"achievement": "urn:d"}, substitutes=[SUBSTITUTE]) is True


def test_nothing_is_substituted_for_a_capstone():
    tree = capstone(achievement="urn:d")
    assert answer({}, tree=tree, substitutes=[SUBSTITUTE]) is False
    assert answer({}, EQUIVALENT, tree=capstone(achievement="urn:b")) is True


def test_the_parts_of_a_leaf_are_its_questions():
    known = rules(count(level_min=6, field="06"), LIMIT)
    eligible = Eligibility(known, AT)
    found = {
        (about, rule): ask(holding(level=None, awarded="2020-01-01"))
        for about, rule, ask in eligible.parts(known.leaves()[0])
    }
    assert found == {
        ("status", "leaf"): True,
        ("field", "leaf"): True,
        ("level", "leaf"): None,
        ("age", "fresh"): False,
    }


def test_evidence_that_may_be_stronger_is_neither_yes_nor_no():
    known = rules({"all": [count(1, "a", evidence_min=4)]})
    (leaf,) = known.leaves()
    eligible = Eligibility(known, AT)

    def asked(level, most):
        return eligible.of(leaf, replace(holding(), evidence=level, evidence_most=most))

    assert [asked(4, None), asked(4, 6), asked(2, 4), asked(2, 3), asked(2, None)] == [
        *(True, True, None, False, False),
    ]
