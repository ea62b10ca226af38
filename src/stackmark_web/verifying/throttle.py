"""How much one network may ask of us. Counts live in the cache for minutes; no address is kept."""

from __future__ import annotations

import ipaddress
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
