"""No page reads a table from end to end that grows with what is issued, whatever it shows.

The plan of every question that a page asks the database is looked at, on SQLite, which says it
without statistics. A million credentials are not needed for that: a plan that reads all of a table
is the same with ten rows.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

_SPEC = importlib.util.spec_from_file_location(
    "routes_of_plans", Path(__file__).with_name("test_routes.py")
)
_ROUTES = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = _ROUTES  # its dataclasses look for their module there
_SPEC.loader.exec_module(_ROUTES)
RULES, stage = _ROUTES.RULES, _ROUTES.stage

# What there is at least one row of for each credential, letter, event or person.
GROWS = (
    *("awarding_award", "awarding_step", "awarding_claimlink", "awarding_sheetrow"),
    *("integrations_outboxmail", "audit_auditevent", "audit_pseudonym"),
    *("passport_holding", "passport_holdingskill", "accounts_user", "account_emailaddress"),
)
PAGES = sorted(name for name, rule in RULES.items() if "GET" in rule.methods)
LISTS = (
    *("awards", "awards?state=claimed", "awards?state=expired", "awards?q=water"),
    *("awards?q=p@people.example", "awards?q=S1", "mail", "mail?state=sent", "mail?q=people"),
    *("mail?q=ada@people.example", "audit", "audit?verb=role.given", "audit?since=2026-01-01"),
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.xdist_group("routes"),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="plans of SQLite"),
]


def plans(browser, path):
    """(what the plan says, the question) for each question about what grows."""
    with CaptureQueriesContext(connection) as asked:
        browser.get(path)
    told = []
    for one in asked.captured_queries:
        if one["sql"].startswith(("SELECT", "WITH")) and any(f'"{t}"' in one["sql"] for t in GROWS):
            told += [(step, one["sql"]) for step in plan(one["sql"])]
    return told


def plan(sql):
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + sql.replace("%", "%%"))
        return [row[3] for row in cursor.fetchall()]


def whole(step, sql):
    """The table that a step of a plan reads from end to end; nothing if it is bounded."""
    read = re.match(r"SCAN (\w+)(?! .*LEFT-JOIN)", step)
    if read is None or re.search(r" LIMIT 1\b", sql):
        return ""
    name = read.group(1)
    aliases = dict(re.findall(r'"(\w+)" (\w+) ', sql))
    tables = {alias: table for table, alias in aliases.items()}
    name = tables.get(name, name)
    return name if name in GROWS else ""


@pytest.mark.parametrize("name", PAGES)
def test_no_page_reads_a_table_from_end_to_end(stage, name):
    rule = RULES[name]
    path = stage.path(name, rule)
    who = "nobody" if rule.kind in ("public", "account") else rule.who
    read = {(whole(step, sql), sql) for step, sql in plans(stage.browser(who), path)}
    assert {one for one in read if one[0]} == set()


@pytest.mark.parametrize("address", LISTS)
def test_long_lists_come_in_the_order_of_an_index(stage, address):
    told = plans(stage.browser("owner"), f"/manage/northfield/{address}")
    assert [(step, sql) for step, sql in told if whole(step, sql)] == []
    paged = [(step, sql) for step, sql in told if " LIMIT 5" in sql or " LIMIT 20000" in sql]
    assert [one for one in paged if "TEMP B-TREE" in one[0]] == []
