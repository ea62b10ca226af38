"""Flow, search and solver by themselves."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from stacking_oracle import AT as ORACLE_AT
from stacking_oracle import random_case
from stacking_small import AT, AWAY, HOME, capstone, count, credit, holdings, rules
from stackmark.model.holding import read_holdings
from stackmark.stacking.audit import Auditor
from stackmark.stacking.choices import cheapest, leaf_sets
from stackmark.stacking.decide import decide
from stackmark.stacking.facts import Compiled
from stackmark.stacking.flow import counts_only, flow
from stackmark.stacking.parse import read_rules
from stackmark.stacking.problem import make_problem
from stackmark.stacking.search import nearest, search
from stackmark.stacking.solver import satisfies, solve
from stackmark.stacking.witness import check

CAP = {"id": "cap", "cap": {"select": {"issuer": AWAY}, "max_credits": 6, "max_share": 0.5}}


def problem(tree, held, *limits, strict=True):
    known = Compiled(rules(tree, *limits), AT)
    return make_problem(known, known.facts(held), strict=strict)


# -- flow --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tree", "limits", "expected"),
    [
        ({"all": [count(1, "a"), capstone("b")]}, (), True),
        ({"all": [count(1, "a"), {"all": [count(2, "b")]}]}, (), True),
        ({"all": [count(1, "a")]}, ({"max_age_years": 3},), True),
        ({"any": [count(1, "a"), count(1, "b")]}, (), False),
        ({"all": [count(1, "a"), credit(1, "b")]}, (), False),
        ({"all": [count(1, "a")]}, (CAP,), False),
        ({"all": [count(1, "a")]}, ({"exclude": [["urn:a:0", "urn:a:1"]]},), False),
        ({"all": [count(1, "a")]}, ({"exclude": [["urn:a:0", "urn:a:9"]]},), True),
        ({"all": [count(2, "a", most=1)]}, (), False),
    ],
)
def test_flow_is_for_rules_that_only_count(tree, limits, expected):
    assert counts_only(problem(tree, holdings({}, {}), *limits)) is expected


def test_flow_moves_holdings_to_make_room():
    tree = {"all": [count(1, "a"), count(1, "b", skill="urn:skill:b"), count(1, "c", level_min=7)]}
    held = holdings(
        {"skills": ["urn:skill:b"]}, {"level": 7}, {"level": 7, "skills": ["urn:skill:b"]}
    )
    found = flow(problem(tree, held))
    assert found.met
    assert sorted(leaf for _, (leaf,) in found.uses) == [0, 1, 2]


def test_flow_says_who_wants_too_much():
    tree = {
        "all": [
            count(2, "a", skill="urn:skill:b"),
            count(1, "b", skill="urn:skill:b"),
            count(1, "c"),
        ]
    }
    held = holdings({"skills": ["urn:skill:b"]}, {"skills": ["urn:skill:b"]}, {}, {})
    asked = problem(tree, held)
    found = flow(asked)
    assert not found.met
    assert found.leaves == (0, 1)
    assert {asked.facts[at].holding.id for at in found.items} == {"urn:h:0", "urn:h:1"}


def test_flow_uses_the_least_credit_as_the_search_does():
    draw, seen = random.Random(5), 0
    for _ in range(400):
        known, rows = random_case(draw, limits=0)
        asked = Compiled(read_rules(known), ORACLE_AT)
        one = make_problem(asked, asked.facts(read_holdings(rows)), strict=True)
        if not counts_only(one):
            continue
        seen += 1
        mine, other = flow(one), search(one, nodes=10**6)
        assert mine.met == (other.uses is not None)
        if mine.met:
            assert satisfies(one, mine.uses)
            assert sum(one.weight[at] for at, _ in mine.uses) == other.value
    assert seen > 30


# -- search ------------------------------------------------------------------------------------


def test_the_search_counts_nodes_and_stops():
    held = holdings(*({"credit": number % 4 + 1} for number in range(14)))
    asked = problem({"all": [credit(8, "a"), credit(8, "b"), credit(8, "c")]}, held)
    found = search(asked, nodes=3)
    assert not found.done
    assert not found.impossible
    assert found.nodes <= 4


def test_what_comes_nearest_misses_least():
    asked = problem({"all": [credit(9, "a"), count(2, "b")]}, holdings({}, {}, {}))
    found = nearest(asked, nodes=10**5)
    gains = [
        sum(asked.gains(at, leaf) for at, served in found.uses if leaf in served) for leaf in (0, 1)
    ]
    # both for the count leaves 5 of 9 (0.44 missing); two for credit leaves 1 of 2 (0.5 missing)
    assert gains == [5, 2]


def test_leaf_sets_satisfy_the_tree_and_need_not_be_more():
    tree = (2, ((-1, 0), (1, ((-1, 1), (-1, 2)))))
    found = leaf_sets(tree, 0b111, [5, 1, 3], most=10)
    assert found == [(6, 0b011), (8, 0b101)]
    assert leaf_sets(tree, 0b110, [5, 1, 3], most=10) == []
    assert leaf_sets(tree, 0b111, [5, 1, 3], most=1) is None
    assert (9, 0b111) in leaf_sets(tree, 0b111, [5, 1, 3], more=0b100, most=10)


def test_a_choice_of_very_many_rules_goes_to_the_solver():
    leaves = [credit(4, f"l{number:02}", level_min=number % 4 + 3) for number in range(16)]
    tree = {"id": "choice", "at_least": {"k": 8, "of": leaves}}
    held = holdings(*({"level": number % 7 + 1} for number in range(20)))
    asked = problem(tree, held)
    found = decide(asked, nodes=50_000)
    assert found.engine == "solver"
    assert found.uses is not None
    assert satisfies(asked, found.uses)


# -- solver ------------------------------------------------------------------------------------


def test_the_solver_proves_a_no_by_what_is_missing():
    asked = problem({"all": [credit(6, "a"), credit(6, "b")]}, holdings({}, {}))
    found = solve(asked, nodes=10_000)
    assert found.uses is None
    assert found.impossible


def test_the_solver_keeps_the_larger_bound_of_a_cap():
    """Six of ten credits from elsewhere: over the half, within the six."""
    held = holdings({"issuer": AWAY, "credit": 6}, {"issuer": HOME, "credit": 4})
    assert solve(problem(credit(10), held, CAP), nodes=10_000).uses is not None
    held = holdings({"issuer": AWAY, "credit": 8}, {"issuer": HOME, "credit": 8})
    assert solve(problem(credit(16), held, CAP), nodes=10_000).uses is not None
    held = holdings({"issuer": AWAY, "credit": 7}, {"issuer": HOME, "credit": 3})
    assert solve(problem(credit(10), held, CAP), nodes=10_000).impossible


def test_a_tenth_of_a_credit_decides_in_the_solver_as_in_the_search():
    asked = problem(credit(10), holdings({"credit": 4.9}, {"credit": 5}))
    assert solve(asked, nodes=10_000).impossible
    assert search(asked, nodes=10_000).impossible
    asked = problem(credit(10), holdings({"credit": 4.9}, {"credit": 5.1}))
    assert solve(asked, nodes=10_000).uses is not None


def test_an_answer_of_the_solver_is_not_believed_when_it_breaks_a_rule():
    asked = problem(credit(10), holdings({}, {}))
    assert satisfies(asked, ((0, (0,)), (1, (0,))))
    assert not satisfies(asked, ((0, (0,)),))
    assert not satisfies(asked, ((0, (0,)), (0, (0,))))


def test_without_scipy_the_search_decides_alone():
    """In a process of its own in which scipy and numpy cannot be imported."""
    program = """
import sys
sys.modules["scipy"] = sys.modules["numpy"] = None
import importlib.util
importlib.util.find_spec = lambda name, package=None: None
sys.path.insert(0, "tests")
from stacking_small import AT, credit, holdings, rules
from stackmark.stacking.audit import audit
print(audit(rules({"all": [credit(6, "a"), credit(6, "b")]}), holdings({}, {}, {}, {}), AT).verdict)
print(audit(rules({"all": [credit(6, "a"), credit(6, "b")]}), holdings({}, {}, {}), AT).verdict)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["yes", "no"], done.stderr


def test_auditing_many_learners_by_one_compiled_file_gives_what_each_alone_gives():
    draw = random.Random(9)
    known, _ = random_case(draw, limits=2)
    many = Auditor(read_rules(known), ORACLE_AT)
    for _ in range(60):
        rows = read_holdings(random_case(draw)[1])
        alone = Auditor(read_rules(known), ORACLE_AT).audit(rows)
        assert many.audit(rows).to_json() == alone.to_json()


def test_a_yes_of_the_solver_passes_the_checker_and_becomes_the_verdict():
    leaves = [credit(4, f"l{number:02}", level_min=number % 4 + 3) for number in range(16)]
    known = rules({"id": "choice", "at_least": {"k": 8, "of": leaves}}, CAP)
    held = holdings(*({"level": number % 7 + 1} for number in range(20)))
    found = Auditor(known, AT).audit(held)
    assert (found.verdict, found.engine, found.least) == ("yes", "solver", True)
    assert check(found.witness, known, held) == ()


def test_without_a_solver_the_cheapest_of_very_many_choices_is_tried():
    leaves = [credit(4, f"l{number:02}", level_min=number % 4 + 3) for number in range(16)]
    known = rules({"id": "choice", "at_least": {"k": 8, "of": leaves}})
    held = holdings(*({"level": number % 7 + 1} for number in range(20)))
    found = Auditor(known, AT, solver=False).audit(held)
    assert (found.verdict, found.least) == ("yes", False)
    assert check(found.witness, known, held) == ()
    short = Auditor(known, AT, solver=False).audit(held[:7])
    assert short.verdict in {"no", "undecided"}
    assert Auditor(known, AT).audit(held[:7]).verdict == "no"


def test_a_no_over_very_many_choices_is_explained_by_the_cheapest():
    leaves = [credit(4 + number, f"l{number:02}", level_min=7) for number in range(16)]
    known = rules({"id": "choice", "at_least": {"k": 8, "of": leaves}})
    found = Auditor(known, AT).audit(holdings({"level": 7}))
    assert found.verdict == "no"
    assert {one.rule for one in found.shortfalls} <= {f"l{number:02}" for number in range(9)}


def test_the_cheapest_way_is_the_sum_of_the_cheapest_branches():
    tree = (2, ((-1, 0), (1, ((-1, 1), (-1, 2))), (2, ((-1, 3), (-1, 4)))))
    assert cheapest(tree, [5, 9, 3, 1, 1]) == (5, 0b11100)
