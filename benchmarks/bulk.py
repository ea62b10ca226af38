"""A bulk run through the product: upload, check, confirm, sign, store, status, outbox, then verify all.

    python benchmarks/bulk.py [--rows 100000] [--workers 2] [--json FILE]
    python tools/on_postgres.py python benchmarks/bulk.py

The web part (upload, check, confirm) is what the pages call, in a process of its own; the workers are
``stackmark-web work``, as many as told. Peaks of memory are of each process. At the end every stored
credential is read and verified whole, and the ledger is counted: one outcome a row, no id and no index
twice, one letter each. Growth of the database is what its pages in use grew by, divided by the rows.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from queue import Empty

import product

HERE = Path(__file__).resolve().parent
GOALS = {"sqlite": 90, "postgresql": 120}
NAMES = ("Zoë Ångström", "李小龍", "José María O’Neill-Ŕ", "Anna Ødegaard", "Ludwig van den Berg")


def table(rows):
    """CSV of recipients; no two alike."""
    lines = ["email,name,issued_on,narrative"]
    for number in range(rows):
        name = f"{NAMES[number % 5]} {number}"
        lines.append(f"learner{number}@example.org,{name},2026-05-04,Group {number % 40}")
    return "\n".join(lines).encode()


def used_bytes():
    """Bytes of the database in use, and of its file."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            found = {}
            for name in ("page_count", "freelist_count", "page_size"):
                cursor.execute(f"PRAGMA {name}")
                found[name] = cursor.fetchone()[0]
            whole = found["page_count"] * found["page_size"]
            return whole - found["freelist_count"] * found["page_size"], whole
        cursor.execute("SELECT pg_database_size(current_database())")
        size = cursor.fetchone()[0]
        return size, size


def sizes():
    """Bytes by table with its indexes, the largest first."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            try:
                cursor.execute(
                    "SELECT m.tbl_name, m.name, SUM(s.pgsize) FROM dbstat s JOIN sqlite_master m "
                    "ON m.name = s.name GROUP BY m.name"
                )
            except Exception:
                return []
            rows = cursor.fetchall()
        else:
            cursor.execute(
                "SELECT relname, relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind='r'"
            )
            rows = cursor.fetchall()
    return sorted(rows, key=lambda one: -one[2])[:40]


def web_part(folder, rows, queue, go):
    """Upload, check and confirm, as the pages do; in a process of its own, once it may ``go``."""
    product.start(folder)
    from django.urls import reverse

    from stackmark_web.accounts.models import User
    from stackmark_web.awarding import sheet_actions, sheets
    from stackmark_web.catalogue.models import AchievementVersion

    owner = User.objects.get(email="owner@benchmark.example")
    version = AchievementVersion.everywhere.exclude(number=None).get()
    reverse("awarding:sheets", args=[version.organisation.slug])  # a server has its addresses read
    times = {}
    queue.put("ready")
    go.wait()
    with product.stopwatch("upload", times):
        sheet = sheet_actions.upload_sheet(
            version,
            actor=owner,
            organisation=version.organisation,
            filename="bulk.csv",
            data=table(rows),
        )
    with product.stopwatch("check", times):
        sheet_actions.match_columns(sheet, actor=owner, mapping=sheet.mapping)
    sheet = sheets.sheet_of(version.organisation, sheet.pk)
    with product.stopwatch("confirm", times):
        run = sheet_actions.confirm(sheet, actor=owner, agreed=sheets.agreement(sheet))
    queue.put((str(run.pk), times, product.peak()))


def said(queue, process):
    """What a process tells; it must be alive to tell anything."""
    while True:
        with contextlib.suppress(Empty):
            return queue.get(timeout=1)
        if not process.is_alive():
            raise SystemExit("the web part died")


def verify_slice(arguments):
    """Verify every stored credential of a slice of ids; what is wrong."""
    folder, first, last = arguments
    product.start(Path(folder))
    from stackmark.verification.verifier import Verifier
    from stackmark_web import clock
    from stackmark_web.awarding import queries
    from stackmark_web.awarding.models import Award
    from stackmark_web.verifying.fetching import OWN_FILES, server_fetcher

    verifier = Verifier(now=clock.now(), fetcher=server_fetcher(), at_hand=OWN_FILES)
    wrong, done = [], 0
    rows = Award.everywhere.filter(run__isnull=False, row__gte=first, row__lt=last)
    for award in rows.only("pk", "signed", "sha256").order_by("row").iterator(500):
        report = verifier.verify(queries.credential_bytes(award))
        done += 1
        if report.verdict != "verified":
            wrong.append((str(award.pk), report.why))
    return done, wrong[:5]


def start_workers(count):
    """Workers that stand by, as they do on a server."""
    from django.db import connection

    from stackmark_web.operations.models import Process

    path = os.pathsep.join([str(product.ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "stackmark_web", "work"],
            env={**os.environ, "PYTHONPATH": path},
            cwd=product.ROOT,
        )
        for _ in range(count)
    ]
    while Process.objects.filter(kind="worker").count() < count:
        if any(one.poll() is not None for one in running):
            raise SystemExit("a worker died")
        time.sleep(0.25)
    connection.close()
    return running


def run_on(running, run_id):
    """Seconds until the run is over, the highest peak of a worker, their processor time, the run."""
    from stackmark_web.jobs.models import Run

    begun, before = time.perf_counter(), {one.pid: product.cpu(one.pid) for one in running}
    peaks, used = {}, {}
    while True:
        run = Run.everywhere.get(pk=run_id)
        for one in running:
            peaks[one.pid] = max(peaks.get(one.pid, 0), product.peak(one.pid))
            used[one.pid] = product.cpu(one.pid) - before[one.pid]
        if run.state not in ("waiting", "running"):
            break
        if any(one.poll() is not None for one in running):
            raise SystemExit("a worker died")
        time.sleep(0.25)
    seconds = time.perf_counter() - begun
    return seconds, max(peaks.values()), sum(used.values()), run


def ledger(rows):
    """The counts that must hold after a run."""
    from django.db.models import Count

    from stackmark_web.awarding.models import Award, SheetRow
    from stackmark_web.integrations.models import OutboxMail

    awards = Award.everywhere.filter(run__isnull=False)
    found = {
        "rows": SheetRow.objects.count(),
        "issued": SheetRow.objects.filter(result="issued").count(),
        "awards": awards.count(),
        "signed": awards.filter(signed__isnull=False).count(),
        "letters": OutboxMail.everywhere.filter(kind="offer").values("award_id").distinct().count(),
    }
    twice = (
        awards.order_by()
        .values("status_list", "status_index")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
        .count()
    )
    assert set(found.values()) == {rows}, found
    assert not twice, twice
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--sizes", action="store_true", help="print bytes by table and index")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = options.data or Path(name)
        found = measure(folder, options)
    if options.json:
        options.json.write_text(json.dumps(found))


def measure(folder, options):
    rows = options.rows
    product.start(folder)
    from django.db import connection

    owner, organisation = product.institution()
    product.achievement(organisation, owner)
    before, _ = used_bytes()
    vendor = connection.vendor
    connection.close()
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    go = context.Event()
    web = context.Process(target=web_part, args=(folder, rows, queue, go))
    web.start()
    assert said(queue, web) == "ready"
    # The processes' own start is not part of the run: the server and its workers stand by.
    running = []
    try:
        running += start_workers(options.workers)
        go.set()
        run_id, times, web_peak = said(queue, web)
        seconds, peak, used, run = run_on(running, run_id)
    finally:
        for one in running:
            one.terminate()
        for one in running:
            one.wait(30)
    web.join()
    assert run.state == "done", (run.state, run.error)
    total = sum(wall for wall, _ in times.values()) + seconds
    after, whole = used_bytes()
    each = (after - before) / rows
    for step, (wall, cpu) in times.items():
        print(f"{step:10} {wall:7.1f} s  CPU {cpu:7.1f} s")
    print(f"{'run':10} {seconds:7.1f} s  CPU {used:7.1f} s with {options.workers} workers")
    goal = GOALS[vendor]
    print(f"{rows:,} rows on {vendor}: {total:.1f} s (goal for 100,000: ≤ {goal} s)")
    print(f"memory: web {web_peak:.0f} MiB, worker {peak:.0f} MiB (goal ≤ 300 MiB)")
    print(f"database: {each:,.0f} bytes a credential (goal ≤ 5,120), file {whole / 2**20:.0f} MiB")
    if options.sizes:
        for tbl, part, size in sizes():
            print(f"   {tbl:30} {part:60} {size / rows:8.0f}")
    ledger(rows)
    connection.close()
    begun = time.perf_counter()
    step = -(-(rows + 2) // 8)
    slices = [(str(folder), first, first + step) for first in range(0, rows + 2, step)]
    with context.Pool(2) as pool:
        answers = pool.map(verify_slice, slices)
    checked = sum(done for done, _ in answers)
    wrong = [one for _, some in answers for one in some]
    verify_seconds = time.perf_counter() - begun
    print(f"verified: {checked:,} of {rows:,} in {verify_seconds:.1f} s; wrong: {wrong or 'none'}")
    assert checked == rows
    assert not wrong
    return {
        "database": vendor,
        "rows": rows,
        "seconds": round(total, 1),
        "steps": {step: round(wall, 1) for step, (wall, _) in times.items()}
        | {"run": round(seconds, 1)},
        "cpu": round(used + sum(cpu for _, cpu in times.values()), 1),
        "web_mib": round(web_peak),
        "worker_mib": round(peak),
        "bytes_each": round(each),
        "verified": checked,
        "verify_seconds": round(verify_seconds, 1),
    }


if __name__ == "__main__":
    main()
