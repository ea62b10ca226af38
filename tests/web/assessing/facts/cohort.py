"""A cohort as a file, with answers that follow a simple model of ability and difficulty."""

from __future__ import annotations

import csv
import io

import numpy as np

from stackmark_web.assessing.actions import importing

CUT = 60.0


def rows(candidates=200, items=20, *, seed=7, form="A", year=2026, prefix="c"):
    """Header and rows of the form with one row an attempt; resits for those below the cut."""
    chance = np.random.Generator(np.random.PCG64(seed))
    ability = chance.normal(0.9, 1.0, candidates)
    hard = np.linspace(-1.5, 1.5, items)
    names = [f"item{number + 1}" for number in range(items)]
    yield ["candidate", "attempt", "date", "form", "score", "max_score", *names]
    for who, theta in enumerate(ability):
        for attempt in (1, 2):
            right = (
                chance.random(items) < 1 / (1 + np.exp(-1.4 * (theta + 0.2 * attempt - hard)))
            ).astype(int)
            day = f"{year}-0{2 + attempt}-1{who % 9}"
            score = int(right.sum())
            yield [f"{prefix}{who:04}", attempt, day, form, score, items, *right.tolist()]
            if 100 * score / items >= CUT:
                break


def as_csv(table):
    out = io.StringIO()
    csv.writer(out).writerows(table)
    return out.getvalue().encode()


def bring_in(world, data, *, actor=None, **changes):
    """Upload, choose, confirm."""
    from dataclasses import replace

    from stackmark_web.assessing.imports.planning import Choices

    made = importing.upload(
        world.version, actor=actor or world.assessor, filename="results.csv", data=data
    )
    chosen = replace(Choices.from_json(made.choices), component="", **changes)
    importing.choose(made, actor=actor or world.assessor, choices=chosen)
    made.refresh_from_db()
    return importing.confirm(made, actor=actor or world.assessor)
