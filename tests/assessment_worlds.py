"""Candidates and items for tests, made or published."""

from __future__ import annotations

import numpy as np

# Bock and Lieberman (1970): how many gave each pattern 00000, 00001 … 11111, item 1 first.
_LSAT6 = [
    *(3, 6, 2, 11, 1, 1, 3, 4, 1, 8, 0, 16, 0, 3, 2, 15),
    *(10, 29, 14, 81, 3, 28, 15, 80, 16, 56, 21, 173, 11, 61, 28, 298),
]
LSAT6 = np.repeat(
    np.array([[int(digit) for digit in f"{one:05b}"] for one in range(32)], dtype=float),
    _LSAT6,
    axis=0,
)


def answers(candidates, items, *, seed):
    """0 or 1 of a Rasch world with abilities and difficulties N(0, 1)."""
    rng = np.random.Generator(np.random.PCG64(seed))
    ability, difficulty = rng.normal(size=(candidates, 1)), rng.normal(size=items)
    chance = 1 / (1 + np.exp(difficulty - ability))
    return (rng.random((candidates, items)) < chance).astype(float)
