"""Bodies read strictly, and query parameters nobody knows refused by name (A91)."""

from __future__ import annotations

import json
from collections.abc import Container
from typing import Any, NoReturn

import orjson
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from stackmark_web.api.problems import Problem


class StrictParser(Parser):  # type: ignore[misc]  # ninja ships no types for it
    """JSON without duplicate members, NaN, lone surrogates or U+0000, and not too deep."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body. Raises ``Problem``."""
        return strict(request.body)


def strict(body: bytes) -> Any:
    """The JSON in ``body``. Raises ``Problem`` ``bad-request`` naming what is wrong."""
    if b"\\u0000" in body:
        raise Problem("bad-request", "The character U+0000 cannot be kept.")
    try:
        orjson.loads(body)  # stricter than the standard library about encoding and depth
        return json.loads(body, object_pairs_hook=_members, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Problem(
            "bad-request", "The body is no JSON that can be read without doubt."
        ) from None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Problem("bad-request", f'The member "{twice[:80]}" is there twice.')
    return found


def _no_constant(_name: str) -> NoReturn:
    raise ValueError


def check_query(request: HttpRequest, known: Container[str]) -> None:
    """Refuse query parameters that are not known, are there twice or hold U+0000."""
    _check_each(request.GET, known, "query.")
    for name, value in request.GET.items():
        if "\0" in value:
            _refuse(f"query.{name}", "The character U+0000 cannot be kept.")


def check_parts(request: HttpRequest, texts: Container[str]) -> None:
    """Refuse parts of a form that are not known, and those that are there twice.

    ``texts`` may stand beside the file in the part ``file``.
    """
    _check_each(request.POST, texts, "#/")
    _check_each(request.FILES, {"file"}, "#/")


def _check_each(given: MultiValueDict[str, Any], known: Container[str], before: str) -> None:
    for name, values in given.lists():
        if name not in known:
            _refuse(f"{before}{name[:80]}", f'"{name[:80]}" is not known here; leave it out.')
        if len(values) > 1:
            _refuse(f"{before}{name}", "Say it once.")


def _refuse(pointer: str, detail: str) -> NoReturn:
    raise Problem("invalid", errors=[{"pointer": pointer, "detail": detail}])
