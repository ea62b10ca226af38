from __future__ import annotations

import pytest

from stackmark.credit.levels import framework, frameworks, tables, to_level
from stackmark.errors import CheckFailed, UsageError


@pytest.mark.parametrize(
    ("name", "code", "target", "low", "high"),
    [
        ("RQF", "3", "EQF", "4", "4"),
        ("RQF", "Level 4", "eqf", "5", "5"),
        ("rqf", "e3", "EQF", "1", "1"),
        ("EQF", "5", "RQF", "4", "5"),
        ("SCQF", "9", "EQF", "6", "6"),
        ("EQF", "6", "SCQF", "9", "10"),
        ("NFQ", "8", "EQF", "6", "6"),
        ("EQF", "6", "NFQ", "7", "8"),
        ("EQF", "1", "NFQ", "1", "2"),
        ("DQR", "7", "EQF", "7", "7"),
        ("RNCP", "niveau 5", "EQF", "5", "5"),
        ("RNCP-1969", "I", "EQF", "7", "8"),
        ("MQF (Malta)", "6", "EQF", "6", "6"),
        ("QF-EHEA", "second", "EQF", "7", "7"),
        ("EQF", "5", "QF-EHEA", "short", "short"),
        ("NZQF", "7", "EQF", "6", "6"),
        ("EQF", "6", "EQF", "6", "6"),
    ],
)
def test_levels_by_table(name, code, target, low, high):
    found = to_level(name, code, target)
    assert (found.low, found.high) == (low, high)
    assert all((found.policy, found.source, found.sentence))


@pytest.mark.parametrize(
    ("name", "code", "target", "says"),
    [
        ("RQF", "E1", "EQF", "begins at Entry level 3"),
        ("SCQF", "1", "EQF", "begins at SCQF level 3"),
        ("NZQCF", "8", "EQF", "unlevelled"),
        ("EQF", "4", "QF-EHEA", "No level of QF-EHEA"),
        ("EQF", "1", "RNCP", "No level of RNCP"),
        ("AQF", "7", "EQF", "joint technical report of 2016"),
        ("EQF", "7", "AQF", "joint technical report of 2016"),
        ("mqf-my", "6", "EQF", "not referenced"),
        ("RQF", "6", "SCQF", "never chained"),
    ],
)
def test_what_nobody_published_is_refused(name, code, target, says):
    with pytest.raises(CheckFailed, match=says) as caught:
        to_level(name, code, target)
    assert caught.value.reason == "credit.no-referencing"


@pytest.mark.parametrize(
    ("name", "code", "reason", "says"),
    [
        ("RQF", "9", "credit.level", "it has E1, E2, E3, 1"),
        ("QF-EHEA", "6", "credit.level", "short, first, second, third"),
        ("MQF", "6", "credit.framework", "say mqf-mt or mqf-my"),
        ("XQF", "6", "credit.framework", "use eqf"),
    ],
)
def test_bad_names_are_refused_with_what_is_allowed(name, code, reason, says):
    with pytest.raises(UsageError, match=says) as caught:
        to_level(name, code, "EQF")
    assert caught.value.reason == reason


def test_a_comparison_says_that_it_is_no_referencing():
    found = to_level("NZQCF", "7", "EQF")
    assert found.kind == "comparison"
    assert "a comparison and no referencing" in found.sentence
    assert found.to_json()["policy"] == "nzqcf-comparison"


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.id)
def test_tables_are_whole_and_rise(table):
    source, target = framework(table.source_framework), framework(table.target)
    assert set(table.rows) <= set(source.levels)
    order = target.levels.index
    placed = [table.rows[code] for code in source.levels if code in table.rows]
    assert all(order(low) <= order(high) for low, high in placed)
    assert placed == sorted(placed, key=lambda ends: (order(ends[0]), order(ends[1])))
    left_out = set(source.levels) - set(table.rows)
    assert bool(left_out) == bool(table.without)
    for code in source.levels:
        if code in table.rows:
            there = to_level(source.id, code, target.id)
            back = to_level(target.id, there.low, source.id)
            assert source.levels.index(back.low) <= source.levels.index(code) <= source.levels.index(back.high)  # fmt: skip


def test_every_framework_has_a_table_or_a_reason():
    from stackmark.credit.levels import refused

    placed = {table.source_framework for table in tables()} | {"eqf"} | set(refused())
    assert placed == set(frameworks())
