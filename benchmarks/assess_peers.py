"""One figure of a peer, in its own environment: ``python assess_peers.py WHAT TABLE.npy``.

Prints a line of JSON: name, version, seconds of processor time of the best round, values. Imports nothing
of Stackmark, and Stackmark imports nothing of this.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version

import numpy as np


def best(function, rounds=25):
    took = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        found = function()
        took = min(took, time.process_time() - start)
    return took, found


def girth_2pl(table):
    """Seconds with girth's own settings; values after it may go on until it stops by itself."""
    from girth import twopl_mml

    answers = table.T.astype(int)
    took, _ = best(lambda: twopl_mml(answers), 3)
    found = twopl_mml(answers, {"max_iteration": 500})
    return "girth", took, [*found["Discrimination"], *found["Difficulty"]]


def krippendorff_alpha(table, level):
    import krippendorff

    took, found = best(
        lambda: krippendorff.alpha(reliability_data=table.T, level_of_measurement=level)
    )
    return "krippendorff", took, [found]


def pingouin_icc(table):
    import pandas as pd
    import pingouin

    units, raters = table.shape
    frame = pd.DataFrame(
        {
            "unit": np.repeat(np.arange(units), raters),
            "rater": np.tile(np.arange(raters), units),
            "mark": table.ravel(),
        }
    )
    took, found = best(
        lambda: pingouin.intraclass_corr(frame, targets="unit", raters="rater", ratings="mark")
    )
    return "pingouin", took, [float(one) for one in found["ICC"]]


def main():
    what, path = sys.argv[1:]
    table = np.load(path)
    if what == "girth":
        name, took, values = girth_2pl(table)
    elif what == "pingouin-icc":
        name, took, values = pingouin_icc(table)
    else:
        name, took, values = krippendorff_alpha(table, what.partition("-")[2])
    values = [float(one) for one in values]
    print(json.dumps({"name": name, "version": version(name), "seconds": took, "values": values}))


if __name__ == "__main__":
    main()
