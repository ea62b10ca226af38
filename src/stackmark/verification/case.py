"""The record of one verification while it runs: each step leaves exactly one check."""

from __future__ import annotations

from collections.abc import Callable

from stackmark.errors import CheckFailed, CouldNotTell, StackmarkError
from stackmark.verification.report import CODES, NOT_REACHED, STEPS, Check, passed


class Case:
    """Collects checks by code; the first answer for a code stands."""

    def __init__(self) -> None:
        self.checks: dict[str, Check] = {}

    def add(self, check: Check) -> None:
        """Keep a check unless its code has one that is worse already."""
        old = self.checks.get(check.code)
        if old is None or old.outcome in ("passed", "not-applicable"):
            self.checks[check.code] = check

    def fault(self, code: str, error: StackmarkError) -> None:
        """Record an error under the code its reason names, or else under the step's own."""
        target = error.code if error.code in STEPS else code
        outcome = "could-not-tell" if isinstance(error, CouldNotTell) else "failed"
        self.add(Check(target, outcome, error.reason, error.detail, STEPS[target][1]))  # type: ignore[arg-type]

    def run(self, code: str, step: Callable[[], str]) -> bool:
        """One step that returns a sentence or raises; True when it passed."""
        try:
            detail = step()
        except (CheckFailed, CouldNotTell) as error:
            self.fault(code, error)
            return False
        self.add(passed(code, detail))
        return True

    def passed(self, code: str) -> bool:
        """Whether this check was made and its answer is yes."""
        found = self.checks.get(code)
        return found is not None and found.outcome == "passed"

    @property
    def failed(self) -> bool:
        """Whether any check so far says no."""
        return any(check.outcome == "failed" for check in self.checks.values())

    def ordered(self) -> tuple[Check, ...]:
        """All codes in order; what was not reached says so."""
        return tuple(self.checks.get(code, NOT_REACHED[code]) for code in CODES)
