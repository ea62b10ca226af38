"""All figures of the product in one table; stopped and started again, it goes on where it was.

    python -m benchmarks.figures                 serving, bulk on SQLite and PostgreSQL, revocation
    python -m benchmarks.figures --million       also every page with 1,000,000 credentials
    python -m benchmarks.figures --again bulk-sqlite
    python -m benchmarks.figures --quick         small numbers, to see that all of it runs

Results are kept in ``build/figures`` (``--folder``), one JSON file for each part; ``--again`` measures
a part anew. Without PostgreSQL on the machine its part is left out and said so. Two quiet cores need
ten to twelve minutes; on a busy machine the wall-clock figures mean little.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def parts(quick, million):
    """Name and command of each part."""
    rows, few, seconds = ("3000", "2000", "2") if quick else ("100000", "20000", "8")
    python = sys.executable
    bulk = [python, str(HERE / "bulk.py"), "--rows", rows]
    found = {
        "serving": [python, str(HERE / "serving.py"), "--seconds", seconds],
        "bulk-sqlite": bulk,
        "bulk-postgresql": [python, str(ROOT / "tools" / "on_postgres.py"), *bulk],
        "revocation": [
            *(python, str(HERE / "revocation.py"), "--rows", few),
            *("--revocations", "10" if quick else "40"),
        ],
    }
    if million:
        many = "20000" if quick else "1000000"
        found["million"] = [python, str(HERE / "million_pages.py"), "--credentials", many]
    return found


def run(name, command, folder):
    """Measure a part unless it was; whether there is a result."""
    file = folder / f"{name}.json"
    if file.exists():
        return True
    draft = file.with_suffix(".part")
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    env = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    begun = time.perf_counter()
    print(f"… {name}", flush=True)
    with (folder / f"{name}.log").open("w") as log:
        done = subprocess.run(
            [*command, "--json", str(draft)],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**env, "PYTHONPATH": path},
            cwd=ROOT,
            check=False,
        )
    if done.returncode or not draft.exists():
        print(f"  {name} gave no result; see {folder / f'{name}.log'}, its end:", flush=True)
        with contextlib.suppress(OSError):
            print("    " + "\n    ".join(log_of(folder, name)[-3:]), flush=True)
        return False
    draft.rename(file)
    print(f"  {name}: {time.perf_counter() - begun:.0f} s", flush=True)
    return True


def log_of(folder, name):
    """The lines of a part's log that are not the server's own."""
    lines = (folder / f"{name}.log").read_text(errors="replace").splitlines()
    return [line for line in lines if " stackmark.requests " not in line]


def table(folder, chosen):
    """(what, figure, goal, met) of all results; met is None where no goal is, or none can be told."""
    rows = []
    read = {
        file.stem: json.loads(file.read_text()) for file in folder.glob("*.json") if file.is_file()
    }
    for one in read.get("serving", []):
        rows += of_serving(one)
    for name, goal in (("bulk-sqlite", 90), ("bulk-postgresql", 120)):
        if name in read:
            rows += of_bulk(read[name], goal)
    if "revocation" in read:
        rows += of_revocation(read["revocation"])
    if "million" in read:
        rows += of_million(read["million"])
    for name, goals in GOALS.items():
        if name in chosen and name not in read:
            rows += [(what, "no result", goal, None) for what, goal in goals]
    return rows


GOALS = {  # of a part that gave no result
    "serving": [
        ("verify, issuer known here, no two alike", "≥ 1,500/s, p99 < 50 ms"),
        ("verify, issuer known here", "≥ 1,500/s, p99 < 50 ms"),
        ("public credential page", "≥ 500/s, p99 < 50 ms"),
        ("status list", "≥ 2,000/s"),
    ],
    "bulk-sqlite": [("bulk run, sqlite", "≤ 90 s for 100,000, ≤ 300 MiB")],
    "bulk-postgresql": [("bulk run, postgresql", "≤ 120 s for 100,000, ≤ 300 MiB")],
    "revocation": [("revocation → status list, public page", "≤ 10 s")],
    "million": [("pages with many credentials", "< 100 ms each")],
}
SERVING = {
    "verify, issuer known here, no two alike": (1_500, 50),
    "verify, issuer known here": (1_500, 50),
    "public credential page": (500, 50),
    "status list": (2_000, None),
}


def of_serving(one):
    goal, p99 = SERVING.get(one["what"], (None, None))
    wrong = one["errors"] + sum(
        n for status, n in one["answers"].items() if str(status) not in ("200", "304")
    )
    if one["p50"] is None:
        return [
            (one["what"], f"no answer in time, {one['errors']} errors", _wish(goal, p99), False)
        ]
    figure = f"{one['per_second']:,.0f}/s, p50 {one['p50']} ms, p99 {one['p99']} ms, {wrong} errors"
    if goal is None:
        return [(one["what"], figure, "", None)]
    wish = _wish(goal, p99)
    met = one["per_second"] >= goal and (p99 is None or one["p99"] < p99) and not wrong
    return [(one["what"], figure, wish, met)]


def _wish(goal, p99):
    if goal is None:
        return ""
    return f"≥ {goal:,}/s" + (f", p99 < {p99} ms" if p99 else "")


def of_bulk(one, goal):
    where = f"bulk run of {one['rows']:,}, {one['database']}"
    steps = ", ".join(f"{step} {seconds} s" for step, seconds in one["steps"].items())
    whole = one["rows"] >= 100_000
    most = max(one["web_mib"], one["worker_mib"])
    return [
        (
            where,
            f"{one['seconds']} s ({steps})",
            f"≤ {goal} s for 100,000",
            one["seconds"] <= goal if whole else None,
        ),
        ("  memory of the largest process", f"{most} MiB", "≤ 300 MiB", most <= 300),
        (
            "  database a credential",
            f"{one['bytes_each']:,} bytes",
            "≤ 5,120",
            one["bytes_each"] <= 5_120,
        ),
        (
            "  verified afterwards",
            f"{one['verified']:,} in {one['verify_seconds']} s",
            "all",
            one["verified"] == one["rows"],
        ),
    ]


def of_revocation(one):
    during = "during a bulk run" if one["busy"] else "partly during a bulk run"
    return [
        (
            f"revocation → status list, {during}",
            f"p99 {one['list_p99']} s",
            "≤ 10 s",
            one["list_p99"] <= 10,
        ),
        (
            f"revocation → public page, {during}",
            f"p99 {one['page_p99']} s",
            "≤ 10 s",
            one["page_p99"] <= 10,
        ),
        (
            f"{one['at_once']:,} revocations at once",
            f"{one['at_once_seconds']} s",
            "100,000 in 300 s",
            one["at_once_seconds"] / one["at_once"] <= 300 / 100_000,
        ),
    ]


def of_million(found):
    good = [one for one in found if one["status"] == 200]
    over = [one for one in good if one["ms"] > 100]
    worst = max(good, key=lambda one: one["ms"])
    return [
        (
            f"{len(good)} pages with many credentials",
            f"worst {worst['ms']:.0f} ms ({worst['address']}), over 100 ms: {len(over)}",
            "< 100 ms each",
            not over,
        )
    ]


def show(rows):
    widths = [max(len(str(row[place])) for row in rows) for place in range(3)]
    for what, figure, goal, met in rows:
        word = {True: "met", False: "MISSED", None: "could not tell" if goal else ""}[met]
        print(f"{what:{widths[0]}}  {figure:{widths[1]}}  {goal:{widths[2]}}  {word}")
    asked = [(what.strip(), met) for what, _figure, goal, met in rows if goal]
    print(f"\n{sum(met is True for _what, met in asked)} of {len(asked)} goals met")
    for word, wanted in (("missed", False), ("could not tell", None)):
        if named := [what for what, met in asked if met is wanted]:
            print(f"{word}: {'; '.join(named)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "figures")
    parser.add_argument("--million", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--again", nargs="*", default=[], help="parts to measure anew, or all")
    options = parser.parse_args()
    folder = options.folder / "quick" if options.quick else options.folder
    folder.mkdir(parents=True, exist_ok=True)
    chosen = parts(options.quick, options.million)
    for name in chosen:
        if name in options.again or "all" in options.again:
            (folder / f"{name}.json").unlink(missing_ok=True)
    good = [run(name, command, folder) for name, command in chosen.items()]
    print(
        f"\n{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f} at the end\n"
    )
    rows = table(folder, chosen)
    if rows:
        show(rows)
    return 0 if all(good) and all(row[3] is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
