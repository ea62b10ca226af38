"""Candidates who answer items, for tests."""

from __future__ import annotations

import numpy as np


def answers(candidates, items, *, seed):
    """0 or 1 of a Rasch world with abilities and difficulties N(0, 1)."""
    rng = np.random.Generator(np.random.PCG64(seed))
    ability, difficulty = rng.normal(size=(candidates, 1)), rng.normal(size=items)
    chance = 1 / (1 + np.exp(difficulty - ability))
    return (rng.random((candidates, items)) < chance).astype(float)
