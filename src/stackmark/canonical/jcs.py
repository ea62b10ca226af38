"""JSON Canonicalization Scheme, RFC 8785."""

from __future__ import annotations

from typing import Any, Final

import orjson

from stackmark.canonical.numbers import ecmascript
from stackmark.errors import CheckFailed

_SAFE: Final = 2**53


def jcs(value: Any) -> bytes:
    """The canonical bytes of a JSON value.

    orjson's sorted keys are right as long as no float, no big integer and no key beyond the
    BMP is in it (UTF-16 order differs from code point order there); the rest is written here.
    Raises ``CheckFailed`` ``proof.not-json`` for values JSON does not know.
    """
    if _plain(value):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return _write(value).encode()


def _plain(value: Any) -> bool:
    """Whether orjson's order and numbers are JCS's too; level by level, as this is a hot path."""
    level = [value]
    names: set[str] = set()
    while level:
        below: list[Any] = []
        for one in level:
            kind = one.__class__
            if kind is str:
                continue
            if kind is dict:
                names.update(one)
                below += one.values()
            elif kind is list:
                below += one
            elif kind is int:
                if not -_SAFE <= one <= _SAFE:
                    return False
            elif kind is not bool and one is not None:
                return False
        level = below
    return max("".join(names), default="") <= "\uffff"


def _write(value: Any) -> str:
    kind = value.__class__
    if kind is dict:
        items = sorted(value.items(), key=lambda item: item[0].encode("utf-16-be"))
        return "{" + ",".join(f"{_text(key)}:{_write(item)}" for key, item in items) + "}"
    if kind is list:
        return "[" + ",".join(map(_write, value)) + "]"
    if kind is int or kind is float:
        return ecmascript(value)
    if kind is str or kind is bool or value is None:
        return _text(value)
    raise CheckFailed("proof.not-json", f"{kind.__name__} is no JSON value.")


def _text(value: Any) -> str:
    return orjson.dumps(value).decode()
