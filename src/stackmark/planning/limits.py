"""What a learner sets: money, hours a week, a last day, how and in which language, interests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from stackmark.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of a plan; ``None`` or empty sets none.

    ``budget`` is in the goal's currency. ``hours_per_week`` is kept in every week: the hours of an
    offer are spread evenly over its weeks, and what runs at the same time adds up. ``by`` is the
    last day on which something may end. ``delivery`` and ``language`` are what is acceptable, any
    of them. ``interests`` weigh skills, or prefixes of fields, from 0 to 1: between plans that are
    equal otherwise the one of more interest is taken.
    """

    by: dt.date
    budget: Fraction | None = None
    hours_per_week: Fraction | None = None
    delivery: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    interests: Mapping[str, Fraction] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises ``UsageError`` ``limits.range`` for what cannot be."""
        for name, value in (("budget", self.budget), ("hours per week", self.hours_per_week)):
            if value is not None and not 0 <= value <= 10**9:
                raise UsageError("limits.range", f"The {name} must be from 0 to 1000000000.")
        if any(not 0 <= one <= 1 for one in self.interests.values()):
            raise UsageError("limits.range", "An interest weighs from 0 to 1.")
