"""The statistics of assessments beside other packages and against their limits, on one core.

    python benchmarks/assess.py            all figures
    STACKMARK_PEERS=FOLDER                 a virtual environment with girth, krippendorff, pingouin

The peers run in an environment of their own (two of them are GPL) as separate processes that read
and print plain JSON; nothing of them is imported here. Make one by

    python3 -m venv FOLDER && FOLDER/bin/pip install girth krippendorff pingouin

Without it only the limits are measured. Peer and we get the same data on one core, and both keep the
best of their rounds in processor time, which a busy machine does not change much; exit 1 when a figure is slower than its peer, over its limit, or differs by .0005 or
more.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")

import numpy as np

from stackmark.assessment.agreement import agreement
from stackmark.assessment.facts import facts
from stackmark.assessment.intraclass import intraclass
from stackmark.assessment.irt import two_parameter
from stackmark.assessment.krippendorff import krippendorff_alpha
from stackmark.assessment.ledger import Attempt, Purpose, ledger
from stackmark.assessment.marks import marks_of

HERE = Path(__file__).resolve().parent
ROUNDS = 3
rows = []


def world(candidates, items, seed):
    """Answers of a two-parameter world: slopes .7 to 1.6, difficulties N(0, 1)."""
    rng = np.random.Generator(np.random.PCG64(seed))
    ability, hard = rng.normal(size=(candidates, 1)), rng.normal(size=items)
    slope = rng.uniform(0.7, 1.6, size=items)
    chance = 1 / (1 + np.exp(-slope * (ability - hard)))
    return (rng.random((candidates, items)) < chance).astype(float)


def marks(units, raters, seed, *, missing=0.0):
    rng = np.random.Generator(np.random.PCG64(seed))
    table = np.clip(
        np.round(rng.normal(3, 1, (units, 1)) + rng.normal(0, 0.6, (units, raters))), 0, 6
    )
    table[rng.random(table.shape) < missing] = np.nan
    return table


def best(function, rounds=ROUNDS):
    """Seconds of processor time of the best round, and what it gave."""
    took = math.inf
    for _ in range(rounds):
        start = time.process_time()
        found = function()
        took = min(took, time.process_time() - start)
    return took, found


def peer(what, table):
    """What the peer says and how long it took, from a process of its own; None without it."""
    program = os.environ.get("STACKMARK_PEERS", "")
    python = Path(program) / "bin" / "python"
    if not program or not python.is_file():
        return None
    with tempfile.NamedTemporaryFile(suffix=".npy") as file:
        np.save(file, table)
        file.flush()
        done = subprocess.run(
            [python, HERE / "assess_peers.py", what, file.name],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        print(f"{what}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def limit(what, seconds, most):
    rows.append((what, f"{seconds:.2f} s", "limit", f"{most:g} s", "", seconds < most))


def beside(what, seconds, ours, theirs):
    """A row for a peer: faster, and equal to three digits."""
    if theirs is None:
        rows.append((what, f"{seconds:.4f} s", "peer", "not there", "", True))
        return
    apart = float(np.max(np.abs(np.asarray(ours) - np.asarray(theirs["values"]))))
    rows.append(
        (
            what,
            f"{seconds:.4f} s",
            f"{theirs['name']} {theirs['version']}",
            f"{theirs['seconds']:.4f} s",
            f"{theirs['seconds'] / seconds:.1f} ×, apart {apart:.1e}",
            theirs["seconds"] > seconds and apart < 5e-4,
        )
    )


def of_facts():
    for items in (0, 40):
        table = world(100_000, 40, 1)
        names = tuple(f"item{one}" for one in range(items))
        score = table.sum(axis=1).tolist()
        given = ledger(
            Attempt(
                candidate=f"c{one}",
                number=1,
                purpose=Purpose.FIRST,
                score=score[one],
                max_score=40.0,
                items=names,
                item_scores=tuple(table[one, :items].tolist()),
            )
            for one in range(len(table))
        )
        took, _ = best(lambda given=given: facts(given, cut=22), rounds=1)
        limit(f"facts, 100,000 attempts, {items} items, 1,000 draws", took, 20)


def of_2pl():
    table = world(5_000, 40, 2)
    took, model = best(lambda: two_parameter(table), rounds=2)
    limit("2PL, 5,000 × 40", took, 10)
    theirs = peer("girth", table)
    if theirs is None:
        beside("2PL, 5,000 × 40, slopes", took, model.slopes, None)
        return
    slopes, difficulties = np.split(np.array(theirs["values"]), 2)
    beside("2PL, 5,000 × 40, slopes", took, model.slopes, {**theirs, "values": slopes})
    ours = log_likelihood(table, model.slopes, model.difficulties)
    other = log_likelihood(table, slopes, difficulties)
    # girth makes each difficulty reproduce the item's share right, so it is no full maximum
    # likelihood: its difficulties lie some thousandths away, at a lower likelihood.
    rows.append(
        (
            "2PL, log-likelihood of the estimates",
            f"{ours:.3f}",
            f"girth {theirs['version']}",
            f"{other:.3f}",
            f"apart {abs(1 - other / ours):.1e} of it",
            ours > other and abs(1 - other / ours) < 5e-4,
        )
    )


def log_likelihood(table, slopes, difficulties):
    """Marginal over N(0, 1), 81 nodes of Gauss and Hermite."""
    node, weight = np.polynomial.hermite_e.hermegauss(81)
    chance = 1 / (1 + np.exp(-slopes * (node[:, None] - difficulties)))
    each = table @ np.log(chance).T + (1 - table) @ np.log(1 - chance).T
    top = each.max(axis=1, keepdims=True)
    return float((top[:, 0] + np.log(np.exp(each - top) @ (weight / weight.sum()))).sum())


def of_agreement():
    table = marks(2_000, 6, 3, missing=0.2)
    given = marks_of(table)
    for level in ("nominal", "ordinal", "interval", "ratio"):
        took, found = best(
            lambda level=level: krippendorff_alpha(given, level, draws=1, seed=1), 25
        )
        theirs = peer(f"krippendorff-{level}", table)
        beside(f"Krippendorff alpha, {level}, 2,000 × 6", took, [found.value], theirs)
    full = marks_of(marks(2_000, 6, 4))
    took, six = best(lambda: intraclass(full), 25)
    ours = [
        getattr(six, f"icc_{form}").value for form in ("1_1", "2_1", "3_1", "1_k", "2_k", "3_k")
    ]
    beside("six ICC, 2,000 × 6", took, ours, peer("pingouin-icc", full.table))
    took, _ = best(lambda: agreement(given), rounds=1)
    limit("all of agreement, 2,000 × 6, 1,000 draws", took, 20)


def main():
    for part in (of_facts, of_2pl, of_agreement):
        part()
    heads = ("measure", "ours", "beside", "theirs", "", "met")
    table = [heads, *((*row[:5], "yes" if row[5] else "NO") for row in rows)]
    widths = [max(len(line[at]) for line in table) for at in range(len(heads))]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))
    return 0 if all(row[5] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
