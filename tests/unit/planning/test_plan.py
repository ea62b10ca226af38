"""``plan``: against every choice tried one by one, the contract, and each thing it must mind."""

from __future__ import annotations

import datetime as dt
import json
import os
from fractions import Fraction

import pytest

from planning_oracle import AT, WEEK, crowd, random_world
from shared import need_shared
from stackmark.errors import UsageError
from stackmark.model.holding import Holding, read_holdings
from stackmark.planning import solve
from stackmark.planning.goal import Goal, SkillGoal, read_goal
from stackmark.planning.limits import Limits
from stackmark.planning.offers import read_catalogue, read_offer
from stackmark.planning.plan import plan
from stackmark.stacking.parse import read_rules
from stackmark.stacking.witness import check

pytest.importorskip("scipy")
INSTANCES = int(os.environ.get("STACKMARK_PLANNING_INSTANCES", "300"))  # 5000 for the whole run
BY = AT + 30 * WEEK

ORDERS = {
    "cheapest": lambda one: (one.cost, one.count, one.finish),
    "fastest": lambda one: (one.finish, one.cost, one.count),
    "fewest": lambda one: (one.count, one.cost, one.finish),
}


def measures(label, path):
    cost, count, finish = path.cost, len(path.steps), path.finish
    return {
        "cheapest": (cost, count, finish),
        "fastest": (finish, cost, count),
        "fewest": (count, cost, finish),
    }[label]


@pytest.mark.parametrize("kind", ["skills", "award", "crowd"])
def test_small_instances_agree_with_every_choice_tried(kind, monkeypatch):
    """At once, and the way of large catalogues: bounds first, then few offers, then more."""
    seen = {True: 0, False: 0}
    for seed in range(INSTANCES // 3):
        world = crowd(seed) if kind == "crowd" else random_world(seed, award=kind == "award")
        good = world.within()
        seen[bool(good)] += 1
        often = INSTANCES > 1_000 or not seed % 6
        for few in (solve.FEW, 1) if often else (solve.FEW,):
            with monkeypatch.context() as patch:
                patch.setattr(solve, "FEW", few)
                found = plan(world.holdings, world.goal, world.offers, world.limits, AT)
            agrees(world, found, good, seed)
    assert min(seen.values()) > INSTANCES // 30


def agrees(world, found, good, seed):
    """Whether plans are best, or changes least."""
    assert found.feasible is bool(good), seed
    if not good:
        explained(world, found, seed)
        return
    labels = [label for path in found.paths for label in path.labels]
    assert sorted(labels) == sorted(ORDERS), seed
    for path in found.paths:
        for label in path.labels:
            assert measures(label, path) == min(map(ORDERS[label], good)), (seed, label)


def explained(world, found, seed):
    """Every change that is told is enough, least, and none is kept back."""
    told = {one.kind: one for one in (found.relaxation, *found.others)}
    limits, late = world.limits, AT + 30 * WEEK
    money, hours = world.within(cost=False), world.within(load=False)
    later = world.within(last=late)
    assert ("budget" in told) == bool(money), seed
    assert ("hours" in told) == bool(hours), seed
    assert ("deadline" in told) == bool(later), seed
    if money:
        assert told["budget"].money == min(one.cost for one in money) - limits.budget, seed
    if hours:
        least = min(one.load for one in hours) - limits.hours_per_week
        assert told["hours"].hours == least, seed
    if later:
        assert told["deadline"].days == (min(one.finish for one in later) - limits.by).days, seed
    if not (money or hours or later):
        wide = world.within(cost=False, load=False, last=late)
        assert ("together" in told) == bool(wide), seed
    assert len(told["drop"].dropped) == min(one.missing for one in world.within(missing=99)), seed


def offer(name="o1", **more):
    row = {
        "id": name,
        "achievement": f"a-{name}",
        "skills": ["sql"],
        "price": {"amount": 100, "currency": "EUR"},
        "hours": 40,
        "weeks": 4,
        "starts": [(AT + WEEK).isoformat()],
        "pass": 0.9,
    }
    row.update({"pass" if key == "chance" else key: value for key, value in more.items()})
    return read_offer({key: value for key, value in row.items() if value is not None})


def asked(offers, holdings=(), *, sure="4/5", goal=None, at=AT, nodes=None, **limits):
    goal = goal or Goal(skills=(SkillGoal("sql", Fraction(sure)),), currency="EUR")
    more = {} if nodes is None else {"node_limit": nodes}
    return plan(holdings, goal, offers, Limits(**{"by": BY, **limits}), at, **more)


def taken(found, label="cheapest"):
    (path,) = [one for one in found.paths if label in one.labels]
    return [one.offer for one in path.steps]


def contract(hours):
    folder = need_shared() / "contracts"
    tree = json.loads((folder / "plan-goal.json").read_bytes())
    award = read_rules(json.loads((folder / tree["award"]).read_bytes()))
    held = read_holdings(json.loads((folder / "stack-holdings.json").read_bytes()))
    offers = read_catalogue((folder / "plan-catalogue.jsonl").read_bytes().splitlines())
    limits = Limits(by=dt.date(2027, 6, 30), budget=Fraction(900), hours_per_week=hours)
    found = plan(held, read_goal(tree, award), offers, limits, dt.date(2026, 6, 1))
    return found, json.loads((folder / "plan.out.json").read_bytes()), award, held, offers


def test_the_contract_example_with_the_ten_hours_that_its_course_takes():
    found, wanted, award, held, offers = contract(Fraction(10))
    told = found.to_json()
    (path,), (like,) = told["plans"], wanted["plans"]
    assert wanted.keys() <= told.keys()
    assert told["feasible"] is True
    assert told["relaxation"] is None
    for name in ("label", "cost", "hours", "finish", "left"):
        assert path[name] == like[name]
    (step,), (step_like,) = path["steps"], like["steps"]
    assert {name: step[name] for name in ("offer", "start", "end")} == {
        name: step_like[name] for name in ("offer", "start", "end")
    }
    assert step["why"] == "It counts for breadth of Data Steward certificate."
    future = [one.earned(dt.date(2026, 12, 1)) for one in offers if "sql-2" in one.id]
    assert check(found.paths[0].witness, award, [*held, *future]) == ()


def test_the_contract_example_with_eight_hours_lacks_two():
    found, *_ = contract(Fraction(8))
    assert found.feasible is False
    assert (found.relaxation.kind, found.relaxation.hours) == ("hours", 2)
    assert "2 hours a week more (10 in all)" in found.relaxation.sentence


def test_chances_of_two_add_up_exactly():
    half, more = offer("o1", chance=0.5), offer("o2", chance=0.6)
    assert taken(asked([half, more])) == ["o1", "o2"]  # 1 - 0.5 * 0.4 is 0.8 and no less
    assert asked([half, more], sure="801/1000").feasible is False


def test_an_unknown_chance_counts_for_nothing_and_is_named():
    found = asked([offer(chance=None)])
    assert found.feasible is False
    assert found.relaxation.dropped == ("sql",)
    assert "The chance to pass is not known of a-o1" in found.notes[0]


def test_a_start_in_the_past_is_no_start():
    assert asked([offer()], at=AT + 2 * WEEK).feasible is False


def test_without_starts_it_begins_in_every_week():
    first, then = offer("o1", skills=[], starts=None), offer("o2", starts=None)
    then = read_offer(
        {
            "id": "o2",
            "achievement": "a2",
            "skills": ["sql"],
            "price": {"amount": 0, "currency": "EUR"},
            "hours": 10,
            "weeks": 2,
            "prerequisites": [["a-o1"]],
            "pass": 1,
        }
    )
    (path,) = asked([first, then]).paths
    assert [(one.start, one.end) for one in path.steps] == [
        (AT, AT + 4 * WEEK),
        (AT + 4 * WEEK, AT + 6 * WEEK),
    ]
    assert path.steps[0].why == "It has to come before a2."


def test_a_held_prerequisite_is_not_taken_and_a_doubtful_one_is():
    first = offer("o1", skills=[])
    then = offer("o2", prerequisites=[["a-o1"]], starts=[(AT + 5 * WEEK).isoformat()])
    held = Holding(id="h", achievement="a-o1", status="valid", awarded=AT)
    assert taken(asked([first, then], [held])) == ["o2"]
    doubtful = Holding(id="h", achievement="a-o1", status="unknown", awarded=AT)
    assert taken(asked([first, then], [doubtful])) == ["o1", "o2"]


def test_a_held_skill_needs_nothing():
    found = asked([offer()], [Holding(id="h", skills=("sql",), status="valid")])
    assert found.feasible is True
    assert found.paths[0].steps == ()
    assert found.paths[0].finish == AT
    assert found.paths[0].skills[0].held


@pytest.mark.parametrize(
    ("more", "limits", "why"),
    [
        ({"price": None}, {}, "its price is not stated"),
        ({"price": {"amount": 1, "currency": "USD"}}, {}, "its price is in USD, not in EUR"),
        ({"hours": None}, {"hours_per_week": Fraction(5)}, "its hours are not stated"),
        ({"weeks": None}, {}, "how many weeks it takes is not stated"),
        ({"delivery": "onsite"}, {"delivery": ("online",)}, "it is onsite"),
        ({}, {"language": ("de",)}, "its language is not stated"),
    ],
)
def test_what_cannot_be_taken_is_left_out_with_its_reason(more, limits, why):
    found = asked([offer(**more)], **limits)
    assert found.feasible is False
    assert found.left_out == (("o1", why),)
    assert "No offer that could be taken gives sql." in found.notes


def test_between_equals_interest_decides():
    one, other = offer("o1", field="0611"), offer("o2", field="0223")
    assert taken(asked([one, other], interests={"02": Fraction(1)})) == ["o2"]
    assert taken(asked([one, other], interests={"06": Fraction(1)})) == ["o1"]


def test_the_order_of_the_catalogue_changes_nothing():
    world = random_world(11)
    one = plan(world.holdings, world.goal, world.offers, world.limits, AT)
    other = plan(world.holdings, world.goal, world.offers[::-1], world.limits, AT)
    assert one == other


def test_what_ages_by_the_last_day_does_not_count():
    award = read_rules(
        {
            "version": "1",
            "id": "award",
            "unit": "ects",
            "rule": {"count": {"select": {}, "min": 2}},
            "limits": [{"max_age_years": 1}],
        }
    )
    old = Holding(id="h", achievement="x", status="valid", awarded=AT - dt.timedelta(days=350))
    goal = Goal(award=award, currency="EUR")
    assert asked([offer()], [old], goal=goal).feasible is False  # it ages before the end
    assert taken(asked([offer(), offer("o2")], [old], goal=goal)) == ["o1", "o2"]


def test_a_deadline_before_the_day_is_refused():
    with pytest.raises(UsageError, match="lies before") as caught:
        asked([offer()], by=AT - WEEK)
    assert caught.value.reason == "limits.by"


def test_of_equivalents_one_may_have_to_come_before_the_other():
    world = random_world(305, award=True)  # the award holds them equivalent, the skills need both
    found = plan(world.holdings, world.goal, world.offers, world.limits, AT)
    assert found.relaxation.dropped == ("award",)


def test_what_the_award_wants_before_is_taken_though_it_counts_for_nothing():
    world = random_world(500, award=True)
    found = plan(world.holdings, world.goal, world.offers, world.limits, AT)
    assert "o0" in taken(found)
