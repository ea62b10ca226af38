"""What the machine cannot do for the moment: a busy database, a full disk (faults F07 to F09).

Whatever was asked for was not done, and nothing is half done: changes are transactions. So the
answer is 503 with a time after which to ask again, on a page that needs no database.
"""

from __future__ import annotations

import errno
import logging
from typing import Final

from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

SOON: Final = 5
"""Seconds after which a busy database may be asked again."""
LATER: Final = 60
"""Seconds after which somebody may have made room."""
_LOG: Final = logging.getLogger(__name__)
_BUSY: Final = ("locked", "busy", "deadlock", "timeout", "canceling statement")
_FULL: Final = ("is full", "no space", "i/o error", "readonly", "read-only", "unable to open")
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})
_MACHINES: Final = ("/api/", "/vc-api/")
# Classes of SQLSTATE: connection, resources, lock not available, shutdown, system (PostgreSQL).
_STOOD_STILL: Final = "25P03"  # PostgreSQL ended a transaction whose client said nothing
_STATES: Final = ("08", "53", "55", "57", "58", "40")


def kind_of(error: BaseException | None) -> str:
    """``busy``, ``full``, or empty for what is no trouble of the machine."""
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return "full"
    if isinstance(error, InterfaceError):  # "connection already closed"
        return "busy" if "closed" in str(error) else ""
    if not isinstance(error, OperationalError | InternalError):
        return ""
    told = str(error).lower()
    if any(word in told for word in _FULL):
        return "full"
    cause = error.__cause__
    state = getattr(cause, "sqlstate", "") if cause is not None else ""
    if isinstance(error, InternalError):
        return "busy" if state == _STOOD_STILL else ""
    away = state is None or (state or "").startswith(_STATES)
    return "busy" if away or any(word in told for word in _BUSY) else ""


def answer(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """503 for trouble of the machine, or ``None``."""
    kind = kind_of(error)
    if not kind:
        return None
    _LOG.error("not served for the moment (%s): %s", kind, error)
    if kind == "full":
        title, wait = _("There is no room to store anything"), LATER
        text = _(
            "Nothing was changed, and nothing you had saved is lost. The people who run this "
            "server must make room; then send it again. Checking credentials works meanwhile."
        )
    else:
        title, wait = _("Too much is going on at this moment"), SOON
        text = _(
            "Nothing was changed, and nothing you had saved is lost. Go back and send it again in "
            "a few seconds."
        )
    told = _respond(request, title, text)
    told.headers["Retry-After"] = str(wait)
    told.headers["Cache-Control"] = "no-store"
    return told


def _respond(request: HttpRequest, title: str, text: str) -> HttpResponse:
    if request.path.startswith(_MACHINES):
        problem = {"type": "about:blank", "title": title, "status": 503, "detail": text}
        return JsonResponse(problem, status=503, content_type="application/problem+json")
    # No request and no context processors: they may ask the database.
    page = render_to_string("503.html", {"title": title, "text": text})
    return HttpResponse(page, status=503)
