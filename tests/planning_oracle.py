"""Every choice of offers and starts, tried one by one: what ``plan`` has to agree with."""

from __future__ import annotations

import datetime as dt
import random
from fractions import Fraction
from itertools import product

from stackmark.model.holding import Holding
from stackmark.planning.goal import Goal, SkillGoal
from stackmark.planning.limits import Limits
from stackmark.planning.offers import Offer, read_offer
from stackmark.stacking.audit import audit
from stackmark.stacking.parse import read_rules
from stackmark.stacking.rules import Rules

AT = dt.date(2026, 1, 5)
WEEK = dt.timedelta(days=7)
SKILLS = ("s1", "s2", "s3")


class Tried:
    """One choice with what it comes to."""

    def __init__(self, case, picks):
        self.picks = picks  # (offer, start, end)
        self.cost = sum((one.price for one, _, _ in picks), Fraction(0))
        self.count = len(picks)
        self.finish = max((end for _, _, end in picks), default=AT)
        self.load = max(
            (
                sum(
                    (one.hours / one.weeks for one, start, end in picks if start <= day < end),
                    Fraction(0),
                )
                for day in {start for _, start, _ in picks}
            ),
            default=Fraction(0),
        )
        self.missing = sum(not _reached(case, goal, picks) for goal in case.goal.skills)
        if case.goal.award is not None:
            self.missing += not _earned(case, picks, self.finish)


class World:
    """An instance and all its choices that keep prerequisites and take an achievement once."""

    def __init__(self, goal, holdings, offers, limits, later):
        self.goal, self.holdings, self.offers, self.limits = goal, holdings, offers, limits
        self.audited = {}
        ways = [[None, *_slots(one, later)] for one in offers]
        picks = ([one for one in row if one is not None] for row in product(*ways))
        self.tried = [Tried(self, one) for one in picks if _in_order(self, one)]

    def within(self, *, cost=True, load=True, last=None, missing=0):
        limits, last = self.limits, last or self.limits.by
        return [
            one
            for one in self.tried
            if one.missing <= missing
            and (not cost or limits.budget is None or one.cost <= limits.budget)
            and (not load or limits.hours_per_week is None or one.load <= limits.hours_per_week)
            and one.finish <= last
        ]


def _slots(offer, later):
    starts = [one for one in offer.starts if one >= AT]
    return [
        (offer, one, one + offer.weeks * WEEK)
        for one in starts
        if one + offer.weeks * WEEK <= later
    ]


def _in_order(world, picks):
    names = [one.holding.achievement for one, _, _ in picks]
    held = {one.achievement for one in world.holdings}
    if len(set(names)) < len(names) or held & set(names):
        return False
    return all(
        held & set(group)
        or any(two.holding.achievement in group and end <= start for two, _, end in picks)
        for one, start, _ in picks
        for group in one.prerequisites
    )


def _reached(world, goal, picks):
    if any(goal.skill in one.skills for one in world.holdings):
        return True
    chances = [one.pass_chance for one, _, _ in picks if goal.skill in one.holding.skills]
    if goal.confidence is None:
        return bool(chances)
    missed = Fraction(1)
    for chance in chances:
        missed *= 1 - (chance or 0)
    return 1 - missed >= goal.confidence


def _earned(world, picks, day):
    key = frozenset((one.id, end) for one, _, end in picks)
    if key not in world.audited:
        rows = [*world.holdings, *(one.earned(end) for one, _, end in picks)]
        found = audit(world.goal.award, rows, day, explain=False)
        world.audited[key] = found.verdict == "yes"
    return world.audited[key]


def random_world(seed, *, award=False, offers=5):
    """A small instance; about half of them are impossible."""
    rng = random.Random(seed)
    rows = [_offer(rng, number) for number in range(rng.randint(2, offers))]
    holdings = [
        Holding(
            id=f"h{number}",
            achievement=rng.choice(["a0", "a1", "old"]) if number else "old",
            skills=tuple(rng.sample(SKILLS, rng.choice([0, 0, 1]))),
            field=rng.choice(["06", "07"]),
            level=rng.choice([4, 5, 6]),
            awarded=AT - rng.choice([30, 300, 690]) * dt.timedelta(days=1),
            status="valid",
        )
        for number in range(rng.randint(0, 2))
    ]
    names = rng.sample(SKILLS, rng.randint(0 if award else 1, 2))
    sure = [None, Fraction(1, 2), Fraction(4, 5), Fraction(9, 10)]
    goal = Goal(
        skills=tuple(SkillGoal(one, rng.choice(sure)) for one in names),
        award=_award(rng) if award else None,
        currency="EUR",
    )
    limits = Limits(
        by=AT + rng.choice([8, 12, 18]) * WEEK,
        budget=rng.choice([None, None, Fraction(rng.randint(0, 60) * 10)]),
        hours_per_week=rng.choice([None, None, Fraction(rng.randint(2, 24))]),
    )
    return World(goal, holdings, rows, limits, AT + 30 * WEEK)


def crowd(seed):
    """Seven offers of two skills in which many stand for others, and chances must add up."""
    rng = random.Random(seed)
    days = [(AT + week * WEEK).isoformat() for week in (0, 2)]
    rows = [
        {
            "id": f"o{number}",
            "achievement": f"a{number}",
            "skills": rng.choice([["s1"], ["s1"], ["s2"], ["s1", "s2"]]),
            "price": {"amount": rng.choice([0, 10, 20, 30]), "currency": "EUR"},
            "hours": rng.choice([8, 16]),
            "weeks": rng.choice([1, 2, 4]),
            "starts": rng.sample(days, rng.choice([1, 1, 2])),
            "prerequisites": [[f"a{rng.randrange(7)}"]] if rng.random() < 0.15 else [],
            "pass": rng.choice([0.4, 0.5, 0.6, 0.8]),
        }
        for number in range(rng.choice([5, 6, 7]))
    ]
    sure = [Fraction(1, 2), Fraction(3, 4), Fraction(4, 5), Fraction(9, 10)]
    goal = Goal(
        skills=tuple(SkillGoal(one, rng.choice(sure)) for one in SKILLS[: rng.choice([1, 2])]),
        currency="EUR",
    )
    limits = Limits(
        by=AT + rng.choice([3, 4, 6, 8]) * WEEK,
        budget=rng.choice([None, Fraction(rng.randint(0, 7) * 10)]),
        hours_per_week=rng.choice([None, Fraction(rng.randint(4, 24))]),
    )
    return World(goal, (), [read_offer(one) for one in rows], limits, AT + 30 * WEEK)


def _offer(rng, number) -> Offer:
    return read_offer(
        {
            "id": f"o{number}",
            "achievement": f"a{number if rng.random() < 0.8 else 0}",
            "issuer": rng.choice(["home", "away"]),
            "skills": rng.sample(SKILLS, rng.choice([0, 1, 1, 2])),
            "field": rng.choice(["06", "07"]),
            "level": rng.choice([4, 5, 6]),
            "credits": {"value": rng.choice([1, 2, 5]), "unit": "ects"},
            "price": {"amount": rng.choice([0, 50, 99.9, 120, 200, 310]), "currency": "EUR"},
            "hours": rng.choice([10, 25, 40]),
            "weeks": rng.choice([1, 3, 4, 6]),
            "starts": [
                (AT + rng.randint(-1, 9) * WEEK).isoformat() for _ in range(rng.choice([1, 2, 2]))
            ],
            "prerequisites": [
                [f"a{rng.randint(0, 5)}" for _ in range(rng.choice([1, 2]))]
                for _ in range(rng.choice([0, 0, 0, 0, 1, 2]))
            ],
            **({"pass": rng.choice([0.5, 0.6, 0.8, 0.9, 1])} if rng.random() < 0.85 else {}),
        }
    )


def _award(rng) -> Rules:
    leaves = [
        {"count": {"select": {"field": "06"}, "min": rng.choice([1, 2])}},
        {"credits": {"select": {"level_min": 5}, "min": rng.choice([1, 5, 7])}},
        {"count": {"select": {"skill": ["s1", "s2"]}, "min": 1}},
        {"capstone": {"select": {"achievement": ["a1", "a2"]}}},
    ]
    of = rng.sample(leaves, rng.choice([1, 2, 2, 3]))
    limits = [
        {"max_age_years": 2, "select": {"field": "06"}},
        {"cap": {"select": {"issuer": "away"}, "max_credits": 3}},
        {"residency": {"select": {"issuer": "home"}, "min_share": 0.5}},
        {"exclude": [["a0", "a1"]]},
        {"equivalent": [["a1", "a2"]]},
        {"before": [["a0", "a1"]]},
    ]
    rule = rng.choice([{"all": of}, {"any": of}, {"at_least": {"k": 1, "of": of}}])
    return read_rules(
        {
            "version": "1",
            "id": "award",
            "title": "Award",
            "issuer": "home",
            "unit": "ects",
            "rule": rule,
            "limits": rng.sample(limits, rng.choice([0, 1, 1, 2])),
        }
    )
