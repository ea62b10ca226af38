"""Numbers about a version that only awarding knows: how many hold it, how many passed.

Awarding stands above the catalogue, so it hands in a function once at start. Until then, and
where it has no answer, the figures are unknown and shown so.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known; ``None`` is unknown. ``pass_rate`` is a share from 0 to 1."""

    holders: int | None = None
    pass_rate: float | None = None
    cohort: int | None = None  # how many were assessed, which the rate rests on
    withheld: frozenset[str] = frozenset()  # codes of facts that the issuer keeps to itself


Source = Callable[[Collection[uuid.UUID]], Mapping[uuid.UUID, Figures]]
UNKNOWN = Figures()


def _nothing(versions: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Figures]:
    del versions  # nobody knows anything about them
    return {}


_sources: list[Source] = [_nothing]


def provide(source: Source) -> None:
    """Take the figures from this function from now on."""
    _sources[0] = source


def figures_of(versions: Collection[uuid.UUID]) -> dict[uuid.UUID, Figures]:
    """The figures of each version, by one question for all."""
    found = _sources[0](versions)
    return {one: found.get(one, UNKNOWN) for one in versions}
