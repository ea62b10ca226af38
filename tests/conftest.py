from __future__ import annotations

import gc
import os

from hypothesis import HealthCheck, settings

# No deadline: two busy cores would make one flicker. The suite tries the same examples every time,
# so that a change and its failure belong together; `make fuzz` looks for new ones.
settings.register_profile("quick", deadline=None, derandomize=True)
settings.register_profile(
    "fuzz",
    deadline=None,
    derandomize=False,
    max_examples=5_000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("quick")

# Threads of BLAS beside parallel tests are many times slower than none.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A test process grows to a gigabyte of living objects; looking through them all again and again
# takes longer than many tests.
gc.set_threshold(100_000, 50, 100)
