"""Which network addresses a stranger's document may make us connect to.

The table is our own: ``ipaddress.is_global`` of Python 3.11 calls NAT64, 6to4, site-local and
multicast forms of internal addresses global. It follows the IANA special-purpose registries
(RFC 6890 and its successors) and refuses more than they do, never less.
"""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

_V4_FORBIDDEN: Final = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network, unspecified
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers; holds a cloud metadata service
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's platform service on a public-looking address
        "169.254.0.0/16",  # link-local; cloud metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; holds a cloud metadata service
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112 sink
        "192.52.193.0/24",  # multicast relays
        "192.88.99.0/24",  # 6to4 relays, withdrawn
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112 sink
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)

# Everything outside this block is loopback, compatible, link-local, site-local, unique local,
# multicast, discard, segment routing or not given out yet.
_V6_UNICAST: Final = IPv6Network("2000::/3")
_V6_FORBIDDEN: Final = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, withdrawn: any IPv4 address can stand inside
        "2620:4f:8000::/48",  # AS112 sink
        "3ffe::/16",  # the 6bone, given back
        "3fff::/20",  # documentation
    )
)

# The two ways of writing an IPv4 address in IPv6 that networks still hand out. Teredo, 6to4,
# IPv4-compatible and the local NAT64 block 64:ff9b:1::/48 are refused whatever stands inside.
_V6_CARRIERS: Final = (
    IPv6Network("::ffff:0:0/96"),  # IPv4-mapped, RFC 4291 section 2.5.5.2
    IPv6Network("64:ff9b::/96"),  # NAT64, RFC 6052 section 2.1
)


def is_public(address: str | IPv4Address | IPv6Address) -> bool:
    """Whether ``address`` belongs to the open internet and to one host there.

    Text must be the canonical dotted or colon form; anything else, a zone id included, is
    not public. Raises nothing.
    """
    parsed = _parse(address) if isinstance(address, str) else address
    if isinstance(parsed, IPv4Address):
        return not any(parsed in block for block in _V4_FORBIDDEN)
    if parsed is None or parsed.scope_id is not None:
        return False
    if any(parsed in block for block in _V6_CARRIERS):
        return is_public(IPv4Address(int(parsed) & 0xFFFF_FFFF))
    return parsed in _V6_UNICAST and not any(parsed in block for block in _V6_FORBIDDEN)


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return IPv6Address(text) if ":" in text else IPv4Address(text)
    except AddressValueError:
        return None
