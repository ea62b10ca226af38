"""The kinds of changes that may need a second person, registered by the rooms they belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from stackmark_web.tenancy.permissions import Permission


@dataclass(frozen=True, slots=True)
class Rules:
    """What needs four eyes at a place: its own policy and those above it, the strictest of each."""

    publishing: bool = False
    keys: bool = False
    revoking: bool = False
    bulk_over: int | None = None
    watched: frozenset[str] = field(default_factory=frozenset)

    @property
    def any(self) -> bool:
        """Whether anything needs a second person here."""
        return self != Rules()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of change.

    ``asked(rules, subject, actor, how)``: whether it needs two here. ``content(subject, how)``:
    what of the thing's state is approved and must still be so when it is done, as JSON.
    ``possible(subject, how)``: raises what the action would, so that nothing waits in vain.
    ``rows(subject, how)``: what will happen, as label, before, after; what only tells what it is
    about has the same in both. ``makers(subject)``: ids of
    accounts that may not approve, besides who asked. ``path(subject)``: a page to look at.
    """

    title: str  # with gettext_noop; %(what)s is the thing's name
    permission: Permission
    organisation: Callable[[Any], Any]
    asked: Callable[[Rules, Any, Any, dict[str, Any]], bool]
    name: Callable[[Any], str] = str
    content: Callable[[Any, dict[str, Any]], Any] = lambda _subject, _how: None
    possible: Callable[[Any, dict[str, Any]], None] = lambda _subject, _how: None
    rows: Callable[[Any, dict[str, Any]], Iterable[tuple[str, str, str]]] = lambda _s, _h: ()
    makers: Callable[[Any], set[Any]] = lambda _subject: set()
    path: Callable[[Any], str] = lambda _subject: ""
    result: Callable[[Any], dict[str, Any]] = lambda _made: {}


_KINDS: Final[dict[str, Kind]] = {}


def register(name: str, kind: Kind) -> None:
    """Say what there is to know of a kind; a name that ends in ``.*`` stands for a family."""
    _KINDS[name] = kind


def kind_of(name: str) -> Kind:
    """What is known of a kind; ``LookupError`` for one nobody registered."""
    found = _KINDS.get(name) or _KINDS.get(f"{name.partition('.')[0]}.*")
    if found is None:
        raise LookupError(f"nobody registered {name} with approvals.registry")
    return found
