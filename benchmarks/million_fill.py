"""A database with 1,000,000 credentials, for ``million_pages``: a small world, filled up by SQL.

The small world of the tests has one of everything the pages show, made by the product's own actions.
Seven tenths of the awards go to its institution, two to a unit of it, one to somebody else; each has
a step, a claim link, a letter and an audit event, each claimed one an event of its recipient's, a
holding and a skill; there are 300,000 people. One run has 100,000 rows. SQLite only. The hashes of
the copied events and the bytes of the copied credentials are those of the originals: no page reads
them, but the log would not hold.
"""

from __future__ import annotations

import contextlib
import pickle
import sys
import time

import product

VERSIONS = 19  # more than the one of the small world
SLICE = 100_000
ROWS = 100_000  # of one run
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
UUID = "lower(hex(randomblob(16)))"
LONG = "lower(hex(randomblob(32)))"
WHEN = "datetime('2026-11-20', '-' || (i % 1000) || ' days', '-' || (i % 80000) || ' seconds')"
STATES = (
    "CASE WHEN i % 100 < 60 THEN 'claimed' WHEN i % 100 < 90 THEN 'offered' "
    "WHEN i % 100 < 94 THEN 'lapsed' WHEN i % 100 < 97 THEN 'revoked' "
    "WHEN i % 100 < 99 THEN 'superseded' ELSE 'declined' END"
)
HELD = "a.state = 'claimed'"
LARGE = (
    "awarding_award",
    "awarding_step",
    "awarding_claimlink",
    "integrations_outboxmail",
    "audit_auditevent",
    "passport_holding",
    "passport_holdingskill",
)


def world(folder, count):
    """The small world of this folder, made and filled up the first time."""
    kept = folder / "world.pickle"
    make_ready()
    if kept.exists():
        return pickle.loads(kept.read_bytes())
    import small_world

    made = small_world.SmallWorld()
    fill(made, count)
    vars(made).pop("say")
    vars(made).pop("issuer")
    kept.write_bytes(pickle.dumps(made))
    return made


def make_ready():
    """The tests' modules at hand, and nothing outside this process to be asked."""
    sys.path[:0] = [str(product.ROOT / "tests"), str(product.ROOT / "tests" / "web")]
    import pytest

    import small_world

    small_world.no_network(pytest.MonkeyPatch())


def fill(made, count):
    """``count`` awards and what goes with them."""
    versions = [made.version, *more_versions(made)]
    for setting in (
        "synchronous=OFF",
        "journal_mode=OFF",
        "temp_store=MEMORY",
        "cache_size=-1500000",
    ):
        sql(f"PRAGMA {setting}")
    users = max(1, count * 3 // 10)
    people(made, users)
    with without_indexes(LARGE):
        awards(made, versions, count, users)
        beside(made)
        events(made)
        passports(made)
    sheets(made, min(ROWS, count // 10))
    for setting in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-2000"):
        sql(f"PRAGMA {setting}")


def more_versions(made):
    from achievement_designs import bare
    from stackmark_web.catalogue import actions as catalogue
    from stackmark_web.catalogue import gate

    gate.check = lambda _version: None  # some that say the same are as good here
    drafts = [
        catalogue.create_draft(
            made.here, actor=made.owner, content=bare(title={"en": f"Urban water monitoring {n}"})
        )
        for n in range(VERSIONS)
    ]
    return [catalogue.publish(draft, actor=made.owner) for draft in drafts]


def people(made, users):
    copies(
        "accounts_user",
        f"id = '{made.learner.pk.hex}'",
        {"id": UUID, "email": "'p' || i || '@people.example'", "name": "'Person ' || i"},
        users,
    )
    sql(
        "INSERT INTO audit_pseudonym (code, user_id) SELECT 'p-' || lower(hex(randomblob(10))), id "
        "FROM accounts_user WHERE email LIKE 'p%@people.example'"
    )


def awards(made, versions, count, users):
    which = " ".join(f"WHEN {n} THEN '{one.pk.hex}'" for n, one in enumerate(versions))
    email = f"'p' || (1 + i % {users}) || '@people.example'"
    copies(
        "awarding_award",
        f"id = '{made.award['offered'].pk.hex}'",
        {
            "id": UUID,
            "state": STATES,
            "version_id": f"CASE (i / 7) % {len(versions)} {which} END",
            "organisation_id": f"CASE i % 10 WHEN 0 THEN '{made.elsewhere.pk.hex}' "
            f"WHEN 1 THEN '{made.unit.pk.hex}' WHEN 2 THEN '{made.unit.pk.hex}' "
            f"ELSE '{made.here.pk.hex}' END",
            "recipient_email": email,
            "recipient_name": f"'Person ' || (1 + i % {users})",
            "holder_id": "CASE WHEN i % 100 < 60 THEN "
            f"(SELECT u.id FROM accounts_user u WHERE u.email = {email}) END",
            "external_id": "'S' || i",
            # as long as what a run stores; no page reads the bytes of a copy
            "signed": "substr(t.signed, 1, 450)",
            "narrative": "''",
            "evidence": "'[]'",
            "status_index": "NULL",
            "status_list_id": "NULL",
            "dedup_key": LONG,
            "sha256": LONG,
            "created_at": WHEN,
            "valid_from": WHEN,
            "offered_at": WHEN,
            "signed_at": WHEN,
            "claimed_at": f"CASE WHEN i % 100 < 60 THEN {WHEN} END",
            "valid_until": f"datetime({WHEN}, '+5 years')",
            "status_changed_at": WHEN,
        },
        count,
    )


def beside(made):
    """A step, a link and a letter for each award."""
    like = f"award_id = '{made.award['offered'].pk.hex}'"
    one = {"award_id": "a.id"}
    each("awarding_step", like, {**one, "at": "a.created_at"})
    each("awarding_claimlink", like, {**one, "token_hash": LONG})
    letter = {"key": "'offer:' || a.id", "to": "a.recipient_email", "queued_at": "a.created_at"}
    letter |= {"id": UUID, "state": "'sent'", "text": "substr(t.text, 1, 300)", "html": "''"}
    letter |= {"organisation_id": "a.organisation_id"}
    each("integrations_outboxmail", like, {**one, **letter})


def events(made):
    """What was done by the owner, and by each person who claimed."""
    chain = f"SELECT c.id FROM audit_chain c WHERE c.name = '{made.here.pk}'"
    last = "(SELECT max(seq) FROM audit_auditevent)"
    told = {"target_id": "a.id", "at": "a.created_at", "organisation_id": "a.organisation_id"}
    told |= {"chain_id": f"({chain})"}
    base = value(f"SELECT {last}")
    each("audit_auditevent", "verb = 'award.offered'", {**told, "seq": f"{base} + a.rowid"})
    base = value(f"SELECT {last}")
    claimed = {
        "seq": f"{base} + a.rowid",
        "actor_code": "(SELECT p.code FROM audit_pseudonym p WHERE p.user_id = a.holder_id LIMIT 1)",
    }
    each("audit_auditevent", "verb = 'award.claimed'", {**told, **claimed}, only=HELD)
    sql(f"UPDATE audit_chain SET seq = {last} WHERE name = '{made.here.pk}'")


def passports(made):
    holding = {"id": UUID, "award_id": "a.id", "user_id": "a.holder_id"}
    holding |= {"added_at": "a.created_at", "published": "a.rowid % 5 = 0"}
    each("passport_holding", f"id = '{made.holding.pk.hex}'", holding, only=HELD)
    names = [name for name in columns("passport_holdingskill") if name not in ("id", "holding_id")]
    listed = ", ".join(f'"{name}"' for name in names)
    sql(
        f"INSERT INTO passport_holdingskill (holding_id, {listed}) SELECT h.id, "
        f"{', '.join(f't.{name}' for name in names)} FROM passport_holding h, passport_holdingskill t "
        f"WHERE t.holding_id = '{made.holding.pk.hex}' AND h.user_id <> '{made.learner.pk.hex}'"
    )


def sheets(made, rows):
    """Many rows in a sheet at each of its stations, and the awards of the run that is done."""
    lines = ["email,name,narrative"]
    lines += [f"p{n}@people.example,Person {n},Group {n % 40}" for n in range(rows)]
    made.sheet_new.data = "\n".join(lines).encode()
    made.sheet_new.save(update_fields=["data"])
    done = made.sheet_done.pk.hex
    for sheet in (made.sheet.pk.hex, done):
        changes = {"number": "i + 10", "line": "i + 12", "award_id": "NULL"}
        changes |= {"email": "'p' || i || '@people.example'", "name": "'Person ' || i"}
        changes["outcome"] = "CASE WHEN i % 50 = 0 THEN 'warning' ELSE t.outcome END"
        copies("awarding_sheetrow", f"sheet_id = '{sheet}' AND outcome = 'valid'", changes, rows)
        sql(f"UPDATE awarding_sheet SET counts = {counted(sheet)} WHERE id = '{sheet}'")
    sql(
        f"UPDATE awarding_award SET run_id = '{made.run.pk.hex}', \"row\" = 10 + rowid "
        f"WHERE external_id LIKE 'S%' AND CAST(substr(external_id, 2) AS INTEGER) <= {rows}"
    )
    sql(
        "UPDATE awarding_sheetrow SET award_id = (SELECT a.id FROM awarding_award a "
        f"WHERE a.external_id = 'S' || (number - 10) AND NOT (a.external_id = '')) WHERE sheet_id = '{done}' AND number > 10"
    )
    sql(f"UPDATE jobs_run SET total = {rows}, done = {rows} WHERE id = '{made.run.pk.hex}'")


def counted(sheet):
    """The counts of a sheet as they are now, by outcome and together."""
    of = f"(SELECT count(*) FROM awarding_sheetrow WHERE sheet_id = '{sheet}'"
    parts = [f"'$.{word}', {of} AND outcome = '{word}')" for word in ("valid", "warning", "error")]
    return f"json_set(counts, '$.rows', {of}), {', '.join(parts)})"


# -- SQL -------------------------------------------------------------------------------------


def sql(statement):
    from django.db import connection

    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(statement)
    if (spent := time.perf_counter() - begun) > 1:
        print(f"  {statement[:60]} … {spent:.0f} s", file=sys.stderr, flush=True)


@contextlib.contextmanager
def without_indexes(tables):
    """They are made once at the end, which takes a tenth of the time of a million insertions."""
    from django.db import connection

    listed = ", ".join(f"'{table}'" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
            f"AND tbl_name IN ({listed})"
        )
        found = cursor.fetchall()
    for name, _ in found:
        sql(f'DROP INDEX "{name}"')
    yield
    for _, statement in found:
        sql(statement)


def value(statement):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def columns(table):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA table_info({table})")
        return [row[1] for row in cursor.fetchall()]


def chosen(table, changes):
    """The columns of a table, and what goes into them: of the row ``t``, or as said."""
    names = [name for name in columns(table) if name != "id" or "id" in changes]
    values = ", ".join(changes.get(name, f't."{name}"') for name in names)
    return ", ".join(f'"{name}"' for name in names), values


def like_it(table, where):
    return value(f"SELECT rowid FROM {table} WHERE {where} LIMIT 1")


def copies(table, where, changes, most):
    """``most`` copies of a row, with other values (SQL over ``i``) in some columns."""
    row, (listed, values) = like_it(table, where), chosen(table, changes)
    for first in range(1, most + 1, SLICE):
        last = min(first + SLICE - 1, most)
        sql(
            f"{NUMBERS.format(first=first, last=last)} INSERT INTO {table} ({listed}) "
            f"SELECT {values} FROM n, {table} t WHERE t.rowid = {row}"
        )


def each(table, where, changes, only="1"):
    """A copy of a row for each copied award ``a``."""
    row, (listed, values) = like_it(table, where), chosen(table, changes)
    sql(
        f"INSERT INTO {table} ({listed}) SELECT {values} FROM awarding_award a, {table} t "
        f"WHERE t.rowid = {row} AND a.external_id LIKE 'S%' AND {only}"
    )
