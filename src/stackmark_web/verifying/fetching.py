"""What a check on this server may ask for: our own addresses from inside, all else by one fetcher.

Nothing here makes a request to ourselves: an address below ``IDENTITY_URL`` or ``PUBLIC_URL`` is
answered by the function a capability registered for its path, or not at all. Everything else goes
out through ``stackmark.adapters.fetcher.HttpFetcher`` with its limits.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cache
from threading import Lock
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.core.signals import setting_changed

from stackmark.adapters.documents import CachingFetcher, CountingFetcher
from stackmark.adapters.fetcher import HttpFetcher
from stackmark.adapters.urls import shorten
from stackmark.errors import CouldNotTell
from stackmark.ports import Fetcher

Provider = Callable[[str, Mapping[str, str]], bytes | None]
"""Path and query of one of our addresses to the bytes a machine gets there; None: not there."""

RECENT_SECONDS: Final = 30.0
RECENT_BYTES: Final = 16 * 1024 * 1024
PATIENCE: Final = 30.0  # seconds a single check may spend on the network in all
_PROVIDERS: Final[dict[str, Provider]] = {}
_OUTSIDE: Final = HttpFetcher()  # safe to share; a test puts another in its place
_PLAIN_PATH: Final = re.compile(r"/[A-Za-z0-9/_.-]*[A-Za-z0-9]")
# What would tell a stranger about our own network is told as one and the same answer.
_UNTOLD: Final = frozenset({"fetch.address", "fetch.dns"})


def provide(prefix: str, function: Provider) -> None:
    """Answer our own addresses whose path begins with ``prefix`` from inside.

    ``function(path, query)`` gives the bytes a machine without any rights would get there, or
    ``None``. The longest prefix wins.
    """
    _PROVIDERS[prefix] = function


def own_path(url: str) -> tuple[str, dict[str, str]] | None:
    """Path and query of ``url`` when it is one of our addresses, else None."""
    for base in _bases():
        rest = url.removeprefix(base)
        if rest != url and (not rest or rest[0] in "/?#"):
            if _PLAIN_PATH.fullmatch(rest):
                return rest, {}
            return _taken_apart(rest)
    return None


@cache
def _bases() -> tuple[str, str]:
    """Asked several times in each check; ``settings`` takes a microsecond for each name."""
    return settings.IDENTITY_URL, settings.PUBLIC_URL


setting_changed.connect(lambda **_named: _bases.cache_clear(), weak=False)  # in tests


def _taken_apart(rest: str) -> tuple[str, dict[str, str]]:
    """Path and query; a path that nobody serves for what cannot be read."""
    try:
        parts = urlsplit(rest)
        return parts.path or "/", dict(parse_qsl(parts.query, max_num_fields=20))
    except ValueError:
        return "", {}


class Recent:
    """What came from outside within the last ``RECENT_SECONDS``, for ``verifying.fast``."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def keep(self, url: str, data: bytes) -> None:
        """Remember an answer; the oldest make room."""
        with self._lock:
            self._drop(url)
            self._kept[url] = (time.monotonic(), data)
            self._size += len(data)
            while self._size > RECENT_BYTES:
                self._drop(next(iter(self._kept)))

    def get(self, url: str) -> bytes | None:
        """The answer, if it is recent."""
        found = self._kept.get(url)
        if found is None or time.monotonic() - found[0] > RECENT_SECONDS:
            return None
        return found[1]

    def _drop(self, url: str) -> None:
        _when, data = self._kept.pop(url, (0.0, b""))
        self._size -= len(data)


RECENT: Final = Recent()


class ServerFetcher:
    """A ``ports.Fetcher``: our own documents from inside, all others through ``outside``."""

    def __init__(self, outside: Fetcher | None = None, *, patience: float = PATIENCE) -> None:
        self._outside = outside or _OUTSIDE
        self._patience = patience
        self._spent = 0.0

    def fresh(self) -> None:
        """Another source begins: its time on the network counts from here."""
        self._spent = 0.0

    def fetch(self, url: str) -> bytes:
        """The bytes behind ``url``. Raises ``CouldNotTell`` with a reason ``fetch.…``."""
        own = own_path(url)
        if own is not None:
            return _inside(url, *own)
        if self._spent >= self._patience:
            raise CouldNotTell(
                "fetch.timeout",
                f'"{shorten(url)}" was not asked: the addresses before it took too long.',
            )
        return self._ask(url)

    def _ask(self, url: str) -> bytes:
        begun = time.monotonic()
        try:
            found = self._outside.fetch(url)
        except CouldNotTell as error:
            raise _discreet(url, error) from None
        finally:
            self._spent += time.monotonic() - begun
        RECENT.keep(url, found)
        return found


def _inside(url: str, path: str, query: Mapping[str, str]) -> bytes:
    """What we publish at ``path``; the answer to all that is not there is the same."""
    prefixes = sorted(filter(path.startswith, _PROVIDERS), key=len, reverse=True)
    found = _PROVIDERS[prefixes[0]](path, query) if prefixes else None
    if found is None:
        raise CouldNotTell("fetch.status", f'There is no document at "{shorten(url)}".')
    return found


def _discreet(url: str, error: CouldNotTell) -> CouldNotTell:
    """The error without anything about the network this server stands in."""
    if error.reason not in _UNTOLD:
        return error.again()
    return CouldNotTell("fetch.dns", f'"{shorten(url)}" is not known on the open internet.')


class OwnFiles:
    """What is at hand on this server: our own published documents, nothing from outside."""

    def fetch(self, url: str) -> bytes:
        """The bytes at one of our addresses; ``CouldNotTell`` ``fetch.…`` for all others."""
        own = own_path(url)
        if own is None:
            raise CouldNotTell("fetch.not-given", f'"{shorten(url)}" is not kept on this server.')
        return _inside(url, *own)


OWN_FILES: Final = OwnFiles()


class CheckFetcher:
    """What one run of checks uses: remembers answers, counts requests for each source anew."""

    def __init__(self, outside: Fetcher | None = None) -> None:
        self._server = ServerFetcher(outside)
        self._counter = CountingFetcher(CachingFetcher(self._server))

    def next_source(self) -> None:
        """Another document begins: limits on requests and time count from here."""
        self._counter.count = 0
        self._server.fresh()

    def fetch(self, url: str) -> bytes:
        """As ``ServerFetcher.fetch``; also ``CouldNotTell`` ``fetch.too-many``."""
        return self._counter.fetch(url)


def server_fetcher() -> CheckFetcher:
    """A fetcher for one request or one chunk of a run; never kept longer: answers get old."""
    return CheckFetcher()
