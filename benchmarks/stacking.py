"""Audits of typical and of large sizes, on one core.

    .venv/bin/python benchmarks/run.py --stacking

Every figure is processor time of one run, machine and versions beside it.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections import Counter

from stackmark.model.holding import read_holdings
from stackmark.stacking.audit import Auditor
from stackmark.stacking.parse import read_rules
from stackmark.stacking.problem import make_problem
from stackmark.stacking.search import search
from stackmark.stacking.solver import solve

AT = dt.date(2026, 6, 1)
HOME, AWAY = "did:web:uni.example", "did:web:prov.example"


def rules_of(draw, leaves, *, fields, scale, apart=False):
    """An award of so many leaves: counts, credits, a choice, a capstone, and five limits.

    With ``apart`` each leaf asks for a field of its own, else they want the same holdings.
    """
    rows = []
    for number in range(leaves - 3):
        field = fields[number % len(fields)] if apart else draw.choice(fields)
        if number % 2:
            body = {
                "credits": {"select": {"field": [field], "level_min": 5}, "min": draw.choice(scale)}
            }
        else:
            body = {"count": {"select": {"skill": [f"urn:skill:{field}"]}, "min": 1}}
        rows.append({"id": f"rule-{number:02}", **body})
    one, other = draw.sample(fields, 2)
    rows.append(
        {
            "id": "choice",
            "any": [
                {"id": "way-a", "count": {"select": {"skill": [f"urn:skill:{one}"]}, "min": 1}},
                {"id": "way-b", "credits": {"select": {"field": [other[:2]]}, "min": 4}},
            ],
        }
    )
    rows.append({"id": "project", "capstone": {"select": {"class": ["nano-degree-part"]}}})
    return read_rules(
        {
            "version": "1",
            "id": "https://uni.example/awards/bench",
            "unit": "ects",
            "rule": {"id": "all", "all": rows},
            "limits": [
                {"id": "home", "residency": {"select": {"issuer": [HOME]}, "min_share": 0.34}},
                {"id": "low", "level_mix": {"level_below": 5, "max_share": 0.25}},
                {"id": "fresh", "max_age_years": 5, "select": {"field": ["06"]}},
                {
                    "id": "away",
                    "cap": {"select": {"issuer": [AWAY]}, "max_credits": 6, "max_share": 0.6},
                },
                {"id": "one-of", "exclude": [["urn:a:1", "urn:a:2"]]},
            ],
        }
    )


def holdings_of(draw, many, *, fields):
    rows = []
    for number in range(many):
        field = draw.choice(fields)
        rows.append(
            {
                "id": f"urn:h:{number:03}",
                "achievement": f"urn:a:{draw.randrange(40)}",
                "issuer": draw.choice([HOME, HOME, AWAY]),
                "class": draw.choice(["micro-credential"] * 5 + ["nano-degree-part"]),
                "skills": [f"urn:skill:{field}"],
                "field": field,
                "level": draw.choice([4, 5, 5, 6, 6, 7]),
                "credits": {"value": draw.choice([1, 2, 2.5, 3, 3, 4, 5, 6]), "unit": "ects"},
                "awarded": (AT - dt.timedelta(days=draw.randrange(30, 2400))).isoformat(),
                "grade": {"value": draw.choice(["1.3", "2.0", "2.7"]), "scale": "de-1-5"},
                "supervision": draw.choice(["none", "onsite"]),
                "status": "valid",
            }
        )
    return read_holdings(rows)


def typical(many=10_000, *, explain=True):
    """Seconds for ``many`` audits of 15 holdings by 8 rules, 25 awards among them."""
    draw = random.Random(6)
    fields = ["0611", "0612", "0613", "0223", "0413"]
    awards = [Auditor(rules_of(draw, 8, fields=fields, scale=[3, 4, 5]), AT) for _ in range(25)]
    people = [holdings_of(draw, 15, fields=fields) for _ in range(400)]
    seen, engines = Counter(), Counter()
    start = time.process_time()
    for number in range(many):
        found = awards[number % 25].audit(people[number % 400], explain=explain)
        seen[found.verdict] += 1
        engines[found.engine] += 1
    return time.process_time() - start, dict(seen), dict(engines)


def large(seed, *, apart):
    """Seconds for one audit of 300 holdings by 40 rules, explanation and smallest change too."""
    draw = random.Random(seed)
    fields = [f"{number:04}" for number in range(600, 637 if apart else 625)]
    rules = rules_of(draw, 40, fields=fields, scale=[4, 5, 8], apart=apart)
    held = holdings_of(draw, 300, fields=fields)
    start = time.process_time()
    found = Auditor(rules, AT).audit(held)
    return time.process_time() - start, found.verdict, found.engine


def by_search_and_solver(many=200):
    """Of so many typical audits: how often search and solver give one answer, and their times."""
    draw = random.Random(7)
    fields = ["0611", "0612", "0613", "0223", "0413"]
    same, spent = 0, [0.0, 0.0]
    for _ in range(many):
        asked = Auditor(rules_of(draw, 8, fields=fields, scale=[3, 4, 5]), AT).compiled
        problem = make_problem(
            asked, asked.facts(holdings_of(draw, 15, fields=fields)), strict=True
        )
        found = []
        for place, engine in enumerate((search, solve)):
            start = time.process_time()
            found.append(engine(problem, nodes=10**6).uses is None)
            spent[place] += time.process_time() - start
        same += found[0] == found[1]
    return same, many, [one / many * 1000 for one in spent]


def main():
    for explain in (False, True):
        many = 10_000 if not explain else 1_000
        seconds, verdicts, engines = typical(many, explain=explain)
        words = "with reasons and smallest change" if explain else "verdict and witness"
        print(f"{many} audits, 15 holdings × 8 rules, {words}: {seconds:.2f} s")
        print(f"    {verdicts} by {engines}; goal for 10,000 verdicts: 10 s")
    same, many, (mine, other) = by_search_and_solver()
    print(f"search and solver agree on {same} of {many}: {mine:.2f} and {other:.2f} ms each")
    for apart in (True, False):
        for seed in range(4):
            seconds, verdict, engine = large(seed, apart=apart)
            print(f"300 holdings × 40 rules, with reasons: {seconds:.2f} s, {verdict} by {engine}")
    print("    goal: 3 s")


if __name__ == "__main__":
    main()
