"""Which kinds of assessment show which outcomes, and which outcomes none shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stackmark.model.achievement import Achievement, Outcome
from stackmark.model.assessment_plan import Plan


@dataclass(frozen=True, slots=True)
class Line:
    """One outcome: its place in the record's JSON, its words, what shows it."""

    path: str
    statement: str
    assessed_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Outcomes against kinds of assessment.

    ``methods`` are the kinds stated for the whole and those an outcome names; ``unused`` are stated
    and show no outcome; ``unstated`` are named by an outcome and not stated for the whole.
    """

    methods: tuple[str, ...]
    lines: tuple[Line, ...]
    unused: tuple[str, ...]
    unstated: tuple[str, ...]

    @property
    def uncovered(self) -> tuple[Line, ...]:
        """The outcomes that nothing shows."""
        return tuple(line for line in self.lines if not line.assessed_by)

    def to_json(self) -> dict[str, Any]:
        """The matrix: a row an outcome, true where a kind of assessment shows it."""
        return {
            "methods": list(self.methods),
            "rows": [
                {
                    "outcome": line.statement,
                    "assessed": [method in line.assessed_by for method in self.methods],
                }
                for line in self.lines
            ],
            "uncovered": [line.statement for line in self.uncovered],
            "unused": list(self.unused),
        }


def matrix(achievement: Achievement) -> Coverage:
    """The coverage matrix of an achievement."""
    stated = achievement.assessment.methods if achievement.assessment else ()
    stated = tuple(one for one in stated if one != "none")
    lines = tuple(
        Line(
            f"/achievement/outcomes/{number}",
            achievement.say(one.statement),
            _shown_by(one, achievement.plan),
        )
        for number, one in enumerate(achievement.outcomes)
    )
    named = tuple(dict.fromkeys(method for line in lines for method in line.assessed_by))
    return Coverage(
        methods=tuple(dict.fromkeys((*stated, *named))),
        lines=lines,
        unused=tuple(one for one in stated if named and one not in named),
        unstated=tuple(one for one in named if stated and one not in stated),
    )


def _shown_by(outcome: Outcome, plan: Plan | None) -> tuple[str, ...]:
    """The kinds an outcome names, and those of the plan's components that assess it."""
    parts = plan.components if plan else ()
    planned = [one.method for one in parts if one.id in outcome.components and one.method]
    found = dict.fromkeys((*outcome.assessed_by, *planned))
    return tuple(method for method in found if method != "none")
