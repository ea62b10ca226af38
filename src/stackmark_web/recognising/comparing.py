"""What an evaluator's five rows are filled from: the received bytes, and the target's record."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark.exchange.formats import read_record
from stackmark.model.record import Record
from stackmark.recognition import decision as library
from stackmark.recognition.comparison import compare
from stackmark.recognition.portfolio import Portfolio, compare_portfolio
from stackmark.recognition.rows import Comparison
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.passport.contents import Contents
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.models import Source
from stackmark_web.verifying import queries as verifying


@dataclass(frozen=True, slots=True)
class Held:
    """A received credential as a record; ``missing`` files it is bound to were not at hand."""

    record: Record
    missing: tuple[str, ...] = ()


def read_held(data: bytes) -> Held:
    """The record of a credential's bytes, with the facts file it is bound to where we have it.

    Raises ``StackmarkError`` with a sentence for what no format knows.
    """
    tree = Contents(data).tree
    found = read_record(tree, resources=verifying.bound_files(tree))
    return Held(found.record, found.missing)


def bound_source(data: bytes) -> library.Source:
    """What a decision about these bytes names. Raises ``Problem`` where nobody could name it."""
    try:
        return library.source_of(read_held(data).record, data)
    except StackmarkError as error:
        if error.reason == "recognition.unnamed":
            raise Problem(
                "holdings",
                _("It has no id of its own or of its issuer, so no decision could name it."),
            ) from None
        raise Problem("holdings", _("It cannot be compared: %s") % error.detail) from None


def source_of(source: Source) -> library.Source:
    """The same of a stored source, of either kind."""
    if source.portfolio:
        return library.Source(
            kind="portfolio",
            id=str(source.portfolio.get("id") or f"urn:uuid:{source.pk}"),
            sha256=hashlib.sha256(portfolio_bytes(source)).hexdigest(),
        )
    return bound_source(bytes(source.data or b""))


def portfolio_bytes(source: Source) -> bytes:
    """An assessed portfolio as the bytes that a decision's digest is over."""
    return orjson.dumps(source.portfolio, option=orjson.OPT_SORT_KEYS)


def prefilled(source: Source) -> Comparison:
    """The five rows as they are proposed. Raises ``StackmarkError``."""
    wanted = wanted_record(source)
    if source.portfolio:
        return compare_portfolio(Portfolio.from_json(source.portfolio), wanted)
    return compare(read_held(bytes(source.data or b"")).record, wanted)


def wanted_record(source: Source) -> Record:
    """What it is to count for."""
    return catalogue.record_of(source.request.target)


def target_id(version: Any) -> str:
    """The id of a version: its public address, as its credentials carry it."""
    return str(version.signable["id"])


def held_outcomes(source: Source) -> tuple[str, ...]:
    """The outcomes the credential states, which an evaluator may set against wanted ones."""
    if source.portfolio:
        rows = source.portfolio.get("covered") or []
        return tuple(dict.fromkeys(one["found"] for one in rows if one.get("found")))
    held = read_held(bytes(source.data or b"")).record.achievement
    said = (held.say(one.statement) for one in held.outcomes)
    return tuple(dict.fromkeys(text for text in said if text))
