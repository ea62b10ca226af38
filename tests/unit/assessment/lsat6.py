"""LSAT section 6: 1,000 candidates on five items, as counts of the 32 answer patterns.

Published by Bock and Lieberman (1970), Psychometrika 35, 179-197. The counts stand in the order
of the patterns read as binary numbers: 00000, 00001, ..., 11111, item 1 first.
"""

from __future__ import annotations

import numpy as np

COUNTS = (
    *(3, 6, 2, 11, 1, 1, 3, 4),
    *(1, 8, 0, 16, 0, 3, 2, 15),
    *(10, 29, 14, 81, 3, 28, 15, 80),
    *(16, 56, 21, 173, 11, 61, 28, 298),
)


def responses():
    """1,000 x 5 array of 0 and 1."""
    patterns = [[int(digit) for digit in f"{number:05b}"] for number in range(32)]
    return np.repeat(np.array(patterns, dtype=float), COUNTS, axis=0)
