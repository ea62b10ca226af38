"""Live probes of ``stackmark-web doctor``. Any capability may register more by ``probe``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from django.db import DatabaseError, connection

from stackmark.errors import StackmarkError
from stackmark_web.operations import connecting

Level = Literal["ok", "warning", "error"]
_RANK: Final = {"ok": 0, "warning": 1, "error": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a probe found: how bad, one sentence, figures, and what to do about it."""

    level: Level
    text: str
    hint: str = ""
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """A finding and the name of its probe."""

    name: str
    finding: Finding

    def told(self) -> dict[str, Any]:
        """Plain JSON."""
        one = self.finding
        return {
            "probe": self.name,
            "level": one.level,
            "text": one.text,
            "hint": one.hint,
            "figures": one.figures,
        }


Probe = Callable[[], Finding]
_PROBES: Final[dict[str, Probe]] = {}


def ok(text: str, **figures: Any) -> Finding:
    """All is well."""
    return Finding("ok", text, figures=figures)


def warning(text: str, hint: str = "", **figures: Any) -> Finding:
    """Somebody should look."""
    return Finding("warning", text, hint, figures)


def error(text: str, hint: str = "", **figures: Any) -> Finding:
    """Something does not work."""
    return Finding("error", text, hint, figures)


def probe(name: str) -> Callable[[Probe], Probe]:
    """Register a function without arguments that gives a ``Finding``; it changes nothing."""

    def register(function: Probe) -> Probe:
        _PROBES[name] = function
        return function

    return register


def run() -> Iterator[Result]:
    """Every probe; one that breaks is an error of its own and stops no other."""
    silent = False
    for name, function in _PROBES.items():
        found = _run(function)
        if found.level == "error" and connection.connection is None:
            if silent:  # once is enough: the others would all say the same
                found = error("Not looked at: the database does not answer.")
            silent = True
        yield Result(name, found)


def _run(function: Probe) -> Finding:
    try:
        return function()
    except StackmarkError as problem:
        return error(problem.detail)
    except DatabaseError as problem:
        if damage := connecting.damage(problem):
            return error(damage, connecting.PUT_BACK)
        return error(f"The database said: {' '.join(str(problem).split())[:200]}")
    except Exception as problem:  # noqa: BLE001 - the doctor must not fall ill
        return error(f"The probe itself broke: {type(problem).__name__}")


def worst(results: list[Result]) -> int:
    """0 when all is well, 1 with warnings, 2 with errors: the exit code."""
    return max((_RANK[one.finding.level] for one in results), default=0)
