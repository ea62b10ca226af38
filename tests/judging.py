"""What tests ask of a report, bounds on the work it took, and cases out of shared vectors."""

from __future__ import annotations

import contextlib
import json
import time

import pytest

from shared import SHARED

SPEAKING = ("failed", "could-not-tell")


def reasons(report):
    """Why the report is not "verified": each reason of the document and of its parts."""
    found = [check.reason for check in report.checks if check.outcome in SPEAKING]
    for part in report.parts:
        found += reasons(part)
    return found


def outcomes(report):
    """Code → outcome and reason, for the checks that speak against it."""
    return {
        check.code: (check.outcome, check.reason)
        for check in report.checks
        if check.outcome in SPEAKING
    }


@contextlib.contextmanager
def bounded(seconds=10.0):
    """Fails when the work inside takes far more CPU time than it should (well under a second)."""
    started = time.process_time()
    yield
    used = time.process_time() - started
    assert used < seconds, f"{used:.2f} s of CPU"


def shared_cases(path, pick=lambda tree: tree, *, name="id"):
    """The cases of a JSON file among the shared vectors, for ``parametrize``."""
    if SHARED is None:
        return [pytest.param(None, id="shared-absent")]
    tree = json.loads((SHARED / "vectors" / path).read_bytes())
    return [pytest.param(case, id=str(case[name])) for case in pick(tree)]


def shared_files(folder, pattern):
    """Files among the shared vectors, for ``parametrize``."""
    if SHARED is None:
        return [pytest.param(None, id="shared-absent")]
    base = SHARED / "vectors" / folder
    return [
        pytest.param(path, id=str(path.relative_to(base))) for path in sorted(base.glob(pattern))
    ]
