"""Plans over 10,000 offers: ``python -m benchmarks.planning``.

Thirty skills are on offer; every offer has a price, hours, weeks, terms and a pass chance, one in
five needs something before it. Figures are processor time of one core, the solver loaded before;
strict reading of the catalogue and loading the solver are told apart.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from fractions import Fraction
from time import process_time
from typing import Any, Final

from stackmark.planning.goal import Goal, SkillGoal
from stackmark.planning.limits import Limits
from stackmark.planning.offers import Offer, read_catalogue
from stackmark.planning.plan import plan
from stackmark.stacking.parse import read_rules

AT: Final = dt.date(2026, 6, 1)
SKILLS: Final = tuple(f"urn:skill:{number}" for number in range(30))
TERMS: Final = ("2026-09-01", "2027-02-01", "2027-09-01")
FIELDS: Final = ("0611", "0612", "0613", "0223", "0413", "0311", "0988")


def lines(count: int, seed: int = 1) -> list[bytes]:
    """A catalogue drawn from a seed, one offer a line."""
    rng, more = random.Random(seed), random.Random(seed + 1)
    return [
        json.dumps(_offer(rng, number, count) | _studies(more)).encode() for number in range(count)
    ]


def catalogue(count: int, seed: int = 1) -> tuple[Offer, ...]:
    """The same, read."""
    return read_catalogue(lines(count, seed))


def _offer(rng: random.Random, number: int, count: int) -> dict[str, Any]:
    needs = [[f"urn:a:{rng.randrange(count)}" for _ in range(2)]] if rng.random() < 0.2 else []
    return {
        "id": f"urn:o:{number}",
        "achievement": f"urn:a:{number}",
        "skills": rng.sample(SKILLS, rng.randint(1, 3)),
        "price": {"amount": rng.randint(5, 90) * 10, "currency": "EUR"},
        "hours": rng.randint(10, 150),
        "weeks": rng.randint(2, 15),
        "starts": rng.sample(TERMS, rng.randint(1, 2)),
        "prerequisites": needs,
        "pass": rng.randint(50, 99) / 100,
    }


def _studies(rng: random.Random) -> dict[str, Any]:
    """What rules of an award look at."""
    return {
        "issuer": rng.choice(["home", "away", "third"]),
        "field": rng.choice(FIELDS),
        "level": rng.choice([4, 5, 6, 7]),
        "credits": {"value": rng.choice([1, 2, 3, 5, 6]), "unit": "ects"},
    }


def award() -> Goal:
    """A count, credits, a capstone, a residency and a share of low levels."""
    rows = [
        {"id": "core", "count": {"select": {"skill": SKILLS[0]}, "min": 1}},
        {"id": "more", "credits": {"select": {"field": "061", "level_min": 5}, "min": 12}},
        {"id": "project", "capstone": {"select": {"skill": SKILLS[4], "level_min": 6}}},
    ]
    limits = [
        {"id": "home", "residency": {"select": {"issuer": "home"}, "min_share": 0.4}},
        {"id": "low", "level_mix": {"level_below": 5, "max_share": 0.25}},
    ]
    rules = {"version": "1", "id": "award", "issuer": "home", "unit": "ects"}
    found = read_rules(rules | {"rule": {"id": "all", "all": rows}, "limits": limits})
    return Goal(award=found, currency="EUR")


def skills(wanted: int, sure: Fraction) -> Goal:
    """So many skills, each with a confidence."""
    return Goal(skills=tuple(SkillGoal(one, sure) for one in SKILLS[:wanted]), currency="EUR")


def run(offers: tuple[Offer, ...], name: str, goal: Goal, budget: int = 5_000) -> float:
    """Seconds for the three plans, or for the smallest change."""
    limits = Limits(by=dt.date(2028, 6, 30), budget=Fraction(budget), hours_per_week=Fraction(30))
    began = process_time()
    found = plan((), goal, offers, limits, AT)
    taken = process_time() - began
    told = ", ".join(
        f"{'/'.join(one.labels)} {float(one.cost):g} EUR {len(one.steps)} offers until {one.finish}"
        for one in found.paths
    )
    told = told or (found.relaxation.sentence if found.relaxation else str(found.notes))
    print(f"{len(offers):,} offers, {name}: {taken:.2f} s; {told}")
    return taken


def main(count: int = 10_000) -> None:
    """All figures."""
    began = process_time()
    import scipy.optimize  # noqa: F401 - its loading is measured apart

    print(f"loading the solver, once a process: {process_time() - began:.2f} s")
    rows = lines(count)
    began = process_time()
    offers = read_catalogue(rows)
    print(f"strict reading of {count:,} lines: {process_time() - began:.2f} s")
    usual = Fraction(4, 5)
    run(offers, "3 skills at 0.8", skills(3, usual))
    run(offers, "10 skills at 0.8", skills(10, usual))
    run(offers, "10 skills at 0.8 for 100 EUR", skills(10, usual), 100)
    run(offers, "an award of three rules and two limits", award())
    run(offers, "10 skills at 0.95", skills(10, Fraction(19, 20)))
    run(offers, "20 skills at 0.8", skills(20, usual))


if __name__ == "__main__":
    main()
