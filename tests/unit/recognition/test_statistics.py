"""Rates of recognition by pair, with nothing small in them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from recognition_world import decision
from stackmark.errors import UsageError
from stackmark.recognition.statistics import pairs_of, protect, recognition_rates


def rows(issuer, **verdicts):
    return [(issuer, "college", name) for name, count in verdicts.items() for _ in range(count)]


def test_large_numbers_are_shown_with_the_share_that_was_not_refused():
    (table,) = recognition_rates(rows("uni", full=30, conditional=10, refused=10))
    (line,) = table.lines
    assert (table.decisions, line.decisions) == (50, 50)
    assert line.verdicts == {"full": 30, "partial": 0, "conditional": 10, "refused": 10}
    assert line.recognised == Fraction(4, 5)
    assert table.to_json()["lines"][0]["recognised"] == 0.8


def test_a_small_number_hides_the_next_larger_one_and_the_share():
    (table,) = recognition_rates(rows("uni", full=40, partial=12, refused=3))
    (line,) = table.lines
    assert line.verdicts == {"full": 40, "partial": None, "conditional": 0, "refused": None}
    assert (line.decisions, line.recognised) == (55, None)


def test_a_small_pair_hides_another_one_and_nothing_of_it_is_shown():
    decided = rows("a", full=3) + rows("b", full=20) + rows("c", full=30)
    (table,) = recognition_rates(decided)
    assert [one.decisions for one in table.lines] == [None, None, 30]
    assert table.lines[0].verdicts == dict.fromkeys(["full", "partial", "conditional", "refused"])
    assert table.decisions == 53


def test_a_single_small_pair_has_no_total_either():
    (table,) = recognition_rates(rows("a", refused=4))
    assert (table.decisions, table.lines[0].decisions) == (None, None)


def test_each_recogniser_has_a_table_of_its_own():
    decided = [("uni", name, "full") for name in ("x", "w") for _ in range(10)]
    assert [one.recogniser for one in recognition_rates(decided)] == ["w", "x"]
    assert recognition_rates([]) == ()


@pytest.mark.parametrize(
    ("counts", "shown", "total"),
    [
        ({"a": 9}, {"a": None}, None),
        ({"a": 10}, {"a": 10}, 10),
        ({"a": 0, "b": 10}, {"a": 0, "b": 10}, 10),
        ({"a": 4, "b": 4}, {"a": None, "b": None}, None),
        ({"a": 5, "b": 5}, {"a": None, "b": None}, 10),
        ({"a": 4, "b": 4, "c": 11, "d": 12}, {"a": None, "b": None, "c": None, "d": 12}, 31),
    ],
)
def test_the_rule_at_its_edges(counts, shown, total):
    assert protect(counts) == (shown, total)


def test_what_cannot_be_asked():
    with pytest.raises(UsageError) as told:
        recognition_rates([], least_cell=4)
    assert told.value.reason == "recognition.least-cell"
    with pytest.raises(UsageError) as told:
        recognition_rates([("a", "b", "maybe")])
    assert told.value.reason == "recognition.no-verdict"


def test_decisions_are_counted_and_portfolios_left():
    own = {"kind": "portfolio", "id": "urn:uuid:9", "sha256": "0" * 64}
    found = list(pairs_of([decision(), decision(source=own)]))
    assert found == [("did:web:uni.example", "did:web:college.example", "full")]
