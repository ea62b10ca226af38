"""Kill the worker or the server at random during bulk runs, and look at the ledger after each.

    python tools/chaos.py [--kills 200] [--rows 2000] [--lanes 2] [--seed N] [--report FILE]

Each lane is a world of its own: a data folder (and a database where ``DATABASE_URL`` names a
PostgreSQL server), a server, a worker, and a person who uploads files of rows and has them issued
through the pages. One process after the other is stopped: SIGKILL, or for a worker now and then
SIGSTOP until another has taken its work, then SIGCONT; on PostgreSQL now and then all connections
to the database are cut instead. The wait before it is drawn from 1 ms to
20 s, short ones as often as long ones (log-uniform). After each the tables must hold no half
state; at the end every credential is verified. Ends with 1 when anything was wrong.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from chaos_lane import Lane, World

BATCH = 250  # rows signed and stored at once: what one kill may cost


def strike(lane: Lane, dice: random.Random) -> None:
    """Stop one process at one moment, start it again, look at the tables."""
    lane.wait_until_busy()
    victim = "worker" if dice.random() < 0.7 else "web"
    cut = bool(lane.world.database) and dice.random() < 0.3
    wait = 20 * (1 / 20_000) ** dice.random()
    stop = victim == "worker" and dice.random() < 0.1
    time.sleep(wait)
    busy = lane.leased()
    if cut:
        what = "cut all connections"
        lane.cut()
    elif stop:
        what = f"stopped {victim}"
        lane.freeze_the_worker()
    else:
        what = f"killed {victim}"
        lane.kill(victim)
    lane.struck[what, "at work" if busy else "idle"] += 1
    lane.check(f"{what} after {wait:.3f} s")


def run_lane(number: int, kills: int, arguments: argparse.Namespace, folder: Path) -> Lane:
    """One lane until its share of kills is done and its last run has ended."""
    dice = random.Random(f"{arguments.seed}-{number}")
    world = World(folder / f"lane-{number}", number)
    lane = Lane(world, arguments.rows)
    try:
        lane.start()
        for count in range(1, kills + 1):
            strike(lane, dice)
            if not count % 10:
                print(f"lane {number}: {count} of {kills}, {lane.told()}", flush=True)
        lane.finish()
    finally:
        lane.end()
        world.remove()
    return lane


def tell(lanes: list[Lane], seconds: float, seed: int) -> str:
    """The report, in Markdown."""
    struck: Counter[tuple[str, str]] = sum((one.struck for one in lanes), Counter())
    wrong = [line for one in lanes for line in one.wrong]
    slow = sorted(value for one in lanes for value, _cpu in one.resumed)
    cpu = sorted(value for one in lanes for _clock, value in one.resumed)
    rows = sum(one.ledger.get("rows", 0) for one in lanes)
    again = sum(one.again for one in lanes)
    lines = [
        f"# Chaos: {sum(struck.values())} kills in {seconds:.0f} s, seed {seed}",
        "",
        *(f"- {what}, {how}: {count}" for (what, how), count in sorted(struck.items())),
        (
            f"- runs: {sum(one.ledger.get('runs', 0) for one in lanes)}, rows: {rows}, credentials "
            f"verified: {sum(one.ledger.get('credentials', 0) for one in lanes)}"
        ),
        f"- database: {'PostgreSQL' if os.environ.get('DATABASE_URL') else 'SQLite'}",
        (
            f"- signed but not stored when a kill fell, so signed again: at most {again} rows "
            f"({again / max(rows, 1):.2%} of all; {BATCH} a kill at most)"
        ),
        (
            f"- work went on after a kill within {_most(slow)} s at most, {_middle(slow)} s in the "
            f"middle, the start of the process included; that took {_middle(cpu)} s of CPU in the "
            f"middle, {_most(cpu)} at most (load now {os.getloadavg()[0]:.1f} on {os.cpu_count()} "
            "cores)"
        ),
        *(
            f"- work went on after a cut within {_most(one.cuts)} s at most, {_middle(sorted(one.cuts))} s in the middle"
            for one in lanes
            if one.cuts
        ),
        f"- wrong: {len(wrong)}",
        *(f"  - {line}" for line in wrong[:40]),
    ]
    return "\n".join(lines) + "\n"


def _most(values: list[float]) -> str:
    return f"{max(values, default=0):.1f}"


def _middle(values: list[float]) -> str:
    return f"{values[len(values) // 2] if values else 0:.1f}"


def main() -> int:
    """All lanes, then the report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--report", type=Path, default=None)
    arguments = parser.parse_args()
    if arguments.seed is None:
        arguments.seed = random.SystemRandom().randrange(10**6)
    began = time.monotonic()
    print(f"seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="stackmark-chaos-") as name:
        shares = [
            len(range(number, arguments.kills, arguments.lanes))
            for number in range(arguments.lanes)
        ]
        with ThreadPoolExecutor(arguments.lanes) as pool:
            jobs = [
                pool.submit(run_lane, number, share, arguments, Path(name))
                for number, share in enumerate(shares)
            ]
            lanes = [job.result() for job in jobs]
    report = tell(lanes, time.monotonic() - began, arguments.seed)
    print(report)
    if arguments.report:
        arguments.report.parent.mkdir(parents=True, exist_ok=True)
        arguments.report.write_text(report, encoding="utf-8")
    return 1 if any(one.wrong for one in lanes) else 0


if __name__ == "__main__":
    sys.exit(main())
