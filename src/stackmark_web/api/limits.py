"""How much one token or network may ask for, in whole minutes (docs/reference/api.md#limits).

The count is kept in the cache all processes share. So that not every request writes there, a
process takes a twentieth of a minute's allowance at a time; all of them together never give more
than the limit.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from stackmark_web import clock
from stackmark_web.verifying.throttle import address_of, network_of

WINDOW: Final = 60  # seconds
READS: Final = 600  # GET and HEAD of one token
WRITES: Final = 240  # everything else of one token
CHECKS: Final = 120_000  # POST /verify with a token
WRONG: Final = 30  # wrong tokens of one network
_SHARE: Final = 20
_COUNTED: Final = "stackmark.rate"  # in the environment of a request that was counted
_HELD: Final[dict[str, tuple[int, int, int]]] = {}  # key: window, left here, taken in all
_LOCK: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Rate:
    """An allowance as it stands after a request."""

    name: str
    limit: int
    left: int
    reset: int  # seconds
    over: bool = False

    def headers(self) -> dict[str, str]:
        """The fields of the IETF draft (RateLimit, RateLimit-Policy) and their older names."""
        found = {
            "RateLimit-Policy": f'"{self.name}";q={self.limit};w={WINDOW}',
            "RateLimit": f'"{self.name}";r={self.left};t={self.reset}',
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.left),
            "RateLimit-Reset": str(self.reset),
        }
        return found | ({"Retry-After": str(self.reset)} if self.over else {})


def anonymous() -> int:
    """How many documents a network may have checked in a minute without a token; 0: no limit."""
    return int(settings.VERIFY_PER_MINUTE)


def take(name: str, who: str, limit: int) -> Rate:
    """Count one request of ``who`` under an allowance."""
    window, passed = divmod(int(clock.now().timestamp()), WINDOW)
    reset = WINDOW - passed
    if not limit:
        return Rate(name, 0, 0, reset)
    key = f"api:{name}:{who}"
    held = _one(key, window)
    if held is None:
        more = _more(f"{key}:{window}", limit)  # outside the lock: it asks the database
        held = _one(key, window, more)
    if held is None:
        return Rate(name, limit, 0, reset, over=True)
    left, taken = held
    return Rate(name, limit, max(0, limit - taken) + left, reset)


def _one(key: str, window: int, more: tuple[int, int] = (0, 0)) -> tuple[int, int] | None:
    """Use one of what this process holds, and ``more``: what is left here, and taken in all."""
    with _LOCK:
        held, left, taken = _HELD.get(key, (window, 0, 0))
        if held != window:
            left = taken = 0
        left, taken = left + more[0], max(taken, more[1])
        _HELD[key] = (window, max(0, left - 1), taken)
        _forget_old(window)
    return (left - 1, taken) if left else None


def _more(key: str, limit: int) -> tuple[int, int]:
    """Another share of the allowance: how many are ours now, how many are taken in all."""
    share = max(1, math.ceil(limit / _SHARE))
    cache.add(key, 0, 2 * WINDOW)
    try:
        taken = cache.incr(key, share)
    except ValueError:  # it went out of the cache just now
        taken = share
    return max(0, min(share, limit - (taken - share))), min(taken, limit)


def _forget_old(window: int) -> None:
    if len(_HELD) > 5_000:
        for key in [key for key, held in _HELD.items() if held[0] != window]:
            del _HELD[key]


def forget() -> None:
    """Begin anew, for tests."""
    with _LOCK:
        _HELD.clear()


def of_nobody(environ: dict[str, Any]) -> Rate:
    """Count a check without a token, once for a request whoever asks first (``registry.front``)."""
    rate = environ.get(_COUNTED)
    if not isinstance(rate, Rate):
        who = _network(environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", ""))
        rate = environ[_COUNTED] = take("network", who, anonymous())
    return rate


def before_django(environ: dict[str, Any]) -> tuple[tuple[str, str], ...] | None:
    """The gate of ``registry.front``: the headers of an answer; None leaves it to Django.

    Whoever sends a token, right or wrong, and whoever asks too often is answered there.
    """
    if "HTTP_AUTHORIZATION" in environ:
        return None
    rate = of_nobody(environ)
    if rate.over:
        return None
    return tuple(rate.headers().items()) if rate.limit else ()


def network(request: HttpRequest) -> str:
    """Whose network a request comes from, not to be read back."""
    return _network(
        request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", "")
    )


@lru_cache(maxsize=4_096)
def _network(address: str, forwarded: str) -> str:
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": address, "HTTP_X_FORWARDED_FOR": forwarded}
    found = network_of(address_of(request))
    return salted_hmac("stackmark.api.limits", found).hexdigest()[:32]
