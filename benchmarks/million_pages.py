"""Every page with 1,000,000 credentials in the database: server time by Django's own client.

    python benchmarks/million_pages.py [--credentials 1000000] [--data FOLDER] [--json FILE] [--show 25]

The database is filled by SQL (SQLite only), not by the product: nine tenths of the awards belong to one
institution, with a step, a claim link, a letter and an audit event each, and 300,000 people who hold
some. ``FOLDER`` is used again if it is filled already. Each page is asked for four times as the person
who may see it; the best of the last three counts. Worst first, with its slowest question to the database.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import product

GOAL = 100.0  # ms
VERSIONS = 20
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
UUID = "lower(hex(randomblob(16)))"
WHEN = "datetime('2026-11-20', '-' || (i % 1000) || ' days', '-' || (i % 80000) || ' seconds')"


def columns(table):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA table_info({table})")
        return [row[1] for row in cursor.fetchall()]


def copies(table, like, changes, first, last):
    """Copies of one row of a table, with other values (SQL over ``i``) in some columns."""
    from django.db import connection

    names = [name for name in columns(table) if name != "id" or "id" in changes]
    chosen = ", ".join(changes.get(name, f't."{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{NUMBERS.format(first=first, last=last)} INSERT INTO {table} ({listed}) "
            f"SELECT {chosen} FROM n, {table} t WHERE t.rowid = {like}"
        )


def rowid(table, where="1"):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT rowid FROM {table} WHERE {where} LIMIT 1")
        return cursor.fetchone()[0]


def seed():
    """What the product makes: institutions, achievements, one credential of each kind of row."""
    from stackmark_web.awarding import actions as awarding
    from stackmark_web.catalogue import gate

    gate.check = lambda _version: None  # twenty that say the same are as good here
    owner, organisation = product.institution()
    versions = [
        product.achievement(organisation, owner, title={"en": f"Urban water monitoring {n}"})
        for n in range(VERSIONS)
    ]
    product.published(versions[0], owner, 3)
    batch = [
        awarding.create_award(
            versions[n], actor=owner, recipient_email=f"b{n}@people.example", recipient_name="B"
        )
        for n in range(VERSIONS)
    ]
    awarding.offer_many(batch, actor=owner)
    _, other = product.institution("elsewhere")
    return versions, batch, other


def fill(count):
    """``count`` awards and what goes with them."""
    from django.db import connection

    versions, batch, other = seed()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.execute("PRAGMA temp_store=MEMORY")
    like = rowid("awarding_award", f"id = '{batch[0].pk.hex}'")
    state = (
        "CASE WHEN i % 100 < 60 THEN 'claimed' WHEN i % 100 < 90 THEN 'offered' "
        "WHEN i % 100 < 94 THEN 'lapsed' WHEN i % 100 < 97 THEN 'revoked' "
        "WHEN i % 100 < 99 THEN 'superseded' ELSE 'declined' END"
    )
    version = (
        "CASE i % 20 "
        + " ".join(f"WHEN {n} THEN '{v.pk.hex}'" for n, v in enumerate(versions))
        + " END"
    )
    users = max(1, count * 3 // 10)
    steps = {
        "accounts_user": (
            rowid("accounts_user", "email LIKE 'lena%'"),
            {"id": UUID, "email": "'p' || i || '@people.example'", "name": "'Person ' || i"},
            users,
        ),
        "awarding_award": (
            like,
            {
                "id": UUID,
                "state": state,
                "version_id": version,
                "organisation_id": f"CASE WHEN i % 10 = 0 THEN '{other.pk.hex}' ELSE t.organisation_id END",
                "recipient_email": f"'p' || (i % {users}) || '@people.example'",
                "recipient_name": f"'Person ' || (i % {users})",
                "external_id": "'S' || i",
                "status_index": "NULL",
                "status_list_id": "NULL",
                "dedup_key": "lower(hex(randomblob(32)))",
                "sha256": "lower(hex(randomblob(32)))",
                "created_at": WHEN,
                "valid_from": WHEN,
                "offered_at": WHEN,
                "signed_at": WHEN,
                "valid_until": f"datetime({WHEN}, '+5 years')",
                "status_changed_at": WHEN,
            },
            count,
        ),
    }
    for table, (row, changes, most) in steps.items():
        say(table, copies, table, row, changes, most)
    fill_beside(batch[0], count, users)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=FULL")


def fill_beside(sample, count, users):
    """Steps, links, letters, events for each award; holdings for those who claimed."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table, extra in (
            ("awarding_step", {}),
            ("awarding_claimlink", {"token_hash": "lower(hex(randomblob(32)))"}),
            (
                "integrations_outboxmail",
                {
                    "id": UUID,
                    "key": "'offer:' || a.id",
                    "to": "a.recipient_email",
                    "state": "'sent'",
                    "queued_at": "a.created_at",
                    "organisation_id": "a.organisation_id",
                },
            ),
            (
                "audit_auditevent",
                {"target_id": "a.id", "at": "a.created_at", "organisation_id": "a.organisation_id"},
            ),
            (
                "passport_holding",
                {
                    "id": UUID,
                    "award_id": "a.id",
                    "added_at": "a.created_at",
                    "user_id": "u.id",
                    "published": "a.rowid % 5 = 0",
                },
            ),
        ):
            names = [name for name in columns(table) if name != "id" or "id" in extra]
            if table in ("awarding_step", "awarding_claimlink", "integrations_outboxmail"):
                extra.setdefault("award_id", "a.id")
            chosen = ", ".join(extra.get(name, f't."{name}"') for name in names)
            listed = ", ".join(f'"{name}"' for name in names)
            where = {
                "audit_auditevent": "verb = 'award.offered'",
                "passport_holding": "award_id IS NOT NULL",
            }.get(table, f"award_id = '{sample.pk.hex}'")
            join, only = "", "a.external_id LIKE 'S%'"
            if table == "passport_holding":
                join = "JOIN accounts_user u ON u.email = a.recipient_email"
                only += " AND a.state = 'claimed'"
            row = rowid(table, where)
            say_sql(
                cursor,
                f"INSERT INTO {table} ({listed}) SELECT {chosen} FROM awarding_award a {join}, "
                f"{table} t WHERE t.rowid = {row} AND {only}",
            )


def say(what, function, table, row, changes, most):
    begun = time.perf_counter()
    step = 100_000
    for first in range(1, most + 1, step):
        function(table, row, changes, first, min(first + step - 1, most))
    print(
        f"  {what}: {most:,} rows in {time.perf_counter() - begun:.0f} s",
        file=sys.stderr,
        flush=True,
    )


def say_sql(cursor, statement):
    begun = time.perf_counter()
    cursor.execute(statement)
    print(f"  {statement[:44]} … {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)


# -- the pages ---------------------------------------------------------------------------------


def pages():
    """(who, address) for every page without arguments of its own, and those of one thing."""
    from django.urls import get_resolver

    from stackmark_web.accounts.models import User
    from stackmark_web.awarding.models import Award
    from stackmark_web.passport.models import Holding
    from stackmark_web.tenancy.models import Organisation

    organisation = Organisation.objects.get(slug="benchmark")
    award = Award.everywhere.filter(organisation=organisation, state="claimed").first()
    holding = Holding.objects.filter(published=True, award__isnull=False).first()
    learner = User.objects.get(email="p7@people.example")
    own = Holding.objects.filter(user=learner).first()
    owner = User.objects.get(email="owner@benchmark.example")
    found = []
    for route in sorted(routes(get_resolver().url_patterns)):
        if route.endswith(FILES):
            continue
        if "<slug:slug>" in route and route.startswith("manage/") and route.count("<") == 1:
            found.append((owner, "/" + route.replace("<slug:slug>", organisation.slug)))
        elif "<" not in route and "\\" not in route and route.startswith(OPEN):
            found.append((None, "/" + route))
        elif "<" not in route and route.startswith(("passport", "account", "pathways", "plan")):
            found.append((learner, "/" + route))
    base = f"/manage/{organisation.slug}"
    listing = f"{base}/awards"
    found += [
        (owner, f"{listing}?page=2"),
        (owner, f"{listing}?page=1000"),
        (owner, f"{listing}?state=claimed"),
        (owner, f"{listing}?state=expired"),
        (owner, f"{listing}?q=Person+4711"),
        (owner, f"{listing}?q=p4711@people.example"),
        (owner, f"{listing}?achievement={award.version.achievement_id}"),
        (owner, f"{listing}/{award.pk}"),
        (owner, f"{base}/mail?q=p4711@people.example"),
        (None, f"/o/{organisation.slug}"),
        (None, f"/o/{organisation.slug}/did.json"),
        (None, f"/achievements/{award.version.achievement_id}"),
        (None, f"/credentials/{holding.award_id}"),
        (None, f"/credentials/{holding.award_id}.json"),
        (None, "/catalogue?q=water"),
        (None, f"/register/issuers/{organisation.slug}"),
    ]
    if own is not None:
        found.append((learner, f"/passport/{own.pk}"))
    return list(dict.fromkeys(found))


FILES = (".csv", ".zip", ".xml", ".json", ".jsonl", ".pdf", "/download/", "/export")  # no pages
OPEN = (
    "catalogue",
    "register",
    "verify",
    "recognition",
    "sitemap",
    "pathways",
    "assessments",
    "trust",
)


def routes(patterns, before=""):
    for one in patterns:
        text = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from routes(one.url_patterns, text)
        else:
            yield text


def times(show):
    """(ms, queries, slowest SQL in ms, the SQL, status, who, address) for each page."""
    from django.conf import settings
    from django.db import connection, reset_queries
    from django.test import Client

    settings.ALLOWED_HOSTS = ["*"]
    clients = {}
    found = []
    for who, address in pages():
        client = clients.get(who)
        if client is None:
            client = clients[who] = Client(raise_request_exception=False, HTTP_ACCEPT="text/html")
            if who is not None:
                client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        best = float("inf")
        for turn in range(4):
            begun = time.perf_counter()
            response = client.get(address)
            if response.streaming:
                for _ in response.streaming_content:
                    break
            spent = (time.perf_counter() - begun) * 1000
            if turn:
                best = min(best, spent)
            if turn == 1 and spent > 3_000:
                break
        connection.force_debug_cursor = True
        reset_queries()
        client.get(address)
        asked = list(connection.queries)
        connection.force_debug_cursor = False
        slow = max(asked, key=lambda one: float(one["time"]), default={"time": 0, "sql": ""})
        row = (best, len(asked), float(slow["time"]) * 1000, slow["sql"], response.status_code)
        found.append((*row, "" if who is None else who.email.split("@")[0], address))
    found.sort(key=lambda one: -one[0])
    good = [one for one in found if one[4] == 200]
    for ms, number, slowest, sql, status, who, address in found[:show]:
        print(
            f"{ms:8.1f} ms  {number:3} queries, slowest {slowest:7.1f} ms  {status} {who:6} {address}"
        )
        if ms > GOAL:
            print(f"            {sql[:1500]}")
    over = [one for one in good if one[0] > GOAL]
    print(f"{len(found)} addresses, {len(good)} pages; over {GOAL:.0f} ms: {len(over)}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--credentials", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--show", type=int, default=25)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = options.data or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        product.start(folder)
        from django.core.management import call_command

        from stackmark_web.awarding.models import Award

        call_command("collectstatic", verbosity=0, interactive=False)
        if Award.everywhere.count() < options.credentials:
            fill(options.credentials)
        found = times(options.show)
    if options.json:
        names = ("ms", "queries", "slowest_ms", "sql", "status", "who", "address")
        options.json.write_text(json.dumps([dict(zip(names, one, strict=True)) for one in found]))


if __name__ == "__main__":
    main()
