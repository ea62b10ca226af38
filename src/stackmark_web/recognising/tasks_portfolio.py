"""Evidence that nobody needs any more goes by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from stackmark_web import clock
from stackmark_web.jobs.duties import duty
from stackmark_web.recognising import pieces
from stackmark_web.recognising.models import Piece, Request

FORGOTTEN: Final = timedelta(days=365)  # a portfolio that was begun and never sent


@duty("remove evidence of portfolios that were taken back", seconds=3_600)
def forget() -> int:
    """Pieces of requests that were taken back go; drafts nobody touched for a year go whole."""
    Piece.objects.filter(source__request__state=Request.State.WITHDRAWN).delete()
    Request.everywhere.filter(
        kind=Request.Kind.PORTFOLIO,
        state=Request.State.DRAFT,
        made_at__lt=clock.now() - FORGOTTEN,
    ).exclude(sources__pieces__added_at__gte=clock.now() - FORGOTTEN).delete()
    return pieces.sweep()
