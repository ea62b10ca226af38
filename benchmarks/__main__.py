"""``python benchmarks``: the figures of ``run.py``."""

from run import main

main()
