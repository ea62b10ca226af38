"""``data:`` addresses (RFC 2397) of JSON: a resource that travels inside what refers to it."""

from __future__ import annotations

import base64
import binascii
from typing import Final

from stackmark.errors import ReadError

JSON_PREFIX: Final = "data:application/json;base64,"


def data_address(data: bytes) -> str:
    """The address that holds these bytes of JSON."""
    return JSON_PREFIX + base64.b64encode(data).decode()


def data_of(address: str) -> bytes | None:
    """The bytes in an address of JSON; ``None`` for any other address.

    Raises ``ReadError`` ``read.data-address`` when it cannot be decoded.
    """
    if not address.startswith(JSON_PREFIX):
        return None
    try:
        return base64.b64decode(address[len(JSON_PREFIX) :], validate=True)
    except (binascii.Error, ValueError):
        raise ReadError("read.data-address", "A data: address cannot be decoded.") from None
