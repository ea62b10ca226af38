"""The status list scenarios of the attack suite: each one has its case, its reason, its answer."""

from __future__ import annotations

import json

import pytest

from judging import reasons, shared_cases
from shared import need_shared
from simulators.status_scenarios import (
    OVER_TIME,
    SCENARIOS,
    UNREACHABLE,
    run,
    run_unreachable,
)

PATH = "security/own/status-lists.json"
# What the suite calls a reason → ours.
REASONS = {
    "RANGE_ERROR": {"status.range"},
    "STATUS_RETRIEVAL_ERROR": {"status.unreachable"},
    "STATUS_VERIFICATION_ERROR": {
        "status.issuer",
        "status.proof",
        "status.purpose",
        "status.wrong-list",
    },
    "expired": {"status.list-expired"},
    "loop": {"status.loop"},
    "malformed": {"status.malformed"},
    "not yet valid": {"status.list-expired"},
    "redirect": {"status.unreachable"},
    "too large": {"status.unreachable"},
    "unknown status type": {"status.unknown-type"},
}


def scenarios(tree):
    return [one for one in tree["scenarios"] if one["id"] not in OVER_TIME]


@pytest.mark.parametrize("case", shared_cases(PATH, scenarios))
def test_scenario(case):
    need_shared()
    name, expect = case["id"], case["expect"]
    report = run(name) if name in SCENARIOS else run_unreachable(UNREACHABLE[name])
    if expect["result"] == "valid":
        assert (report.verdict, reasons(report)) == ("verified", [])
    elif expect["result"] == "suspended":
        assert (report.verdict, reasons(report)) == ("refused", ["status.suspended"])
    else:
        assert report.verdict != "verified"
        assert REASONS[expect["reason"]].issuperset(reasons(report)), reasons(report)


def test_every_scenario_is_there():
    listed = json.loads((need_shared() / "vectors" / PATH).read_bytes())["scenarios"]
    assert {one["id"] for one in listed} == {*SCENARIOS, *UNREACHABLE, *OVER_TIME}
