"""Every page with 1,000,000 credentials in the database: what an answer costs the server.

    python benchmarks/million_pages.py [--credentials 1000000] [--data FOLDER] [--json FILE]
                                       [--show 25] [--only TEXT]

Pages are all routes that the tests know (``tests/web/test_routes.py``), asked for through Django's own
client as the person who may see them, and the lists of the work area by page, state and search. What
counts is **processor time** of the whole answer in this process, database included (SQLite), the best
of two: it says the same on a busy machine. Wall time stands beside it. Files that are downloaded
are no pages; of them the time to the first byte is told. At the end: all pages over the limit.
The database is made by ``million_fill``; ``FOLDER`` is used again if it is filled already.
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import product

GOAL = 100.0  # ms of processor time
TURNS = 2
LONG = 3_000.0  # ms: asked for once only


@dataclass
class Answer:
    """What one address costs: the best turn, and its slowest question to the database."""

    cpu: float
    wall: float
    queries: int
    slowest: float
    sql: str
    status: int
    file: bool
    who: str
    address: str

    @property
    def over(self):
        return not self.file and self.status == 200 and self.cpu > GOAL


# -- the addresses ---------------------------------------------------------------------------


def addresses(world):
    """(who, address) of every page there is, then of lists by what they may be asked."""
    import test_routes
    from django.urls import reverse

    found = []
    for name, rule in sorted(test_routes.RULES.items()):
        if "GET" in rule.methods:
            args = {word: test_routes.found(world, value) for word, value in rule.args.items()}
            found.append((person(rule), reverse(name, kwargs=args)))
    return list(dict.fromkeys([*found, *lists(world), *public(world)]))


def person(rule):
    return "nobody" if rule.kind in ("public", "account") else rule.who


def lists(world):
    base = "/manage/northfield"
    awards, mail, audit = f"{base}/awards", f"{base}/mail", f"{base}/audit"
    asked = [f"{awards}?{query}" for query in AWARDS]
    asked += [f"{awards}?achievement={world.achievement.pk}"]
    asked += [f"{mail}?{query}" for query in MAIL] + [f"{audit}?{query}" for query in AUDIT]
    asked += [f"{base}/awards/sheets/{world.sheet.pk}?{query}" for query in SHEETS]
    asked += [f"{base}/awards/sheets/{world.sheet_done.pk}/report?{query}" for query in SHEETS]
    return [("owner", address) for address in asked]


def public(world):
    return [
        ("nobody", "/catalogue?q=water"),
        ("nobody", "/o/elsewhere"),
        ("learner", "/passport?q=soil"),
        ("learner", f"/credentials/{world.award['published'].pk}"),
    ]


AWARDS = (
    "page=2",
    "page=200",
    "page=100000",
    "state=claimed",
    "state=claimed&page=100",
    "state=expired",
    "state=declined",
    "state=draft",
    "q=Person+4711",
    "q=p4711@people.example",
    "q=nobody+is+called+so",
    "q=water",
    "q=S4711",
    "q=water&state=claimed",
)
MAIL = (
    "page=2",
    "page=100000",
    "state=sent",
    "state=queued",
    "state=sent&page=100000",
    "q=p4711@people.example",
    "q=p4711",
    "q=nobody",
    "q=people.example",
)
AUDIT = (
    "page=2",
    "page=100000",
    "verb=award.claimed",
    "verb=role.given",
    "since=2026-01-01&until=2026-01-31",
    "since=2020-01-01&until=2020-01-31",
)
SHEETS = ("page=2", "page=100000", "show=error", "show=warning")


# -- asking ----------------------------------------------------------------------------------


def browsers(world):
    import test_routes
    from django.test import Client

    made = {"nobody": Client(raise_request_exception=False)}
    for word in ("owner", "colleague", "stranger", "learner", "operator"):
        made[word] = test_routes.signed_in(getattr(world, word))
        made[word].raise_request_exception = False
    return made


def ask(browser, address):
    """The answer and the ms it took, processor and wall; of a stream as far as its first part."""
    wall, cpu = time.perf_counter(), time.process_time()
    response = browser.get(address, HTTP_ACCEPT="text/html")
    if response.streaming:
        with suppress(StopIteration):
            next(iter(response.streaming_content))
    spent = (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000
    response.close()
    return response, *spent


def measured(browser, who, address):
    """An address asked for several times; the first turn warms up and counts only if it is long."""
    from django.db import connection, reset_queries

    _, cpu, wall = ask(browser, address)
    if cpu < LONG:
        turns = [ask(browser, address) for _ in range(TURNS)]
        cpu, wall = min(one[1] for one in turns), min(one[2] for one in turns)
    connection.force_debug_cursor = True
    reset_queries()
    response, _, _ = ask(browser, address)
    asked = list(connection.queries)
    connection.force_debug_cursor = False
    slow = max(asked, key=lambda one: float(one["time"]), default={"time": 0, "sql": ""})
    return Answer(
        cpu,
        wall,
        len(asked),
        float(slow["time"]) * 1000,
        slow["sql"],
        response.status_code,
        response.streaming or response.get("Content-Disposition", "").startswith("attachment"),
        who,
        address,
    )


def times(world, only):
    clients = browsers(world)
    wanted = [one for one in addresses(world) if only in one[1]]
    found = []
    for who, address in wanted:
        with suppress(KeyboardInterrupt):
            found.append(measured(clients[who], who, address))
    return sorted(found, key=lambda one: -one.cpu)


# -- telling ---------------------------------------------------------------------------------


def line(one):
    kind = "file" if one.file else "page"
    return (
        f"{one.cpu:9.1f} ms cpu {one.wall:9.1f} ms wall  {one.queries:4} queries  "
        f"{one.status} {kind} {one.who:8} {one.address}"
    )


def unit():
    """What this machine needs now for something known: a busy one needs more for all else as well."""
    begun = time.process_time()
    sum(number * number for number in range(1_000_000))
    return (time.process_time() - begun) * 1000


def tell(found, show):
    print(f"for comparison: a million squares take {unit():.0f} ms of processor time here now")
    for one in found[:show]:
        print(line(one))
        if one.cpu > GOAL:
            print(f"{'':13}slowest question: {one.slowest:.0f} ms: {one.sql[:1200]}")
    pages = [one for one in found if one.status == 200 and not one.file]
    over = [one for one in found if one.over]
    broken = [one for one in found if one.status >= 500]
    print(f"\n{len(found)} addresses, {len(pages)} pages; {len(broken)} answered with an error")
    for one in broken:
        print(line(one))
    print(f"over {GOAL:.0f} ms of processor time: {len(over)}")
    for one in over:
        print(line(one))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--credentials", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--show", type=int, default=25)
    parser.add_argument("--only", default="", help="addresses that contain this")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name:
        folder = options.data or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        product.start(folder)
        import million_fill
        from django.conf import settings
        from django.core.management import call_command

        settings.ALLOWED_HOSTS = ["*"]
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        call_command("collectstatic", verbosity=0, interactive=False)
        found = times(million_fill.world(folder, options.credentials), options.only)
        tell(found, options.show)
    if options.json:
        options.json.write_text(json.dumps([asdict(one) | {"over": one.over} for one in found]))


if __name__ == "__main__":
    main()
