"""Plans over 10,000 offers: ``python -m benchmarks.planning``.

Thirty skills are on offer; three are wanted, then ten; every offer has a price, hours, weeks, terms and a
pass chance, one in five needs something before it. The figure is one core's, catalogue read before.
"""

from __future__ import annotations

import datetime as dt
import random
from fractions import Fraction
from time import perf_counter
from typing import Final

from stackmark.planning.goal import Goal, SkillGoal
from stackmark.planning.limits import Limits
from stackmark.planning.offers import Offer, read_offer
from stackmark.planning.plan import plan

AT: Final = dt.date(2026, 6, 1)
SKILLS: Final = tuple(f"urn:skill:{number}" for number in range(30))
TERMS: Final = ("2026-09-01", "2027-02-01", "2027-09-01")


def catalogue(count: int, seed: int = 1) -> tuple[Offer, ...]:
    """Offers drawn from a seed."""
    rng = random.Random(seed)
    return tuple(read_offer(_offer(rng, number, count)) for number in range(count))


def _offer(rng: random.Random, number: int, count: int) -> dict[str, object]:
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


def run(count: int = 10_000, wanted: int = 3, sure: Fraction | None = Fraction(4, 5)) -> float:
    """Seconds for the three plans; ``sure`` is the confidence asked."""
    offers = catalogue(count)
    goal = Goal(skills=tuple(SkillGoal(one, sure) for one in SKILLS[:wanted]), currency="EUR")
    limits = Limits(by=dt.date(2028, 6, 30), budget=Fraction(5_000), hours_per_week=Fraction(30))
    began = perf_counter()
    found = plan((), goal, offers, limits, AT)
    taken = perf_counter() - began
    told = ", ".join(
        f"{'/'.join(one.labels)} {float(one.cost):g} EUR {len(one.steps)} offers until {one.finish}"
        for one in found.paths
    )
    print(f"{count:,} offers, {wanted} skills at {sure}: {taken:.2f} s; {told}")
    return taken


if __name__ == "__main__":
    run()
    run(wanted=10)
