"""1,000,000 rows through the command line: memory, time, and what a second process gives."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ACHIEVEMENT = {
    "id": "https://badges.example.edu/achievements/uwm-204",
    "type": ["Achievement"],
    "name": "Urban Water Monitoring",
    "description": "Six weeks of measuring a city stream.",
    "criteria": {"narrative": "Passed."},
}


def write_rows(path, count):
    with path.open("w") as file:
        file.write("recipient_email,recipient_name,issued_on\n")
        for number in range(count):
            file.write(f"learner{number}@example.org,Learner Number {number},2026-05-04\n")


def descendants(pid):
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *descendants(child)]
    return found


def resident(pid):
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def issue(folder, rows, jobs):
    """Seconds and the highest resident memory of all processes together, in MiB."""
    out = folder / f"{rows.stem}-{jobs}.jsonl"
    program = [sys.executable, "-m", "stackmark", "issue", "--achievement", "a.json"]
    program += ["--recipients", rows.name, "--key", "k.json", "--out", out.name]
    program += ["--format", "jsonl", "--jobs", str(jobs)]
    start, peak = time.perf_counter(), 0
    running = subprocess.Popen(
        program, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while running.poll() is None:
        with contextlib.suppress(OSError):
            peak = max(peak, sum(map(resident, [running.pid, *descendants(running.pid)])))
        time.sleep(0.2)
    assert running.returncode == 0
    seconds = time.perf_counter() - start
    out.unlink()
    return seconds, peak / 2**20


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "a.json").write_text(json.dumps(ACHIEVEMENT))
        key = [
            sys.executable,
            "-m",
            "stackmark",
            "key",
            "new",
            "--no-passphrase",
            "--out",
            "k.json",
        ]
        subprocess.run(key, cwd=folder, check=True, capture_output=True)
        for count in (100_000, 1_000_000):
            write_rows(folder / f"{count}.csv", count)
        one, small = issue(folder, folder / "100000.csv", 1)
        two, _ = issue(folder, folder / "100000.csv", 2)
        million, large = issue(folder, folder / "1000000.csv", 2)
    print(f"100,000 rows   one process  {one:6.1f} s  {small:5.0f} MiB")
    print(
        f"100,000 rows   two          {two:6.1f} s  {one / two / 2:.0%} of twice one core (goal ≥ 70 %)"
    )
    print(f"1,000,000 rows two          {million:6.1f} s  {large:5.0f} MiB (goal ≤ 300)")
    print(f"time per row against 100,000 rows: {million / two / 10:.2f} × (goal: linear, about 1)")


if __name__ == "__main__":
    main()
