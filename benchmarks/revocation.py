"""How soon a revocation is seen: one at a time under a bulk run, then a whole run at once.

    python benchmarks/revocation.py [--rows 20000] [--revocations 40] [--json FILE]

A server and a worker run; the worker is kept busy by a bulk run. A second process polls as a verifier
does (the status list without a cache, the public page) while credentials are revoked one by one through
the product's action; from the click to the first answer that tells. Then every credential of the run is
revoked by ``stackmark-web revoke_run``, until the last of them is set in the published lists.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import bulk
import orjson
import product
import serving

GOAL_ONE, GOAL_ALL = 10.0, 300.0


def is_set(data, index):
    """Whether a published list has this bit set."""
    from stackmark.status.lists import open_list

    tree = orjson.loads(data)
    found = open_list(tree, list_type="BitstringStatusListCredential", url=tree["id"])
    return bool(found.bits[index // 8] >> (7 - index % 8) & 1)


def wait_for(question, limit=60.0):
    """Seconds until the question is answered yes."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < limit:
        if question():
            return time.perf_counter() - begun
        time.sleep(0.05)
    return float("inf")


def quantile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def start_bulk(version, owner, rows):
    from stackmark_web.awarding import sheet_actions, sheets

    sheet = sheet_actions.upload_sheet(
        version,
        actor=owner,
        organisation=version.organisation,
        filename="bulk.csv",
        data=bulk.table(rows),
    )
    sheet_actions.match_columns(sheet, actor=owner, mapping=sheet.mapping)
    sheet = sheets.sheet_of(version.organisation, sheet.pk)
    return sheet_actions.confirm(sheet, actor=owner, agreed=sheets.agreement(sheet))


def one_by_one(port, awards, owner):
    """Seconds to the list and to the page, for each revocation."""
    from stackmark_web.awarding import actions as awarding
    from stackmark_web.awarding.models import Award

    host = f"127.0.0.1:{port}"
    to_list, to_page = [], []
    for pk in awards:
        award = Award.everywhere.get(pk=pk)
        where = f"/status/{award.status_list_id}/revocation"
        asked_list = serving.http("GET", where, host, Accept="application/vc")
        asked_page = serving.http("GET", f"/credentials/{pk}", host, Accept="text/html")
        assert b"in force" in serving.once("127.0.0.1", port, asked_page)[1]
        seen = {}

        def poll(name, question, seen=seen):
            seen[name] = wait_for(question)

        def in_list(asked=asked_list, index=award.status_index):
            return is_set(serving.once("127.0.0.1", port, asked)[1], index)

        def on_page(asked=asked_page):
            return b"revoked" in serving.once("127.0.0.1", port, asked)[1]

        pollers = [
            threading.Thread(target=poll, args=("list", in_list)),
            threading.Thread(target=poll, args=("page", on_page)),
        ]
        for one in pollers:
            one.start()
        awarding.revoke(award, actor=owner, reason="issued-in-error")
        for one in pollers:
            one.join()
        to_list.append(seen["list"])
        to_page.append(seen["page"])
    return to_list, to_page


def all_at_once(run):
    """Seconds until every credential of the run is off in the published lists; how many."""
    from django.core.management import call_command

    from stackmark_web.awarding import publishing
    from stackmark_web.awarding.models import Award

    begun = time.perf_counter()
    with open(os.devnull, "w") as nowhere:
        call_command(
            "revoke_run", str(run.pk), "--reason", "key-compromise", "--yes", stdout=nowhere
        )
    places = {}
    rows = Award.everywhere.filter(run=run, state="revoked")
    for list_id, index in rows.values_list("status_list", "status_index"):
        places.setdefault(list_id, []).append(index)

    def is_out():
        return all(
            is_set(publishing.document(list_id, "revocation"), index)
            for list_id, indexes in places.items()
            for index in (indexes[0], indexes[-1], indexes[len(indexes) // 2])
        )

    wait_for(is_out, 600)
    seconds = time.perf_counter() - begun
    from stackmark.status.lists import open_list

    for list_id, indexes in places.items():
        tree = orjson.loads(publishing.document(list_id, "revocation"))
        bits = open_list(tree, list_type="BitstringStatusListCredential", url=tree["id"]).bits
        assert all(bits[index // 8] >> (7 - index % 8) & 1 for index in indexes)
    return seconds, sum(map(len, places.values()))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--revocations", type=int, default=40)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        found = measure(options.data or Path(name), options)
    if options.json:
        options.json.write_text(json.dumps(found))


def measure(folder, options):
    port = serving.free_port()
    os.environ["STACKMARK_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    product.start(folder)
    from django.core.management import call_command

    from stackmark_web.jobs.models import Run

    call_command("collectstatic", verbosity=0, interactive=False)
    owner, organisation = product.institution()
    version = product.achievement(organisation, owner)
    other = product.achievement(organisation, owner, title={"en": "Rope making"}, **ROPES)
    awards = [pk for pk, _ in product.published(other, owner, options.revocations)]
    run = start_bulk(version, owner, options.rows)
    path = os.pathsep.join([str(product.ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    server = serving.Server(port, 2)
    worker = subprocess.Popen(
        [sys.executable, "-m", "stackmark_web", "work"],
        env={**os.environ, "PYTHONPATH": path},
        cwd=product.ROOT,
    )
    try:
        to_list, to_page = one_by_one(port, awards, owner)
        busy = Run.everywhere.get(pk=run.pk).state in ("waiting", "running")
        wait_for(lambda: Run.everywhere.get(pk=run.pk).state == "done", 900)
        seconds, count = all_at_once(run)
    finally:
        worker.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.wait(30)
        server.stop()
    under = "while the bulk run was on" if busy else "the bulk run had ended before the last"
    for what, times in (("status list", to_list), ("public page", to_page)):
        print(
            f"revocation to {what}: p50 {quantile(times, 0.5):.2f} s, p99 {quantile(times, 0.99):.2f} s"
            f" (goal ≤ {GOAL_ONE:.0f} s), {len(times)} of them, {under}"
        )
    print(
        f"{count:,} revocations at once: all in the lists after {seconds:.1f} s (goal for 100,000: ≤ {GOAL_ALL:.0f} s)"
    )
    return {
        "list_p99": round(quantile(to_list, 0.99), 2),
        "page_p99": round(quantile(to_page, 0.99), 2),
        "busy": busy,
        "at_once": count,
        "at_once_seconds": round(seconds, 1),
    }


ROPES = {
    "description": {"en": "Hemp, sisal and wire: laying, splicing and testing ropes for boats."},
    "outcomes": [{"statement": {"en": "Splice an eye that holds four fifths of the rope"}}],
    "criteria": {"narrative": {"en": "Three ropes that hold on the bench."}},
    "code": "ROPE-1",
    "tags": ["ropes"],
}

if __name__ == "__main__":
    main()
