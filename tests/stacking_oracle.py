"""Random rules and holdings as JSON, and an oracle that tries every assignment.

The oracle reads the JSON itself and shares no code with the library. It knows only what is
certain: ``complete`` gives a value to every unknown.
"""

from __future__ import annotations

import copy
import datetime as dt
import itertools
from fractions import Fraction as F
from functools import cache

AT = dt.date(2026, 6, 1)
SKILLS = ("s:a", "s:b", "s:c")
ISSUERS = ("did:web:uni.example", "did:web:prov.example")
FIELDS = ("0612", "0613", "0223")
ACHIEVEMENTS = tuple(f"https://uni.example/a/{one}" for one in "abcdef")
AWARD, OTHER = "https://uni.example/awards/one", "https://uni.example/awards/other"


# -- random instances --------------------------------------------------------------------------


def random_holding(random, number):
    days = random.choice([30, 400, 1095, 1096, 1097, 2000])
    return {
        "id": f"urn:h:{number}",
        "achievement": random.choice(ACHIEVEMENTS),
        "issuer": random.choice(ISSUERS),
        "class": random.choice(["micro-credential", "certificate"]),
        "skills": random.sample(SKILLS, random.choice([1, 1, 2])),
        "field": random.choice(FIELDS),
        "level": random.choice([4, 5, 6]),
        "credits": {"value": random.choice([1, 2, 2.5, 3, 4, 5]), "unit": "ects"},
        "awarded": (AT - dt.timedelta(days=days)).isoformat(),
        "grade": {"value": random.choice(["2.0", "3.0", "3.5", "4.0"]), "scale": "gpa-4"},
        "applied_to": random.choice([[], [], [OTHER]]),
        "status": random.choice(["valid"] * 9 + ["revoked"]),
    }


def random_select(random):
    found = {}
    for name, chance, values in (
        ("skill", 0.5, [[one] for one in SKILLS] + [list(SKILLS[:2])]),
        ("field", 0.25, [["06"], ["0612"], ["02"]]),
        ("issuer", 0.15, [[one] for one in ISSUERS]),
        ("level_min", 0.25, [5, 6]),
        ("level_max", 0.1, [5]),
        ("achievement", 0.15, [list(ACHIEVEMENTS[:3]), [ACHIEVEMENTS[4]]]),
        ("class", 0.1, [["certificate"]]),
        ("max_age_years", 0.15, [1, 3]),
        ("grade_min", 0.1, [{"value": "3.0", "scale": "gpa-4"}]),
        ("credits_min", 0.1, [2, 3]),
        ("not_applied_to", 0.1, [[OTHER]]),
    ):
        if random.random() < chance:
            found[name] = random.choice(values)
    return found


def random_leaf(random, name):
    kind = random.choice(["count", "count", "credits", "credits", "credits", "capstone"])
    body = {"select": random_select(random)}
    if kind == "count":
        body["min"] = random.choice([0, 1, 1, 2, 3])
        if random.random() < 0.3:
            body["max"] = body["min"] + random.choice([0, 1])
    elif kind == "credits":
        body["min"] = random.choice([2, 3, 4, 5, 6, 7.5, 9])
        if random.random() < 0.25:
            body["max"] = body["min"] + random.choice([0, 1, 2])
    return {"id": name, kind: body}


def random_tree(random, count):
    leaves = [random_leaf(random, f"leaf-{number}") for number in range(count)]
    if count == 1 and random.random() < 0.5:
        return leaves[0]
    form = random.random()
    if form < 0.5 or count == 1:
        return {"id": "root", "all": leaves}
    if form < 0.65:
        return {"id": "root", "any": leaves}
    if form < 0.8:
        return {"id": "root", "at_least": {"k": random.randint(1, count), "of": leaves}}
    inner = {"id": "inner", random.choice(["any", "all"]): leaves[1:]}
    return {"id": "root", random.choice(["all", "any"]): [leaves[0], inner]}


def random_limit(random, number, names):
    share = random.choice([0.2, 0.34, 0.5, 0.6])
    select = random.choice(
        [{"issuer": [ISSUERS[0]]}, {"issuer": [ISSUERS[1]]}, {"level_max": 4}, {"field": ["06"]}]
    )
    kind = random.choice(
        [
            *("cap", "residency", "level_mix", "level_floor", "gpa", "share", "exclude"),
            *("equivalent", "before", "max_age_years", "level_mix", "residency"),
        ]
    )
    most = random.choice([1, 2, 3, 4, 6])
    pair = random.sample(ACHIEVEMENTS, 2)
    bodies = {
        "cap": {"select": select, **_either(random, "max_credits", most, "max_share", share)},
        "residency": {"select": select, **_either(random, "min_credits", most, "min_share", share)},
        "level_mix": {"level_below": 5, **_either(random, "max_credits", most, "max_share", share)},
        "level_floor": {
            "level_at_least": 6,
            **_either(random, "min_credits", most, "min_share", share),
        },
        "gpa": {"min": random.choice([2.5, 3, 3.25]), "scale": "gpa-4"},
        "exclude": [pair],
        "equivalent": [pair],
        "before": [pair],
    }
    if kind == "max_age_years":
        return {"id": f"limit-{number}", "max_age_years": 3, "select": select}
    if kind == "share":
        if len(names) < 2:
            return {"id": f"limit-{number}", "exclude": [pair]}
        a, b = random.sample(names, 2)
        bodies["share"] = {"a": a, "b": b, "max_credits": random.choice([2, 4, 6])}
    return {"id": f"limit-{number}", kind: bodies[kind]}


def _either(random, first, value, second, share):
    form = random.random()
    if form < 0.4:
        return {first: value}
    if form < 0.8:
        return {second: share}
    return {first: value, second: share}


def random_case(random, *, holdings=None, leaves=None, limits=None):
    """(rules, holdings) as JSON: 3 to 7 holdings, 1 to 3 leaves, up to 3 limits."""
    count = leaves or random.choice([1, 2, 2, 3, 3])
    tree = random_tree(random, count)
    names = sorted(one["id"] for one in nodes(tree) if not {"all", "any", "at_least"} & one.keys())
    many = random.choice([0, 1, 1, 2, 3]) if limits is None else limits
    rules = {
        "version": "1",
        "id": AWARD,
        "title": "An award",
        "issuer": ISSUERS[0],
        "unit": "ects",
        "rule": tree,
        "limits": [random_limit(random, number, names) for number in range(many)],
    }
    rows = [
        random_holding(random, number)
        for number in range(holdings or random.choice([3, 4, 4, 5, 5, 6, 7]))
    ]
    return rules, rows


def nodes(tree):
    yield tree
    inner = tree.get("all") or tree.get("any") or tree.get("at_least", {}).get("of", [])
    for one in inner:
        yield from nodes(one)


# -- unknowns ----------------------------------------------------------------------------------


def forget(random, rows):
    """Make some facts unknown, and some credits intervals."""
    rows = copy.deepcopy(rows)
    for row in rows:
        if random.random() < 0.4:
            lost = random.choice(["level", "credits", "grade", "applied_to", "awarded", "status"])
            if lost == "credits" and random.random() < 0.6:
                value = row["credits"]["value"]
                row["credits"] = {"low": max(0, value - 1), "high": value + 1, "unit": "ects"}
            else:
                row.pop(lost)
    return rows


def complete(random, rows):
    """One way in which everything unknown may be."""
    rows = copy.deepcopy(rows)
    for number, row in enumerate(rows):
        full = random_holding(random, number)
        for name, value in full.items():
            row.setdefault(name, value)
        if row["status"] == "unknown":
            row["status"] = random.choice(["valid", "revoked"])
        if "low" in row["credits"]:
            low, high = row["credits"]["low"], row["credits"]["high"]
            row["credits"] = {"value": random.choice([low, high, (low + high) / 2]), "unit": "ects"}
    return rows


# -- the oracle --------------------------------------------------------------------------------


def years_before(day, years):
    return day.replace(year=day.year - years)


@cache
def whole(value):
    """A number in thousandths: they are all there is here, and whole numbers are quick."""
    found = F(str(value)) * 1000
    assert found.denominator == 1
    return int(found)


def fits(select, row, same):
    """Whether a select takes a holding all of whose facts are known."""
    awarded = dt.date.fromisoformat(row["awarded"])
    checks = {
        "skill": lambda v: bool(set(v) & set(row["skills"])),
        "field": lambda v: any(row["field"].startswith(one) for one in v),
        "issuer": lambda v: row["issuer"] in v,
        "level_min": lambda v: row["level"] >= v,
        "level_max": lambda v: row["level"] <= v,
        "achievement": lambda v: any(
            row["achievement"] in same.get(one, {one}) | {one} for one in v
        ),
        "class": lambda v: row["class"] in v,
        "max_age_years": lambda v: awarded >= years_before(AT, v),
        "grade_min": lambda v: whole(row["grade"]["value"]) >= whole(v["value"]),
        "credits_min": lambda v: whole(row["credits"]["value"]) >= 1000 * v,
        "not_applied_to": lambda v: not set(v) & set(row["applied_to"]),
    }
    return all(checks[name](value) for name, value in select.items())


class Oracle:
    def __init__(self, rules, rows):
        self.rules, self.rows = rules, rows
        self.limits = rules["limits"]
        self.same = self._same()
        self.leaves = {
            one["id"]: one
            for one in nodes(rules["rule"])
            if {"count", "credits", "capstone"} & one.keys()
        }
        self.credit = [whole(row["credits"]["value"]) for row in rows]
        self.options = [self._options(row) for row in rows]

    def _same(self):
        found = {}
        for limit in self.limits:
            for group in limit.get("equivalent", []):
                whole = set(group).union(*(found.get(one, set()) for one in group))
                for one in whole:
                    found[one] = whole
        return found

    def _may(self, leaf, row):
        body = leaf.get("count") or leaf.get("credits") or leaf.get("capstone")
        if row["status"] != "valid" or not fits(body["select"], row, self.same):
            return False
        awarded = dt.date.fromisoformat(row["awarded"])
        return all(
            awarded >= years_before(AT, limit["max_age_years"])
            for limit in self.limits
            if "max_age_years" in limit and fits(limit["select"], row, self.same)
        )

    def _options(self, row):
        able = [name for name, leaf in self.leaves.items() if self._may(leaf, row)]
        found = [()] + [(name,) for name in able]
        pairs = [
            {limit["share"]["a"], limit["share"]["b"]} for limit in self.limits if "share" in limit
        ]
        for size in range(2, len(able) + 1):
            for group in itertools.combinations(able, size):
                if all({a, b} in pairs for a, b in itertools.combinations(group, 2)):
                    found.append(group)
        return found

    def least(self):
        """The least credit of an assignment that is good; ``None`` when there is none."""
        best = None
        for chosen in itertools.product(*self.options):
            credit = sum([self.credit[at] for at, leaves in enumerate(chosen) if leaves])
            if (best is None or credit < best) and self.good(chosen):
                best = credit
        return None if best is None else F(best, 1000)

    def good(self, chosen):
        """Whether an assignment (leaves of each holding) keeps every rule and limit."""
        served = {
            name: [at for at, leaves in enumerate(chosen) if name in leaves] for name in self.leaves
        }
        met = {}
        for name, leaf in self.leaves.items():
            met[name] = self._met(leaf, served[name])
            if served[name] and not met[name]:
                return False
        if not self._holds(self.rules["rule"], met):
            return False
        used = [at for at, leaves in enumerate(chosen) if leaves]
        return all(self._kept(limit, used, chosen) for limit in self.limits)

    def _met(self, leaf, rows):
        if "capstone" in leaf:
            return len(rows) == 1
        body = leaf.get("count") or leaf["credits"]
        has = 1000 * len(rows) if "count" in leaf else sum([self.credit[at] for at in rows])
        return whole(body["min"]) <= has <= whole(body.get("max", 10**6))

    def _holds(self, node, met):
        if "all" in node:
            return all(self._holds(one, met) for one in node["all"])
        if "any" in node:
            return any(self._holds(one, met) for one in node["any"])
        if "at_least" in node:
            body = node["at_least"]
            return sum(self._holds(one, met) for one in body["of"]) >= body["k"]
        return met[node["id"]]

    def _kept(self, limit, used, chosen):
        total = sum([self.credit[at] for at in used])
        for kind, select in (("cap", None), ("level_mix", "level_below")):
            if kind in limit:
                body = limit[kind]
                inside = self._inside(
                    body, used, lambda row, b=body: row["level"] < b["level_below"], select
                )
                bounds = [1000 * whole(body["max_credits"])] if "max_credits" in body else []
                if "max_share" in body:
                    bounds.append(whole(body["max_share"]) * total)
                return 1000 * inside <= max(bounds)
        for kind, select in (("residency", None), ("level_floor", "level_at_least")):
            if kind in limit:
                body = limit[kind]
                inside = self._inside(
                    body, used, lambda row, b=body: row["level"] >= b["level_at_least"], select
                )
                return (
                    inside >= whole(body.get("min_credits", 0))
                    and 1000 * inside >= whole(body.get("min_share", 0)) * total
                )
        if "gpa" in limit:
            return (
                sum(
                    (whole(self.rows[at]["grade"]["value"]) - whole(limit["gpa"]["min"]))
                    * self.credit[at]
                    for at in used
                )
                >= 0
            )
        if "share" in limit:
            body = limit["share"]
            both = [at for at in used if {body["a"], body["b"]} <= set(chosen[at])]
            return sum([self.credit[at] for at in both]) <= whole(body["max_credits"])
        return self._orders(limit, used)

    def _inside(self, body, used, by_level, level):
        return sum(
            self.credit[at]
            for at in used
            if (
                by_level(self.rows[at]) if level else fits(body["select"], self.rows[at], self.same)
            )
        )

    def _orders(self, limit, used):
        names = [self.rows[at]["achievement"] for at in used]
        if "exclude" in limit:
            return all(sum(one in group for one in names) <= 1 for group in limit["exclude"])
        if "equivalent" in limit:
            return all(
                sum(one in self.same[group[0]] for one in names) <= 1
                for group in limit["equivalent"]
            )
        for first, then in limit.get("before", []):
            for at in used:
                if self.rows[at]["achievement"] == then and not any(
                    row["achievement"] == first
                    and row["status"] != "revoked"
                    and row["awarded"] < self.rows[at]["awarded"]
                    for row in self.rows
                ):
                    return False
        return True
