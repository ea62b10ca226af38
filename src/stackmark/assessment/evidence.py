"""The evidence ladder: seven steps from a claim to a performance that others watched.

An ordinal of Stackmark's own, so its definition is published with it. A step is reached by facts
that are known; what is not known lifts nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from stackmark.errors import UsageError

NAMES: Final = (
    "self-claim",
    "attendance",
    "unsupervised quiz",
    "unsupervised authored work with rubric",
    "supervised or orally defended work",
    "supervised performance with two or more raters",
    "supervised performance, independent of the trainer",
)
"""The step's name by its number, 0 to 6."""
MEANINGS: Final = (
    "Somebody says so of themselves.",
    "Being there was recorded; nothing was assessed.",
    "Something was assessed, with nobody watching and no work of one's own.",
    "Work of one's own was marked by a rubric, with nobody watching.",
    "The work was done under supervision, or defended orally.",
    "A real or simulated job task was done under supervision and rated by two people or more.",
    "The same, and whoever assessed did not train.",
)
SUPERVISION: Final = ("none", "remote-recorded", "remote-live", "onsite")
"""How the assessment was watched; the words of ``EvidenceFacts.supervision``."""
SOURCE: Final = "Stackmark evidence ladder, 0 to 6: an ordinal of its own, defined in its reference"
_WATCHED: Final = {
    "remote-recorded": "It was supervised: recorded remotely.",
    "remote-live": "It was supervised: live, remotely.",
    "onsite": "It was supervised on site.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFacts:
    """What is known of how an achievement was assessed; ``None`` where it is not known.

    ``attended``: presence was recorded. ``assessed``: something was assessed. ``supervision``: one
    of ``SUPERVISION``. ``rubric``: marked by a rubric. ``authored_work``: the candidate made
    something of their own. ``oral_defence``: it was defended orally. ``performance``: a real or
    simulated job task was done. ``raters``: how many people rated each performance, at least.
    ``independent``: the assessors were independent of the trainer.

    Raises ``UsageError`` ``assess.supervision``, ``assess.raters``.
    """

    attended: bool | None = None
    assessed: bool | None = None
    supervision: str | None = None
    rubric: bool | None = None
    authored_work: bool | None = None
    oral_defence: bool | None = None
    performance: bool | None = None
    raters: int | None = None
    independent: bool | None = None

    def __post_init__(self) -> None:
        if self.supervision is not None and self.supervision not in SUPERVISION:
            raise UsageError(
                "assess.supervision",
                f"{self.supervision[:40]!r} is no kind of supervision; "
                f"use one of {', '.join(SUPERVISION)}, or leave it unknown.",
            )
        if self.raters is not None and self.raters < 0:
            raise UsageError(
                "assess.raters", f"{self.raters} is no number of raters; use 0 or more."
            )

    @property
    def supervised(self) -> bool | None:
        """Whether anybody watched; ``None`` when it is not known."""
        return None if self.supervision is None else self.supervision != "none"


@dataclass(frozen=True, slots=True)
class Strength:
    """A step of the ladder: why it is reached, and what the next one lacks.

    ``missing`` is empty on step 6. Each of its sentences says whether the fact is against it or
    only not known.
    """

    level: int
    name: str
    meaning: str
    reasons: tuple[str, ...]
    missing: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """All members, with the source of the ladder."""
        return {
            "level": self.level,
            "name": self.name,
            "meaning": self.meaning,
            "reasons": list(self.reasons),
            "missing": list(self.missing),
            "source": SOURCE,
        }


@dataclass(frozen=True, slots=True)
class _Need:
    """One condition: is it so, what is said then, and what is said when not."""

    holds: bool | None
    said: str
    wanted: str

    def lack(self) -> str:
        return f"{self.wanted}: {'not known' if self.holds is None else 'not so'}"


def evidence_strength(facts: EvidenceFacts) -> Strength:
    """The highest step whose every condition is known to hold.

    Each step states its own conditions; a supervised exam is step 4 though no work was authored.
    Step 4 takes an oral defence only of authored work. ``missing`` names the conditions of the next
    step up that do not hold or are not known.

    Source: ``SOURCE``. No least n: it is about the design, not about candidates.
    """
    needs = _needs(facts)
    level = max(step for step, wanted in enumerate(needs) if all(one.holds for one in wanted))
    reasons = tuple(one.said for one in needs[level])
    after = needs[level + 1] if level + 1 < len(needs) else ()
    missing = tuple(one.lack() for one in after if not one.holds)
    return Strength(level, NAMES[level], MEANINGS[level], reasons, missing)


def evidence_span(facts: EvidenceFacts) -> tuple[int, int]:
    """The step that is reached for certain, and the highest that may be once all is known."""
    best = {name: value for name, value in _BEST.items() if getattr(facts, name) is None}
    return evidence_strength(facts).level, evidence_strength(replace(facts, **best)).level


_BEST: Final[dict[str, Any]] = {
    "attended": True,
    "assessed": True,
    "supervision": "onsite",
    "rubric": True,
    "authored_work": True,
    "oral_defence": True,
    "performance": True,
    "raters": 2,
    "independent": True,
}


def _needs(facts: EvidenceFacts) -> tuple[tuple[_Need, ...], ...]:
    """What each step asks, from 0 to 6."""
    assessed = _Need(facts.assessed, "Something was assessed.", "an assessment")
    return (
        (_Need(holds=True, said="No attendance or assessment is known.", wanted=""),),
        (_Need(facts.attended, "Attendance was recorded.", "a record of attendance"),),
        (assessed,),
        (
            assessed,
            _Need(facts.authored_work, "Work of one's own was assessed.", "work of one's own"),
            _Need(facts.rubric, "It was marked by a rubric.", "marking by a rubric"),
        ),
        (assessed, _watched_or_defended(facts)),
        performed := (
            assessed,
            _Need(facts.performance, "A job task was performed.", "a real or simulated job task"),
            _Need(facts.supervised, _WATCHED.get(facts.supervision or "", ""), "supervision"),
            _Need(_two(facts.raters), f"{facts.raters} people rated it.", "two or more raters"),
        ),
        (
            *performed,
            _Need(
                facts.independent,
                "The assessors were independent of the trainer.",
                "assessors independent of the trainer",
            ),
        ),
    )


def _two(raters: int | None) -> bool | None:
    return None if raters is None else raters >= 2


def _watched_or_defended(facts: EvidenceFacts) -> _Need:
    if facts.supervised:
        return _Need(holds=True, said=_WATCHED[facts.supervision or ""], wanted="")
    defended = _both(facts.authored_work, facts.oral_defence)
    holds = True if defended else None if None in (facts.supervised, defended) else False
    return _Need(
        holds,
        "Work of one's own was defended orally.",
        "supervision, or an oral defence of work of one's own",
    )


def _both(one: bool | None, other: bool | None) -> bool | None:  # noqa: FBT001 - two facts
    if one is False or other is False:
        return False
    return None if one is None or other is None else True
