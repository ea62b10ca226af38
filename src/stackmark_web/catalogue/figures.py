"""Numbers about a version that only others know: how many hold it, how they were assessed.

Awarding and assessing stand above the catalogue, so each hands in a function once at start.
Until then, and where it has no answer, the figures are unknown and shown so.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from stackmark.model.figure import Figure


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known; ``None`` is unknown. ``pass_rate`` is a share from 0 to 1.

    ``assessment`` are the published figures of past assessments (``facts_assessed.CODES``).
    """

    holders: int | None = None
    pass_rate: float | None = None
    cohort: int | None = None  # how many were assessed, which the rate rests on
    withheld: frozenset[str] = frozenset()  # codes of facts that the issuer keeps to itself
    assessment: tuple[Figure, ...] = ()


Source = Callable[[Collection[uuid.UUID]], Mapping[uuid.UUID, Figures]]
Assessed = Callable[[Collection[uuid.UUID]], Mapping[uuid.UUID, tuple[Figure, ...]]]
UNKNOWN = Figures()


def _nothing(versions: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Figures]:
    del versions  # nobody knows anything about them
    return {}


def _nothing_assessed(
    versions: Collection[uuid.UUID],
) -> Mapping[uuid.UUID, tuple[Figure, ...]]:
    del versions  # nobody has published figures of them
    return {}


_sources: list[Source] = [_nothing]
_assessed: list[Assessed] = [_nothing_assessed]
_words: list[Callable[[str], str]] = [str]


def provide(source: Source) -> None:
    """Take the figures from this function from now on."""
    _sources[0] = source


def provide_assessment(source: Assessed) -> None:
    """Take the published figures of assessments from this function from now on."""
    _assessed[0] = source


def provide_words(function: Callable[[str], str]) -> None:
    """Say the sentences of figures in the reader's language by this function from now on."""
    _words[0] = function


def told(text: str) -> str:
    """A sentence of a figure in the reader's language; one that is not known stays as it is."""
    return _words[0](text)


def figures_of(versions: Collection[uuid.UUID]) -> dict[uuid.UUID, Figures]:
    """The figures of each version, by one question for all."""
    found, published = _sources[0](versions), _assessed[0](versions)
    return {
        one: replace(found.get(one, UNKNOWN), assessment=tuple(published.get(one, ())))
        for one in versions
    }
