"""Audits against an oracle that tries every assignment, and laws that need no oracle."""

from __future__ import annotations

import copy
import datetime as dt
import os
import random

import pytest

from stacking_oracle import (
    AT,
    AWARD,
    ISSUERS,
    Oracle,
    complete,
    forget,
    nodes,
    random_case,
    random_holding,
    random_leaf,
)
from stackmark.model.holding import read_holdings
from stackmark.stacking.additions import held, holdings_of
from stackmark.stacking.audit import Auditor, audit
from stackmark.stacking.parse import read_rules
from stackmark.stacking.problem import make_problem
from stackmark.stacking.search import search
from stackmark.stacking.solver import satisfies, solve
from stackmark.stacking.witness import Use, Witness, check

CASES = int(os.environ.get("STACKMARK_STACKING_CASES", "10000"))
CHANGES = int(os.environ.get("STACKMARK_STACKING_CHANGES", "300"))  # 5000 for the whole run
PARTS = 4


def cases(seed, many, **how):
    draw = random.Random(seed)
    for _ in range(many):
        rules, rows = random_case(draw, **how)
        yield draw, rules, rows


def judged(rules, rows, **how):
    return audit(read_rules(rules), read_holdings(rows), AT, **how)


@pytest.mark.parametrize("part", range(PARTS))
def test_ten_thousand_audits_agree_with_the_oracle(part):
    verdicts = set()
    for _, rules, rows in cases(part, CASES // PARTS):
        least = Oracle(rules, rows).least()
        found = judged(rules, rows, explain=False)
        verdicts.add(found.verdict)
        assert found.verdict == ("no" if least is None else "yes"), (rules, rows)
        if least is not None:
            assert found.least
            assert found.credits_used == least, (rules, rows)
            assert check(found.witness, read_rules(rules), read_holdings(rows)) == ()
    assert verdicts == {"yes", "no"}


def test_no_verdict_is_wrong_however_the_unknown_turns_out():
    verdicts = set()
    for draw, rules, rows in cases(11, 500):
        rows = forget(draw, rows)
        found = judged(rules, rows, explain=False)
        verdicts.add(found.verdict)
        for _ in range(4):
            possible = Oracle(rules, complete(draw, rows)).least() is not None
            assert found.verdict != ("no" if possible else "yes"), (rules, rows)
    assert verdicts == {"yes", "no", "undecided"}


def test_what_is_open_names_what_is_not_known():
    seen = 0
    for draw, rules, rows in cases(12, 400):
        rows = forget(draw, rows)
        if judged(rules, rows, explain=False).verdict == "undecided":
            seen += 1
            found = judged(rules, rows)
            assert found.unknown, (rules, rows)
            assert found.smallest_change is None
    assert seen > 10


def test_search_and_solver_agree():
    for draw, rules, rows in cases(13, 150):
        known = Auditor(read_rules(rules), AT)
        facts = known.compiled.facts(read_holdings(forget(draw, rows)))
        for strict in (True, False):
            problem = make_problem(known.compiled, facts, strict=strict)
            mine, other = search(problem, nodes=10**6), solve(problem, nodes=10**6)
            assert mine.done
            assert (mine.uses is None) == (other.uses is None) == other.impossible
            if mine.uses is not None:
                assert satisfies(problem, mine.uses)
                weights = [
                    sum(problem.weight[at] for at, _ in uses) for uses in (mine.uses, other.uses)
                ]
                assert weights[0] == weights[1] or not strict


# -- laws --------------------------------------------------------------------------------------


def test_order_changes_nothing():
    for draw, rules, rows in cases(21, 80):
        found = judged(rules, rows).to_json()
        other, shuffled = copy.deepcopy(rules), copy.deepcopy(rows)
        draw.shuffle(shuffled)
        draw.shuffle(other["limits"])
        for node in nodes(other["rule"]):
            draw.shuffle(
                node.get("all") or node.get("any") or node.get("at_least", {}).get("of", [])
            )
        again = judged(other, shuffled).to_json()
        for member in ("verdict", "witness", "unused", "ageing", "creditsUsed", "leastCredit"):
            assert found[member] == again[member], (member, rules, rows)


def renamed(rules, rows):
    other, many = copy.deepcopy(rules), copy.deepcopy(rows)
    names = {one["id"]: f"x-{99 - number}" for number, one in enumerate(nodes(rules["rule"]))}
    for node in nodes(other["rule"]):
        node["id"] = names[node["id"]]
    for number, limit in enumerate(other["limits"]):
        limit["id"] = f"y-{99 - number}"
        if "share" in limit:
            limit["share"].update(a=names[limit["share"]["a"]], b=names[limit["share"]["b"]])
    for number, row in enumerate(many):
        row["id"] = f"urn:z:{99 - number}"
    return other, many


def test_names_change_no_verdict():
    for _, rules, rows in cases(22, 300):
        found, other = (
            judged(rules, rows, explain=False),
            judged(*renamed(rules, rows), explain=False),
        )
        assert (found.verdict, found.credits_used) == (other.verdict, other.credits_used)


def test_a_rule_may_be_split_by_all():
    for _, rules, rows in cases(23, 300):
        other = copy.deepcopy(rules)
        for number, node in enumerate(list(nodes(other["rule"]))):
            if "all" in node and len(node["all"]) > 1:
                node["all"] = [{"id": f"half-{number}", "all": node["all"][:1]}, *node["all"][1:]]
        other["rule"] = {"id": "outer", "all": [other["rule"]]}
        found, again = judged(rules, rows, explain=False), judged(other, rows, explain=False)
        assert (found.verdict, found.credits_used) == (again.verdict, again.credits_used)


def test_a_further_holding_never_makes_a_no_of_a_yes():
    seen = 0
    for draw, rules, rows in cases(24, 500):
        rows = forget(draw, rows)
        if judged(rules, rows[:-1], explain=False).verdict == "yes":
            seen += 1
            assert judged(rules, rows, explain=False).verdict == "yes", (rules, rows)
    assert seen > 50


def test_a_wider_cap_never_makes_a_no_of_a_yes():
    seen = 0
    for _, rules, rows in cases(25, 900):
        wider = copy.deepcopy(rules)
        for limit in wider["limits"]:
            body = limit.get("cap") or limit.get("level_mix") or limit.get("share") or {}
            if "max_credits" in body:
                body["max_credits"] += 1
            if "max_share" in body:
                body["max_share"] = min(1, body["max_share"] + 0.1)
        if wider != rules and judged(rules, rows, explain=False).verdict == "yes":
            seen += 1
            assert judged(wider, rows, explain=False).verdict == "yes", (rules, rows)
    assert seen > 20


def anything(draw, many):
    """Holdings of every kind that random rules speak of, none of them unknown or revoked."""
    rows = [random_holding(draw, number) for number in range(many)]
    fresh = (AT - dt.timedelta(days=20)).isoformat()
    for place, row in enumerate(rows):
        row.update(id=f"urn:any:{place}", status="valid", applied_to=[], awarded=fresh)
        row["credits"]["value"] = draw.choice([1, 2, 3, 4, 5, 6, 7.5, 9, 12, 20])
        row["grade"]["value"] = draw.choice(["3.0", "4.0"])
    return read_holdings(rows)


@pytest.mark.parametrize("solver", [None, False], ids=["solver", "no-solver"])
def test_the_smallest_change_leads_to_a_yes(solver):
    """For every no of rules that anybody can meet; of others it is said that nobody can."""
    given = without = 0
    pool = random.Random(1)
    many = CHANGES if solver is None else CHANGES // 4
    for draw, rules, rows in cases(26, many):
        known, holdings = read_rules(rules), read_holdings(forget(draw, rows))
        auditor = Auditor(known, AT, solver=solver)
        found = auditor.audit(holdings)
        if found.verdict != "no":
            continue
        assert found.explanation
        change = found.smallest_change
        if not change.additions:
            without += 1
            if solver is None:
                assert "No addition leads to this award" in change.sentence, (rules, rows)
                for size in (8, 14, 20, 30):
                    wide = auditor.audit(anything(pool, size), explain=False)
                    assert wide.verdict == "no", (rules, rows)
            continue
        given += 1
        after = auditor.audit([*holdings, *holdings_of(change, known, AT)], explain=False)
        assert after.verdict == "yes", (rules, rows, change)
    assert given > 5 * without


def test_where_two_more_are_told_no_single_one_would_do():
    seen = 0
    pool = anything(random.Random(2), 120)
    for draw, rules, rows in cases(28, CHANGES // 5):
        known, holdings = read_rules(rules), read_holdings(forget(draw, rows))
        auditor = Auditor(known, AT)
        change = auditor.audit(holdings).smallest_change
        if change is None or len(change.additions) != 2:
            continue
        seen += 1
        for one in pool:
            wide = auditor.audit([*holdings, one], explain=False)
            assert wide.verdict != "yes", (rules, rows, change, one)
    assert seen >= min(10, CHANGES // 60)


def test_what_nobody_can_meet_names_the_limits_that_cannot_be_kept_together():
    leaf = {"id": "any", "credits": {"select": {}, "min": 5}}
    half = {"select": {"issuer": [ISSUERS[0]]}}
    limits = [
        {"id": "low", "cap": {**half, "max_share": 0.5}},
        {"id": "levels", "level_mix": {"level_below": 5, "max_share": 0.2}},
        {"id": "high", "residency": {**half, "min_share": 0.6}},
    ]
    rules = {"version": "1", "id": AWARD, "unit": "ects", "rule": leaf, "limits": limits}
    change = judged(rules, []).smallest_change
    assert change.additions == ()
    assert "“low” and “high” kept as well" in change.sentence
    assert "levels" not in change.sentence


def test_no_part_of_the_smallest_change_can_be_left_out_or_be_a_credit_less():
    seen = 0
    for _, rules, rows in cases(27, 150):
        known, holdings = read_rules(rules), read_holdings(rows)
        found = audit(known, holdings, AT)
        change = found.smallest_change
        for place, one in enumerate(change.additions if change else ()):
            rest = change.additions[:place] + change.additions[place + 1 :]
            smaller = [rest]
            if one.get("credits", 0) > 1:
                smaller.append((*rest, {**one, "credits": one["credits"] - 1}))
            for additions in smaller:
                seen += 1
                more = held(additions, "ects", AT)
                after = audit(known, [*holdings, *more], AT, explain=False)
                assert after.verdict != "yes", (rules, rows, change, additions)
    assert seen > 150


# -- witnesses ---------------------------------------------------------------------------------


def mutations(uses, holdings, leaves):
    """Every way to take one use away, add one, or turn one into another."""
    everything = [Use(one, leaf) for one in holdings for leaf in leaves]
    for place, use in enumerate(uses):
        rest = uses[:place] + uses[place + 1 :]
        yield rest
        yield (*uses, use)
        yield from ((*rest, other) for other in everything if other != use)
    yield from ((*uses, other) for other in everything if other not in uses)


def is_good(oracle, rows, uses):
    """What the oracle says of uses; the same use twice is never good."""
    ids = [row["id"] for row in rows]
    if len(set(uses)) < len(uses):
        return False
    chosen = [tuple(name for name in oracle.leaves if Use(one, name) in uses) for one in ids]
    allowed = all(
        set(leaves) in [set(one) for one in options]
        for leaves, options in zip(chosen, oracle.options, strict=True)
    )
    return allowed and oracle.good(chosen)


def test_every_single_mutation_that_makes_a_witness_invalid_is_rejected():
    rejected = accepted = 0
    for _, rules, rows in cases(31, 260):
        known, holdings = read_rules(rules), read_holdings(rows)
        found = audit(known, holdings, AT, explain=False)
        if found.witness is None:
            continue
        oracle = Oracle(rules, rows)
        ids, leaves = [*(one.id for one in holdings), "urn:h:none"], [*oracle.leaves, "none"]
        for uses in mutations(found.witness.uses, ids, leaves):
            known_names = all(use.holding != ids[-1] and use.leaf != leaves[-1] for use in uses)
            good = known_names and is_good(oracle, rows, uses)
            faults = check(Witness(known.id, AT, tuple(uses)), known, holdings)
            assert (not faults) == good, (rules, rows, uses, faults)
            rejected, accepted = rejected + (not good), accepted + good
    assert rejected > 2_000
    assert accepted > 50


def test_a_witness_for_another_award_or_an_earlier_day_is_rejected():
    seen = 0
    for _, rules, rows in cases(32, 200):
        known, holdings = read_rules(rules), read_holdings(rows)
        found = audit(known, holdings, AT, explain=False)
        if found.witness is None or not found.witness.uses:
            continue
        seen += 1
        uses = found.witness.uses
        assert check(Witness("urn:other", AT, uses), known, holdings) != ()
        first = max(one.awarded for one in holdings if one.id in {use.holding for use in uses})
        early = Witness(known.id, first - dt.timedelta(days=1), uses)
        assert any("may not serve" in one for one in check(early, known, holdings))
    assert seen > 30


def test_a_limit_of_nodes_gives_the_same_answer_every_time():
    verdicts = set()
    draw = random.Random(41)
    for _ in range(12):
        rules, rows = random_case(draw, holdings=14, leaves=3, limits=0)
        rules["rule"] = {"all": [random_leaf(draw, f"leaf-{number}") for number in range(6)]}
        held, known = read_holdings(rows), read_rules(rules)
        found = [
            Auditor(known, AT, node_limit=nodes_, solver=False).audit(held).to_json()
            for nodes_ in (1, 1, 10**6)
        ]
        assert found[0] == found[1]
        assert found[0]["verdict"] in {found[2]["verdict"], "undecided"}
        verdicts.add(found[0]["verdict"])
    assert "undecided" in verdicts or len(verdicts) > 1
