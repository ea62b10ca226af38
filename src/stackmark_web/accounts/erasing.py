"""Who holds data of a person: each capability registers what removes its share.

Erasure calls every registered function inside one transaction (``accounts.erasure``), those of
the upper rooms first, so that what points at something goes before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from stackmark_web.ui.text import isolated

Eraser = Callable[[Any], dict[str, int]]  # a user; what was removed, by kind
Obstacle = Callable[[Any], list[str]]  # a user; sentences that say what must be done first
Staying = Callable[[Any], "list[Stay]"]  # a user; what is kept, and why
Remover = Callable[[str], None]  # a name within a store on disk; a second time nothing happens

_ERASERS: Final[dict[str, Eraser]] = {}
_OBSTACLES: Final[dict[str, Obstacle]] = {}
_STAYING: Final[dict[str, Staying]] = {}
_STORES: Final[dict[str, Remover]] = {}
_FILES: Final[ContextVar[list[tuple[str, str]] | None]] = ContextVar("files", default=None)


@dataclass(frozen=True, slots=True)
class Stay:
    """Something that an erasure leaves, in words for the person.

    ``words`` fill the holes of ``what``; ``reason`` is in the words of whoever keeps it.
    """

    what: str
    why: str
    words: Mapping[str, object] = field(default_factory=dict)
    reason: str = ""

    @property
    def told(self) -> str:
        """What stays, for a terminal."""
        return self.what % self.words if self.words else self.what

    @property
    def html(self) -> SafeString:
        """The same for a page: names cannot turn the sentence around them."""
        if not self.words:
            return format_html("{}", self.what)
        apart = {name: _apart(word) for name, word in self.words.items()}
        return mark_safe(escape(self.what) % apart)  # noqa: S308 - all parts are escaped


def _apart(word: object) -> object:
    return isolated(word) if isinstance(word, str) else word


def eraser(name: str) -> Callable[[Eraser], Eraser]:
    """Register a function that removes what the capability ``name`` holds about a person.

    It runs inside the transaction of the erasure, may run twice, and returns how many things of
    each kind it removed. Files it names by ``leave_file`` are removed after the commit.
    """

    def register(function: Eraser) -> Eraser:
        _ERASERS[name] = function
        return function

    return register


def obstacle(name: str) -> Callable[[Obstacle], Obstacle]:
    """Register a function that says why a person cannot be erased yet."""

    def register(function: Obstacle) -> Obstacle:
        _OBSTACLES[name] = function
        return function

    return register


def staying(name: str) -> Callable[[Staying], Staying]:
    """Register a function that says what of a person is kept after an erasure."""

    def register(function: Staying) -> Staying:
        _STAYING[name] = function
        return function

    return register


def store(name: str) -> Callable[[Remover], Remover]:
    """Register how one file of a store on disk is removed, unless something still needs it."""

    def register(function: Remover) -> Remover:
        _STORES[name] = function
        return function

    return register


def erasers() -> dict[str, Eraser]:
    """What is registered, by name, the upper rooms first."""
    return dict(reversed(_ERASERS.items()))


def obstacles(user: Any) -> list[str]:
    """What has to be done before this person's account can go."""
    return [sentence for one in _OBSTACLES.values() for sentence in one(user)]


def what_stays(user: Any) -> list[Stay]:
    """What is kept after this person's erasure."""
    return [stay for one in _STAYING.values() for stay in one(user)]


def leave_file(store_name: str, names: Iterable[str]) -> None:
    """Files of a store to remove once the erasure that is running has been committed."""
    kept = _FILES.get()
    if kept is not None:
        kept.extend((store_name, name) for name in names)


@contextmanager
def noting_files() -> Iterator[list[tuple[str, str]]]:
    """Within it, ``leave_file`` notes in the list that is given."""
    noted: list[tuple[str, str]] = []
    mark = _FILES.set(noted)
    try:
        yield noted
    finally:
        _FILES.reset(mark)


def remove_file(store_name: str, name: str) -> None:
    """Remove one file now. Raises ``OSError``; a store nobody registered is a fault."""
    _STORES[store_name](name)


def without(value: Any, words: Iterable[str]) -> Any:
    """JSON in which none of these words stands in any text; whatever letters they are in."""
    wanted = sorted({word.casefold() for word in words if len(word) > 2}, key=len, reverse=True)
    return _without(value, wanted)


def _without(value: Any, words: list[str]) -> Any:
    if isinstance(value, dict):
        return {_blank(key, words): _without(one, words) for key, one in value.items()}
    if isinstance(value, list):
        return [_without(one, words) for one in value]
    return _blank(value, words) if isinstance(value, str) else value


def _blank(text: str, words: list[str]) -> str:
    folded = text.casefold()
    if not any(word in folded for word in words):
        return text
    if len(folded) != len(text):  # folding moved the places: nothing of it stays
        return "…"
    for word in words:
        while word in folded:
            at = folded.index(word)
            text = f"{text[:at]}…{text[at + len(word) :]}"
            folded = text.casefold()
    return text
