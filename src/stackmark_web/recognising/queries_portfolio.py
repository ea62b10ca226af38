"""Reads of portfolios: a learner's own, a body's, and who may open a piece of evidence."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404

from stackmark_web.recognising import queries
from stackmark_web.recognising.models import Piece, Request, Source
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.permissions import Permission


def portfolio_of(user: Any, pk: uuid.UUID) -> Source:
    """A learner's own portfolio by its request; ``Http404`` for any other."""
    found = queries.request_of(user, pk)
    if found.kind != Request.Kind.PORTFOLIO:
        raise Http404("There is nothing here.")
    return _source(found)


def portfolio_to(organisation: Any, pk: uuid.UUID) -> Source:
    """A portfolio that was sent to a body, by its source; ``Http404`` for any other."""
    found = queries.source_to(organisation, pk)
    if found.request.kind != Request.Kind.PORTFOLIO:
        raise Http404("There is nothing here.")
    return found


def _source(request: Request) -> Source:
    found: Source = request.sources.get()
    found.request = request
    return found


def piece_for(user: Any, pk: uuid.UUID) -> Piece:
    """A piece for its learner, and for who decides at the body it was sent to.

    ``Http404`` for everybody else, colleagues without that right too: that somebody handed in
    evidence is nobody else's business.
    """
    row = Piece.objects.filter(pk=pk).select_related("source__request__organisation").first()
    if row is None or not reads(user, row.source.request):
        raise Http404("There is nothing here.")
    return row


def reads(user: Any, request: Request) -> bool:
    """Whether a person may see what is in a portfolio."""
    if request.user_id == user.pk:
        return True
    if request.state in (Request.State.DRAFT, Request.State.WITHDRAWN):
        return False
    return tenancy.may(user, Permission.RECOGNISE, request.organisation)
