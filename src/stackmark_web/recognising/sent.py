"""What was sent: the single credentials of a document, and whether they are about who sent them."""

from __future__ import annotations

from stackmark.exchange.holdings import inner_documents
from stackmark_web.passport.contents import Contents
from stackmark_web.passport.matching import match_of
from stackmark_web.passport.models import Holding
from stackmark_web.passport.queries import addresses_of
from stackmark_web.recognising.models import Source

_DEEPEST = 3  # as far as checks look into records


def credentials_in(data: bytes, depth: int = 0) -> list[bytes]:
    """Each credential of a learner record by itself, else the document: each is decided by itself.

    A signature around them says nothing of who issued what is inside.
    """
    inner = inner_documents(Contents(data).tree) if depth < _DEEPEST else []
    return [one for part in inner for one in credentials_in(part, depth + 1)] or [data]


def about(source: Source) -> str:
    """Whether what was sent names who sent it, as ``Holding.Match`` has it."""
    if source.holding is not None and source.holding.award is not None:
        return Holding.Match.YES  # kept by whom it was offered to
    if not source.data:
        return Holding.Match.YES  # a portfolio
    return match_of(Contents(bytes(source.data)), addresses_of(source.request.user))
