"""Lints: each finds what it names, and what they prove is true of random holdings."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from rule_files import ACHIEVEMENTS, ISSUERS, SKILLS, random_file
from stackmark.model.holding import Credits, HeldGrade, Holding
from stackmark.stacking import rules as r
from stackmark.stacking.audit import audit
from stackmark.stacking.lint import Finding, lint
from stackmark.stacking.parse import read_rules
from stackmark.stacking.write import rules_json

AT = dt.date(2026, 6, 1)


def found(rule: Any, *limits: Any, unit: str = "ects", **more: Any) -> dict[str, Finding]:
    file = {"rule": rule, "limits": limits, "unit": unit, **more}
    return {one.code: one for one in lint(read_rules(file))}


def count(select: Any = None, least: int = 1, **more: Any) -> dict[str, Any]:
    return {"count": {"select": select or {}, "min": least, **more}}


def credits_(select: Any = None, least: float = 1, **more: Any) -> dict[str, Any]:
    return {"credits": {"select": select or {}, "min": least, **more}}


A, B, C = ({"achievement": one} for one in ACHIEVEMENTS)
HOME, AWAY = ({"issuer": one} for one in ISSUERS)


def test_a_good_file_has_no_finding() -> None:
    assert found({"all": [count({"skill": "urn:a"}, 2), credits_({"field": "06"}, 10)]}) == {}


@pytest.mark.parametrize(
    ("rule", "code", "place", "said"),
    [
        (
            {"at_least": {"k": 3, "of": [count(A), count(B)]}},
            "k-above-children",
            "rule",
            "It asks for 3 of 2.",
        ),
        (count(A, 3, max=2), "max-below-min", "rule", "3 or more and 2 or less"),
        (
            {"all": [credits_(A, 10, max=2.5)]},
            "max-below-min",
            "rule/all/0",
            "10 or more and 2.5 or less",
        ),
        (
            count({"level_min": 6, "level_max": 5}),
            "select-impossible",
            "rule",
            "level 6 or above and for level 5 or below",
        ),
        (count({"level_min": 9}), "select-impossible", "rule", "no level above 8"),
        (count({"level_max": 0}), "select-impossible", "rule", "no level below 1"),
        (count({"evidence_min": 7}), "select-impossible", "rule", "Evidence goes up to 6"),
        (count({"id": ["urn:h:1"]}, 2), "too-few-ids", "rule", "asks for 2 and names 1"),
        (
            credits_({"credits_min": 5}, 1, max=4),
            "max-below-each",
            "rule",
            "Each has 5 credits or more, and 4 may be.",
        ),
        (
            {"all": [{"at_least": {"k": 2, "of": [count(A), count(B, 2, max=1)]}}]},
            "choice-impossible",
            "rule/all/0",
            "too few of those below it",
        ),
    ],
)
def test_what_cannot_be_met(rule: Any, code: str, place: str, said: str) -> None:
    one = found(rule)[code]
    assert (one.kind, one.place) == ("impossible", place)
    assert said in one.sentence
    assert one.way_on
    assert found(rule)["award-impossible"].kind == "impossible"


def test_a_dead_branch_of_a_choice_leaves_the_award_alive() -> None:
    told = found({"any": [count(A), count(B, 3, max=2)]})
    assert told["max-below-min"].place == "rule/any/1"
    assert "award-impossible" not in told


@pytest.mark.parametrize(
    ("rule", "limit", "code", "said"),
    [
        (
            {"all": [credits_({**AWAY, "level": 5}, 10)]},
            {"cap": {"select": AWAY, "max_credits": 6}},
            "cap-too-low",
            "The rules need 10 credits of it, and 6 may be.",
        ),
        (
            {"all": [credits_({"level_max": 4}, 4), count({"level": 3, "credits_min": 2}, 2)]},
            {"level_mix": {"level_below": 5, "max_credits": 7}},
            "cap-too-low",
            "The rules need 8 credits of it, and 7 may be.",
        ),
        (
            credits_(AWAY, 10),
            {"cap": {"select": AWAY, "max_share": 0.5}},
            "cap-too-low",
            "nothing else is used",
        ),
        (
            credits_(AWAY, 10),
            {"residency": {"select": HOME, "min_share": 0.1}},
            "residency-too-high",
            "No rule takes what it speaks of.",
        ),
        (
            {"all": [credits_(HOME, 5, max=8), count(AWAY)]},
            {"residency": {"select": HOME, "min_credits": 9}},
            "residency-too-high",
            "use 8 credits of it at most; 9 must be",
        ),
        (
            credits_(A, 5),
            {"level_floor": {"level_at_least": 9, "min_credits": 1}},
            "level-floor-too-high",
            "There is no level above 8",
        ),
        (
            {"all": [count(A), {"id": "end", "capstone": {"select": B}}]},
            {"exclude": [ACHIEVEMENTS[:2]]},
            "excluded",
            "of which one may be used",
        ),
        (
            count({"achievement": ACHIEVEMENTS[:2]}, 2),
            {"equivalent": [ACHIEVEMENTS[:2]]},
            "excluded",
            "which are the same learning",
        ),
    ],
)
def test_limits_that_cannot_be_kept(rule: Any, limit: Any, code: str, said: str) -> None:
    told = found(rule, limit)
    assert (told[code].kind, told[code].place) == ("impossible", "limits/0")
    assert said in told[code].sentence
    assert "award-impossible" in told


@pytest.mark.parametrize(
    ("rule", "limit"),
    [
        (credits_(AWAY, 6), {"cap": {"select": AWAY, "max_credits": 6}}),
        (credits_(None, 10), {"cap": {"select": AWAY, "max_credits": 6}}),
        (credits_(AWAY, 10), {"cap": {"select": AWAY, "max_share": 0.1, "max_credits": 10}}),
        ({"any": [credits_(AWAY, 10), count(A)]}, {"cap": {"select": AWAY, "max_credits": 6}}),
        (
            {"all": [count(A), {"any": [count(B), count(C)]}]},
            {"exclude": [ACHIEVEMENTS[:2]]},
        ),
        (credits_(None, 10), {"residency": {"select": HOME, "min_share": 1}}),
    ],
)
def test_limits_that_may_be_kept_are_left_alone(rule: Any, limit: Any) -> None:
    assert not any(one.kind == "impossible" for one in found(rule, limit).values())


def test_what_may_be_shared_is_not_added_up() -> None:
    rule = {"all": [{"id": "a", **credits_(AWAY, 4)}, {"id": "b", **credits_(AWAY, 4)}]}
    cap = {"cap": {"select": AWAY, "max_credits": 5}}
    assert "cap-too-low" in found(rule, cap)
    assert "cap-too-low" not in found(rule, cap, {"share": {"a": "a", "b": "b", "max_credits": 4}})


@pytest.mark.parametrize(
    ("rule", "limit", "code"),
    [
        (credits_(HOME), {"cap": {"select": AWAY, "max_credits": 1}}, "never-binds"),
        (credits_(HOME), {"cap": {"max_share": 1}}, "never-binds"),
        (credits_(HOME, 1, max=4), {"cap": {"max_credits": 4}}, "never-binds"),
        (
            credits_({"level": 6}),
            {"level_mix": {"level_below": 6, "max_credits": 1}},
            "never-binds",
        ),
        (credits_(HOME), {"residency": {"select": HOME, "min_share": 1}}, "never-binds"),
        (credits_(), {"residency": {"select": HOME, "min_share": 0}}, "never-binds"),
        (
            credits_({"level": 6}),
            {"level_floor": {"level_at_least": 5, "min_share": 1}},
            "never-binds",
        ),
        (credits_({"max_age_years": 4}), {"max_age_years": 5}, "never-binds"),
        (credits_(HOME), {"max_age_years": 5, "select": AWAY}, "never-binds"),
        (count(A), {"exclude": [ACHIEVEMENTS[1:]]}, "never-binds"),
        (count(A), {"before": [[ACHIEVEMENTS[0], ACHIEVEMENTS[1]]]}, "never-binds"),
        (credits_(HOME), {"gpa": {"min": 3, "scale": "gpa-4", "select": AWAY}}, "never-binds"),
    ],
)
def test_limits_that_never_bind(rule: Any, limit: Any, code: str) -> None:
    one = found(rule, limit)[code]
    assert (one.kind, one.place) == ("idle", "limits/0")


def test_a_share_is_looked_at() -> None:
    rule = {"id": "top", "all": [{"id": "a", **credits_(A, 1, max=3)}, {"id": "b", **credits_(B)}]}

    def share(first: str, second: str, most: float) -> Any:
        return {"share": {"a": first, "b": second, "max_credits": most}}

    assert found(rule, share("a", "b", 2)) == {}
    assert "3 credits at most" in found(rule, share("a", "b", 3))["never-binds"].sentence
    assert found(rule, share("top", "b", 2))["share-nested"].kind == "odd"
    assert found(rule, share("a", "b", 0))["share-nothing"].kind == "odd"


def test_rules_that_decide_nothing() -> None:
    wide, narrow = count({"skill": SKILLS}), count({"skill": SKILLS[0], "level_min": 6}, 2)
    told = found({"any": [{"id": "narrow", **narrow}, {"id": "wide", **wide}]})
    assert told["implied-rule"].part == "narrow"
    assert told["implied-rule"].kind == "idle"
    told = found({"any": [wide, {"id": "again", **wide}]})
    assert told["duplicate-rule"].sentence == "It decides nothing: “again” is the same."
    assert "implied-rule" not in found({"all": [narrow, wide]})
    assert found({"all": [wide, wide]})["asked-twice"].kind == "odd"
    assert found({"all": [wide, count(None, 0)]})["asks-nothing"].place == "rule/all/1"
    assert found({"any": [wide, count(None, 0)]})["always-met"].kind == "odd"
    cap = {"cap": {"select": AWAY, "max_credits": 3}}
    assert found(credits_(), cap, cap)["duplicate-limit"].place == "limits/1"


def test_substitutes_nobody_needs() -> None:
    one = {"use": "urn:x", "instead_of": ACHIEVEMENTS[0], "approved_by": "B", "reason": "R"}
    assert found(count(A), substitutes=[one]) == {}
    assert found(count(B), substitutes=[one])["substitute-unused"].place == "substitutes/0"
    assert "substitute-unused" in found({"capstone": {"select": A}}, substitutes=[one])


@pytest.mark.parametrize(
    ("rule", "code", "place"),
    [
        (count({"skill": "statistics"}), "address-form", "rule/count/select/skill"),
        (count({"field": "IT"}), "field-code", "rule/count/select/field"),
        (count({"class": "badge"}), "unknown-class", "rule/count/select/class"),
        (
            count({"grade_min": {"value": 2, "scale": "mine"}}),
            "unknown-scale",
            "rule/count/select/grade_min",
        ),
        (
            count({"grade_min": {"value": 7, "scale": "gpa-4"}}),
            "grade-outside-scale",
            "rule/count/select/grade_min",
        ),
        (
            count({"grade_min": {"value": 3, "scale": "gpa-4", "policy": "mine"}}),
            "unknown-policy",
            "rule/count/select/grade_min",
        ),
        (
            count({"grade_min": {"value": 2, "scale": "german", "policy": "modified-bavarian"}}),
            "policy-open",
            "rule/count/select/grade_min",
        ),
        (
            count({"grade_min": {"value": "1.0", "scale": "german", "policy": "egracons"}}),
            "policy-open",
            "rule/count/select/grade_min",
        ),
        (
            count({"grade_min": {"value": 3, "scale": "gpa-4", "policy": "uk-percent-class"}}),
            "policy-scale",
            "rule/count/select/grade_min",
        ),
    ],
)
def test_words_nobody_knows(rule: Any, code: str, place: str) -> None:
    one = found(rule)[code]
    assert (one.kind, one.place) == ("odd", place)


def test_odd_units_and_means() -> None:
    assert found(count(A), unit="points")["unknown-unit"].place == "unit"
    limit = {"gpa": {"min": 2.5, "scale": "de-1-5"}}
    assert "low numbers are better" in found(count(A), limit)["gpa-direction"].sentence
    good = {"gpa": {"min": 2.5, "scale": "de-1-5", "higher_is_better": False}}
    assert found(count(A), good) == {}
    assert "scale-no-numbers" in found(count(A), {"gpa": {"min": 2, "scale": "us-letter"}})
    assert "unknown-scale" in found(count(A), {"gpa": {"min": 2, "scale": "mine"}})
    assert "grade-outside-scale" in found(count(A), {"gpa": {"min": 5, "scale": "gpa-4"}})
    circle = {"before": [ACHIEVEMENTS[:2], ACHIEVEMENTS[1::-1]]}
    assert found(count(), circle)["before-circle"].kind == "odd"


# -- what is proven holds for random holdings --------------------------------------------------


def holding(rng: random.Random, number: int) -> Holding:
    return Holding(
        id=f"urn:h:{number}",
        achievement=rng.choice(ACHIEVEMENTS),
        issuer=rng.choice((*ISSUERS, "")),
        issuer_classes=("university", "employer")[: rng.randint(0, 2)],
        kind=rng.choice(("micro-credential", "micro-certification", "")),
        skills=tuple(rng.sample(SKILLS, rng.randint(1, 3))),
        field=rng.choice(("0613", "0211", "")),
        level=rng.choice((3, 5, 6, 7, None)),
        credits=rng.choice((Credits(Fraction(3), Fraction(3), "ects"), _some(rng))),
        awarded=AT - dt.timedelta(days=rng.choice((10, 300, 800, 2000))),
        grade=rng.choice((HeldGrade("1.3", "de-1-5"), HeldGrade("4.0", "gpa-4"), None)),
        supervision=rng.choice(("onsite", "remote-live", "")),
        status=rng.choice(("valid",) * 5 + ("unknown",)),
        evidence=rng.choice((6, 3, None)),
        applied_to=rng.choice(((), None)),
        provenance=rng.choice(("verified", "stated")),
    )


def _some(rng: random.Random) -> Credits:
    low = Fraction(rng.randint(0, 12), 2)
    return Credits(low, low + rng.choice((0, 0, 1)), "ects")


def verdicts(rules: r.Rules, holdings: list[list[Holding]]) -> list[str]:
    return [audit(rules, one, AT, explain=False).verdict for one in holdings]


def without(rules: r.Rules, part: str) -> r.Rules:
    """The rules less one limit, one substitute, or one child of a choice."""
    if part.startswith("substitute-"):
        kept = list(rules.substitutes)
        del kept[int(part.rpartition("-")[2]) - 1]
        return replace(rules, substitutes=tuple(kept))
    limits = tuple(one for one in rules.limits if one.id != part)
    return replace(rules, limits=limits, rule=pruned(rules.rule, part))


def pruned(node: r.Node, part: str) -> r.Node:
    if not isinstance(node, r.All | r.AtLeast):
        return node
    return replace(node, of=tuple(pruned(one, part) for one in node.of if one.id != part))


@pytest.mark.parametrize("seed", range(2))
def test_what_is_proven_is_true(seed: int) -> None:
    rng = random.Random(seed)
    seen: Counter[str] = Counter()
    for _ in range(500):
        rules = read_rules(random_file(rng, depth=2, limits=3))
        proven = [one for one in lint(rules) if one.kind != "odd"]
        if not proven:
            continue
        people = [[holding(rng, n) for n in range(rng.randint(1, 6))] for _ in range(5)]
        told = verdicts(rules, people)
        for one in proven:
            seen[one.code] += 1
            if one.code == "award-impossible":
                assert "yes" not in told, (one, rules_json(rules))
            elif one.kind == "idle" and one.code != "asks-nothing":
                same = verdicts(without(rules, one.part), people)
                assert same == told, (one, rules_json(rules), people)
    assert seen["award-impossible"] > 5
    assert seen["never-binds"] > 10
