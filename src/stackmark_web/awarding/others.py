"""What capabilities above awarding hand in: statements that credentials carry, more bits of lists.

``accrediting`` and ``recognising`` stand above awarding, so they give their functions once at
start. Until then no credential carries a statement, and the lists tell of awards alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Carried:
    """Signed endorsements in token form (Open Badges 3.0, ``endorsementJwt``), by who carries."""

    issuer: tuple[str, ...] = ()
    achievement: tuple[str, ...] = ()


Statements = Callable[[Any, Any], Carried]
Withdrawn = Callable[[Any], Iterable[int]]


def _no_statements(version: Any, organisation: Any) -> Carried:
    del version, organisation  # nobody states anything
    return Carried()


def _nothing_withdrawn(status_list: Any) -> Iterable[int]:
    del status_list  # no index is in other hands
    return ()


_statements: list[Statements] = [_no_statements]
_withdrawn: list[Withdrawn] = [_nothing_withdrawn]


def provide(statements: Statements, withdrawn: Withdrawn) -> None:
    """Ask these functions from now on."""
    _statements[0], _withdrawn[0] = statements, withdrawn


def also_withdrawn(function: Withdrawn) -> None:
    """Ask this one too which indexes of a list are in its hands and withdrawn."""
    if function not in _withdrawn:
        _withdrawn.append(function)


def carried(version: Any, organisation: Any) -> Carried:
    """What credentials of a version awarded by ``organisation`` carry from now on."""
    return _statements[0](version, organisation)


def withdrawn(status_list: Any) -> Iterable[int]:
    """Indexes of a revocation list whose holders are not awards and were withdrawn."""
    return [index for function in _withdrawn for index in function(status_list)]


def with_tokens(part: Mapping[str, Any], tokens: tuple[str, ...]) -> dict[str, Any]:
    """A Profile or Achievement with the statements about it inside."""
    return dict(part) | ({"endorsementJwt": list(tokens)} if tokens else {})


Publication = Callable[[Any, int], None]
_published: list[Publication] = []


def on_published(function: Publication) -> None:
    """Call ``function(row, version)`` after each publication of a pair of lists."""
    if function not in _published:
        _published.append(function)


def tell_published(row: Any, version: int) -> None:
    """A version of a pair of lists is out."""
    for function in _published:
        function(row, version)
