"""What tests ask of a report, and bounds on the work it took."""

from __future__ import annotations

import contextlib
import time


def reasons(report):
    """Why the report is not "verified": each reason of the document and of its parts."""
    found = [check.reason for check in report.checks if check.outcome in SPEAKING]
    for part in report.parts:
        found += reasons(part)
    return found


SPEAKING = ("failed", "could-not-tell")


def outcomes(report):
    """Code → outcome and reason, for the checks that speak against it."""
    return {
        check.code: (check.outcome, check.reason)
        for check in report.checks
        if check.outcome in SPEAKING
    }


@contextlib.contextmanager
def bounded(seconds=1.0):
    """Fails when the work inside takes more CPU time."""
    started = time.process_time()
    yield
    used = time.process_time() - started
    assert used < seconds, f"{used:.2f} s of CPU"
