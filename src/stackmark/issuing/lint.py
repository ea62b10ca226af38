"""What must hold before anything is signed: the verifier's own checks, and stricter ones.

A verifier has to take what others wrote; an issuer can avoid whatever two programs might read in
two ways (reference/performance.md, traps 7, 8 and 12).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackmark.canonical.nquads import Quad
from stackmark.errors import CheckFailed
from stackmark.proofs.suites import Canonicals
from stackmark.reading.received import types_of
from stackmark.verification.dates import parse_stamp
from stackmark.verification.schema import check_schema, family_of
from stackmark.verification.structure import as_list, check_context, check_format

_MAX_SAFE: Final = 2**53
_SMALLEST: Final = 1e-6  # below it some writers of JSON-LD print 0
# Controls but tab and line feed; code points that are no characters; halves of characters.
UNFIT: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
    + "]"
)
_ORDERED: Final = (("validFrom", "validUntil"), ("activityStartDate", "activityEndDate"))


def lint(unsecured: dict[str, Any], *, inline: bool = False) -> list[Quad]:
    """Whether a credential may be signed; its statements come back, for they were worked out.

    ``inline`` lets contexts be written into it, as ``check_context`` has it, and base directions
    stand in it, which the data model allows and not all programs sign alike.

    Raises ``CheckFailed`` naming the place: ``format.…``, ``context.…``, ``schema.…``,
    ``lossless.…``, ``validity.…``; ``lossless.text`` and ``lossless.number`` for values that
    not all programs read alike.
    """
    if "proof" in unsecured:
        raise CheckFailed("format.proof", "It has a proof already; sign the document without it.")
    check_format(unsecured)
    check_context(unsecured, types=types_of(unsecured), inline=inline)
    family = family_of(unsecured)
    if family is not None:
        check_schema(unsecured, family)
    for place, value in _leaves(unsecured, ""):
        _check_leaf(place, value)
        if place.endswith("/@direction") and not inline:
            raise CheckFailed(
                "lossless.direction",
                f"At {place}: not all programs sign a base direction alike; leave it out.",
            )
    quads = Canonicals(unsecured).quads
    _check_dates(unsecured)
    return quads


def _leaves(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Every member name and value that is not a container, with its JSON pointer."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield place, name
            yield from _leaves(inner, f"{place}/{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{place}/{number}")
    else:
        yield place, value


def _check_leaf(place: str, value: Any) -> None:
    if isinstance(value, str):
        found = UNFIT.search(value)
        if found:
            raise CheckFailed(
                "lossless.text",
                f"At {place or '/'}: U+{ord(found[0]):04X} is no character that can be signed and "
                "shown faithfully; remove it.",
            )
    elif isinstance(value, int | float) and not isinstance(value, bool):
        size = abs(value)
        plain = (
            float(f"{value:.15g}") == value
        )  # more digits are rounded one way here, another there
        if not plain or not (size == 0 or _SMALLEST <= size <= _MAX_SAFE):
            raise CheckFailed(
                "lossless.number",
                f"At {place}: not all programs read the number {value} alike; write it as text.",
            )


def _check_dates(unsecured: Mapping[str, Any]) -> None:
    for holder in (unsecured, *as_list(unsecured.get("credentialSubject"))):
        for first, last in _ORDERED:
            if first in holder and last in holder:
                start = parse_stamp(holder[first], first)
                if parse_stamp(holder[last], last) < start:
                    raise CheckFailed(
                        "validity.order", f"{last} lies before {first}; exchange or mend them."
                    )
