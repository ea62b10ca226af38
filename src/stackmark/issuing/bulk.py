"""Many credentials of one design, signed fast.

Credentials that hold the same members form a mold: the first of a mold goes the general way
(``lint``, then ``secure``); the others go through a template made from it, equal byte for byte.
Whatever could make a difference goes the general way again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackmark.canonical.nquads import IRI
from stackmark.canonical.plan import Deopt
from stackmark.errors import CheckFailed
from stackmark.issuing.award import Award
from stackmark.issuing.builder import Design, build_credential
from stackmark.issuing.lint import UNFIT, lint
from stackmark.issuing.molds import Issuance, Mold, new_mold, outline, values_of
from stackmark.issuing.rows import BadRow, Row
from stackmark.issuing.securing import SELECTIVE, badge_pointers, secure, secure_selective
from stackmark.verification.dates import parse_stamp

__all__ = ["Issuance", "Mint", "fixed_ids", "row_fault"]

_MOLDS: Final = 256  # kept; a file with more kinds of rows goes the general way
_PERIODS: Final = 10_000  # checked pairs of dates kept


class Mint:
    """Signs award after award of one issuance."""

    def __init__(self, issuance: Issuance) -> None:
        self.issuance = issuance
        self._fixed = fixed_ids(issuance.design)
        self._molds: dict[Any, Mold | None] = {}
        self._periods: set[tuple[str, str | None]] = set()

    def sign(self, award: Award) -> bytes:
        """The signed credential: JSON, or a token when the suite is one.

        Raises ``CheckFailed`` as ``lint`` does, ``UsageError`` ``usage.recipient``.
        """
        if award.is_single:
            return self._general(award)[1]
        key = outline(award)
        mold = self._molds.get(key)
        if mold is not None:
            values = values_of(award)
            if self._plain(award, values):
                try:
                    return mold(award, values)
                except Deopt:
                    pass
        unsecured, signed = self._general(award)
        if key not in self._molds and len(self._molds) < _MOLDS:
            self._molds[key] = new_mold(self.issuance, award, unsecured, signed)
        return signed

    def _general(self, award: Award) -> tuple[dict[str, Any], bytes]:
        one = self.issuance
        unsecured = build_credential(one.design, award)
        lint(unsecured)
        if one.suite in SELECTIVE:
            mandatory = badge_pointers(unsecured)
            return unsecured, secure_selective(
                unsecured,
                suite=one.suite,
                signer=one.signer,
                method=one.method,
                created=one.created,
                mandatory=mandatory,
                blinding=award.blinding,
            )
        signed = secure(
            unsecured, suite=one.suite, signer=one.signer, method=one.method, created=one.created
        )
        return unsecured, signed

    def _plain(self, award: Award, values: list[str]) -> bool:
        """Whether the values can neither break what the mold's first credential proved."""
        joined = "".join(values)
        if not joined.isprintable() and UNFIT.search(joined):
            return False
        period = (award.valid_from, award.valid_until)
        if period not in self._periods:
            if not _in_order(*period):
                return False
            if len(self._periods) < _PERIODS:
                self._periods.add(period)
        own = [one.url for one in award.evidence if one.url is not None]
        if award.recipient_id is not None:
            own.append(award.recipient_id)
        if not own and award.id.startswith("urn:uuid:"):
            return True
        own.append(award.id)
        return (
            len(set(own)) == len(own) and self._fixed.isdisjoint(own) and all(map(IRI.match, own))
        )


def _in_order(first: str, last: str | None) -> bool:
    try:
        start = parse_stamp(first, "validFrom")
        return last is None or start <= parse_stamp(last, "validUntil")
    except CheckFailed:
        return False


def _ids(value: Any) -> frozenset[str]:
    """Every id inside a part of the design."""
    if isinstance(value, Mapping):
        own = {value["id"]} if isinstance(value.get("id"), str) else set()
        return frozenset(own).union(*map(_ids, value.values()))
    if isinstance(value, list):
        return frozenset().union(*map(_ids, value))
    return frozenset()


def fixed_ids(design: Design) -> frozenset[str]:
    """Every id that the achievement, the issuer's profile and the files describe."""
    return _ids(design.achievement) | _ids(design.issuer) | _ids(list(design.related))


def row_fault(
    row: Row, fixed: frozenset[str], *, valid_from: str, valid_until: str | None
) -> BadRow | None:
    """What is wrong with a good row for this design only, or nothing.

    ``fixed`` are the ids the design describes (``fixed_ids``): an id described twice has two
    meanings (trap 23). Defaults may put the end before the beginning.
    """
    first, last = row.issued_on or valid_from, row.expires_on or valid_until
    if not _in_order(first, last):
        detail = f"The credential would expire ({last}) before it is issued ({first})."
        return BadRow(row.line, "expires_on", "expiry", detail)
    seen: set[str] = set()
    named = [("recipient_id", row.recipient_id), *(("evidence_url", e.url) for e in row.evidence)]
    for column, one in named:
        if one is None:
            continue
        if one in fixed or one in seen:
            detail = f"{one[:120]} stands for something else already; one address, one thing."
            return BadRow(row.line, column, column.partition("_")[0], detail)
        if not IRI.match(one):
            detail = f"{one[:120]!r} is no absolute address."
            return BadRow(row.line, column, column.partition("_")[0], detail)
        seen.add(one)
    return None
