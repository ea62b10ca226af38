"""Earlier decisions about the same achievement, and where like was not decided alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Literal

from stackmark.recognition.decision import Decision
from stackmark.recognition.rows import ROWS

Likeness = Literal["same-achievement", "same-content", "other-version"]
_ORDER: Final[tuple[Likeness, ...]] = ("same-achievement", "same-content", "other-version")


@dataclass(frozen=True, slots=True)
class Precedent:
    """An earlier decision, how its source is like the one asked about, and whether for the same."""

    decision: Decision
    likeness: Likeness
    same_target: bool


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """Two decisions about one pair of achievements that differ.

    ``differs`` names what does: ``verdict``, else ``outcomes`` or ``credit`` of two partial ones.
    ``rows`` are those whose findings differ; empty means that the same findings led to two
    different answers.
    """

    first: Decision
    second: Decision
    differs: tuple[str, ...]
    rows: tuple[str, ...]


def find_precedents(
    decisions: Iterable[Decision],
    *,
    achievement: str = "",
    version: str = "",
    content: str = "",
    others: Collection[str] = (),
    target: str = "",
) -> tuple[Precedent, ...]:
    """Earlier decisions about an achievement, the likest first, then the newest.

    ``achievement`` is its id and ``version`` its edition, ``content`` its ``content_digest``;
    ``others`` are the ids of further versions of it. The same id in another version is
    ``other-version`` unless the content is the same. ``target`` is what it is to count for;
    decisions for something else are found too and marked.
    """
    found = [
        Precedent(one, likeness, bool(target) and one.target == target)
        for one in decisions
        if (likeness := _likeness(one, achievement, version, content, others)) is not None
    ]
    return tuple(sorted(found, key=_rank))


def _likeness(
    one: Decision, achievement: str, version: str, content: str, others: Collection[str]
) -> Likeness | None:
    source = one.source
    alike = bool(content) and source.content == content
    if achievement and source.achievement == achievement:
        edition = not version or not source.version or source.version == version
        return "same-achievement" if edition or alike else "other-version"
    if alike:
        return "same-content"
    return "other-version" if source.achievement and source.achievement in others else None


def _rank(found: Precedent) -> tuple[bool, int, int, str]:
    one = found.decision
    day = -one.decided.toordinal() if one.decided else 0
    return (not found.same_target, _ORDER.index(found.likeness), day, one.source.id)


def inconsistencies(decisions: Iterable[Decision]) -> tuple[Inconsistency, ...]:
    """Pairs of decisions for one achievement, one edition, one target and one recogniser.

    Each body decides for itself, so two bodies that differ are no inconsistency. Where an
    achievement has no id its content stands for it; without either nothing is compared. Older
    decisions stand first in a pair.
    """
    groups: Mapping[tuple[str, ...], list[Decision]] = _grouped(decisions)
    found = []
    for same in groups.values():
        ordered = sorted(same, key=lambda one: (str(one.decided), one.source.id))
        for first, second in combinations(ordered, 2):
            differs = _differs(first, second)
            if differs:
                found.append(Inconsistency(first, second, differs, differing_rows(first, second)))
    return tuple(found)


def _grouped(decisions: Iterable[Decision]) -> Mapping[tuple[str, ...], list[Decision]]:
    groups: dict[tuple[str, ...], list[Decision]] = defaultdict(list)
    for one in decisions:
        source = one.source
        # Equal content makes one edition, whatever it is called.
        what = source.content or " ".join(filter(None, (source.achievement, source.version)))
        if what:
            groups[what, one.target, one.recogniser.id].append(one)
    return groups


def _differs(first: Decision, second: Decision) -> tuple[str, ...]:
    if first.verdict != second.verdict:
        return ("verdict",)
    found = []
    if set(first.outcomes) != set(second.outcomes):
        found.append("outcomes")
    if first.credit != second.credit:
        found.append("credit")
    return tuple(found)


def differing_rows(first: Decision, second: Decision) -> tuple[str, ...]:
    """The rows of two decisions whose findings differ, in the order of ``ROWS``."""
    return tuple(
        name
        for name in ROWS
        if first.comparison.row(name).finding != second.comparison.row(name).finding
    )
