"""Registers that somebody publishes: a trust register as a signed, dated list.

A compact JWS (RFC 7515) of type ``stackmark-register+jwt``. Its payload is the register's JSON with
``iss`` (who publishes it, a DID), ``name``, ``iat`` and ``exp`` (NumericDate, RFC 7519): a list
without an end would be believed for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from stackmark.errors import ReadError, UsageError
from stackmark.model.strict_json import parse_json
from stackmark.ports import Signer
from stackmark.proofs.jose import REGISTER, Jws, check_members, parse_compact, sign_compact
from stackmark.trust.register import Register

_LONGEST_DAYS: Final = 400


@dataclass(frozen=True, slots=True)
class SignedRegister:
    """A register with who publishes it and when it holds; not yet verified."""

    register: Register
    by: str
    name: str
    start: datetime
    end: datetime
    jws: Jws


def is_signed(data: bytes) -> bool:
    """Whether it may be a signed register rather than the JSON of one."""
    return data.lstrip()[:3] == b"eyJ"


def open_register(data: bytes) -> SignedRegister:
    """Take a signed register apart; the signature is for ``verification.registers`` to check.

    Raises ``ReadError`` ``read.register``, what the header's members raise (``CheckFailed``), and
    ``UsageError`` ``usage.trust`` for a wrong entry.
    """
    jws = parse_compact(data.strip())
    if jws.header.get("typ") != REGISTER:
        raise ReadError("read.register", "The token is no trust register by its type.")
    check_members(jws.header)
    tree = parse_json(jws.payload)
    if not isinstance(tree, dict) or not isinstance(tree.get("iss"), str):
        raise ReadError("read.register", "The register does not say who publishes it (iss).")
    start, end = _instant(tree, "iat"), _instant(tree, "exp")
    inner = orjson.dumps({"issuers": tree.get("issuers")})
    name = tree.get("name")
    return SignedRegister(
        Register.parse(inner),
        tree["iss"],
        name if isinstance(name, str) else tree["iss"],
        start,
        end,
        jws,
    )


def sign_register(
    tree: Mapping[str, Any],
    *,
    by: str,
    kid: str,
    signer: Signer,
    start: datetime,
    end: datetime,
    name: str = "",
) -> bytes:
    """A register's JSON as a signed list.

    Raises ``UsageError`` ``usage.trust`` when an entry is wrong or the time is over 400 days.
    """
    Register.parse(orjson.dumps(dict(tree)))
    if not 0 < (end - start).total_seconds() <= _LONGEST_DAYS * 86_400:
        raise UsageError(
            "usage.trust", f"A signed register holds for 1 to {_LONGEST_DAYS} days, no longer."
        )
    payload = {"iss": by, "iat": int(start.timestamp()), "exp": int(end.timestamp()), **tree}
    if name:
        payload["name"] = name
    return sign_compact(orjson.dumps(payload), signer=signer, typ=REGISTER, kid=kid).encode()


def _instant(tree: Mapping[str, Any], name: str) -> datetime:
    value = tree.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**11:
        raise ReadError("read.register", f"The register's {name} is no time in seconds.")
    return datetime.fromtimestamp(value, UTC)
