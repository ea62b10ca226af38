"""How much one network may ask of us. Counts live in the cache for minutes; no address is kept.

``wait_for`` counts each request in the database. ``Allowances`` is for those that come in swarms:
it takes a block of them out of the same count at once and spends it in the process. What a process
holds and does not spend is lost to the network that asked, so the limit is never passed.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any, Final

from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from stackmark_web import clock

WINDOW: Final = 600  # seconds
ANONYMOUS: Final = settings.VERIFY_LIMIT  # 2,000: a list of 500 links and some more, in a window
KNOWN: Final = 8_000  # the same for a person who signed in
LINK_COST: Final = 3  # a link makes us fetch, so it counts more
KEEP_COST: Final = 10  # a record stays
_BLOCK: Final = 500  # requests a process takes out of a count at once, at most
_NETWORKS: Final = 10_000  # of which a process remembers its block
BYTES: Final = 256 * 1024  # a large document counts as so many of this size


def wait_for(request: HttpRequest, cost: int) -> int:
    """Count ``cost`` for whoever asks: 0 when it is allowed, else the seconds to wait."""
    who, limit = _who(request)
    window, passed = _window()
    return WINDOW - passed if _count(who, window, cost) > limit else 0


def _window() -> tuple[int, int]:
    """Which span of time it is, and how many seconds of it are over."""
    return divmod(int(clock.now().timestamp()), WINDOW)


def _count(who: str, window: int, cost: int) -> int:
    """Add to a count that all processes share; what it is now."""
    key = f"verifying:{who}:{window}"
    cache.add(key, 0, WINDOW)
    try:
        return int(cache.incr(key, cost))
    except ValueError:  # it went out of the cache just now
        return 0


@dataclass(slots=True)
class _Block:
    """What a process may still spend for one network in one window."""

    window: int
    left: int  # below zero: nothing more in this window


class Allowances:
    """Requests of anonymous networks, counted by the block; for one process and its threads."""

    def __init__(self) -> None:
        self._blocks: OrderedDict[str, _Block] = OrderedDict()
        self._lock = Lock()

    def take(self, who: str) -> bool:
        """Spend one of a network's (``network_of_environ``); False when there is none left."""
        window, _passed = _window()
        with self._lock:
            block = self._blocks.get(who)
            if block is None or block.window != window or not block.left:
                block = self._blocks[who] = _Block(window, self._reserve(who, window))
                if len(self._blocks) > _NETWORKS:
                    self._blocks.popitem(last=False)
            if block.left < 0:
                return False
            block.left -= 1
            return True

    def give_back(self, who: str) -> None:
        """The one just taken is counted elsewhere."""
        with self._lock:
            if who in self._blocks and self._blocks[who].left >= 0:
                self._blocks[who].left += 1

    @staticmethod
    def _reserve(who: str, window: int) -> int:
        size = max(1, min(_BLOCK, ANONYMOUS // 20))
        return size if _count(who, window, size) <= ANONYMOUS else -1


def network_of_environ(environ: dict[str, Any]) -> str:
    """Who asks, from a WSGI environment; the same as for Django's requests."""
    return _named(environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", ""))


@lru_cache(maxsize=4_096)
def _named(address: str, forwarded: str) -> str:
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": address, "HTTP_X_FORWARDED_FOR": forwarded}
    return _digest(network_of(address_of(request)))


def cost_of(items: list[Any]) -> int:
    """What a set of documents costs."""
    return sum(LINK_COST if item.url else 1 + len(item.data or b"") // BYTES for item in items)


def _who(request: HttpRequest) -> tuple[str, int]:
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"user-{user.pk}", KNOWN
    return _digest(network_of(address_of(request))), ANONYMOUS


def address_of(request: HttpRequest) -> str:
    """Whose request it is, behind as many proxies as the operator said there are."""
    try:
        return get_client_ip(request) or ""
    except ImproperlyConfigured:  # fewer proxies than said: one allowance for all such requests
        return ""


def network_of(address: str) -> str:
    """The network an address belongs to: an IPv4 address, the first 64 bits of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if found.version == 4:
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))


def _digest(network: str) -> str:
    return salted_hmac("stackmark.verifying.throttle", network).hexdigest()[:32]
