"""Before Django: the few addresses that machines ask in swarms, answered with less around them.

``POST /api/v1/verify`` (a warm verifier), ``GET /status/…`` (a file), ``GET /credentials/<id>``
(the page or the bytes). What comes out is what Django gives, header for header: lists and pages
are answers of Django kept for a moment, the headers of a report come from Django's own middleware.

A kept answer is given only while what it was made from is the same: the file of a list, or the
state of a credential in the database, asked anew each time (``passport.queries.public_stamp``).
Anything unusual, such as a cookie, a token, a range or an odd header, goes to Django.

The rooms above hand in what they do around each request: ``guard`` (the API: who gets a report, how
often), ``watch`` (operations: figures, the log, a number for each answer).
"""

from __future__ import annotations

import io
import logging
import re
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, Final

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.utils.cache import patch_vary_headers

from stackmark.limits import MAX_DOCUMENT_BYTES
from stackmark_web.awarding import queries as awarding
from stackmark_web.passport import queries as passport
from stackmark_web.registry.front_cache import Answer, Cache
from stackmark_web.verifying import fast

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]
Headers = tuple[tuple[str, str], ...]
Gate = Callable[[Environ], Headers | None]
"""Lets a request for a report in and gives headers to add; None: Django decides."""
Done = Callable[[str, str, int], str]
"""Notes an answer given here by route, method and status; gives its number (``X-Request-ID``)."""
Watch = Callable[[Environ], Done | None]
"""Begins to measure a request; None: Django answers all of them for now."""
QUIET: Final = "stackmark.quiet"  # in an environment: nobody asked, so nothing is counted
VERIFY: Final = "/api/v1/verify"
TYPES: Final = frozenset(
    {"application/json", "application/ld+json", "application/vc", "application/vc+ld+json"}
)
AGE: Final = 60.0  # seconds a page may be old; what was revoked or withdrawn is never shown
_UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_STATUS: Final = re.compile(rf"/status/({_UUID})/(revocation|suspension)")
_CREDENTIAL: Final = re.compile(rf"/credentials/({_UUID})(?:\.json)?")
_PLAIN: Final = frozenset({"", "format=json"})
# Headers under which an answer of Django's could be another one; the rest of them go to Django.
_VARYING: Final = (
    *("HTTP_HOST", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_IF_NONE_MATCH"),
    *("HTTP_IF_MODIFIED_SINCE", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"),
    *("QUERY_STRING", "wsgi.url_scheme", "SERVER_PORT"),
)
_UNUSUAL: Final = (
    *("HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_RANGE", "HTTP_HX_REQUEST", "HTTP_IF_MATCH"),
    *("HTTP_IF_UNMODIFIED_SINCE", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT"),
)
_NO_REPORT: Final = ("HTTP_COOKIE", "HTTP_ORIGIN", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT")
_LONGEST: Final = 2_000  # characters of all these headers: a key is kept, so it must be small
_VARIES: Final = frozenset({"accept", "cookie", "accept-language"})
_LOG: Final = logging.getLogger(__name__)


_OURS: Final = ("/status/", "/credentials/", VERIFY)
_NUMBER: Final = "x-request-id"
_GATES: Final[list[Gate]] = []
_WATCHES: Final[list[Watch]] = []


def guard(gate: Gate) -> None:
    """Say who gets a report here. Without a gate Django answers them all.

    A gate that counts says so in the environment, for one that is left to Django counts once.
    """
    _GATES[:] = [gate]


def watch(function: Watch) -> None:
    """Say what is done around every request that may be answered here."""
    _WATCHES[:] = [function]


class _Frame(WSGIHandler):
    """Django with all its middleware around one fixed answer: for the headers of a report."""

    def _get_response(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002 - Django's
        response = HttpResponse(b"", content_type="application/json")
        response.headers["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["Authorization"])  # as the door of the API does
        return response


class Front:
    """A WSGI application that answers a little and hands all else to Django."""

    def __init__(self, django: Application) -> None:
        self._django = django
        self._frame: Application = _Frame()
        self._frames: dict[tuple[str, ...], Answer] = {}
        self._cache = Cache()

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Answer, or let Django answer."""
        if not environ["PATH_INFO"].startswith(_OURS):
            return self._django(environ, start_response)
        done = _WATCHES[-1](environ) if _WATCHES else _unwatched  # waiting counts too
        body = _body_of(environ) if environ["PATH_INFO"] == VERIFY else None
        # All of a report in one go, but for its document, which may come slowly.
        with fast.alone() if body is not None else nullcontext():
            answer = self._noted(environ, body, done)
        if answer is None:
            return self._django(environ, start_response)
        start_response(answer.status, list(answer.headers))
        return (answer.body,)

    def _noted(self, environ: Environ, body: bytes | None, done: Done | None) -> Answer | None:
        """The answer with its number, once it is in the log; None: Django's turn."""
        try:
            answer = self._answer(environ, body) if done is not None else None
        except Exception as error:  # noqa: BLE001 - the long way is always there
            # Where it happened, and not what was said: that may be out of somebody's document.
            where = "".join(traceback.format_tb(error.__traceback__))
            path = environ["PATH_INFO"][:60]
            _LOG.error("the fast path failed on %s: %s\n%s", path, type(error).__name__, where)
            connection.close()
            answer = None
        if answer is None or done is None:
            return None
        if any(name.lower() == _NUMBER for name, _value in answer.headers):  # Django's, counted
            return answer
        number = done(_route(environ), environ["REQUEST_METHOD"], int(answer.status[:3]))
        return (
            replace(answer, headers=(*answer.headers, ("X-Request-ID", number)))
            if number
            else answer
        )

    def _answer(self, environ: Environ, body: bytes | None) -> Answer | None:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if method == "GET":
            if path.startswith("/status/"):
                return self._list(environ, path)
            if path.startswith("/credentials/"):
                return self._credential(environ, path)
        return None if body is None else self._verify(environ, body)

    # -- kept answers of Django ----------------------------------------------------------------

    def _list(self, environ: Environ, path: str) -> Answer | None:
        named = _STATUS.fullmatch(path)
        if named is None or not _is_usual(environ):
            return None
        return self._kept(environ, path, awarding.status_list_edition(*named.groups()), None)

    def _credential(self, environ: Environ, path: str) -> Answer | None:
        named = _CREDENTIAL.fullmatch(path)
        if named is None or not _is_usual(environ):
            return None
        return self._kept(environ, path, passport.public_stamp(named[1]), AGE)

    def _kept(self, environ: Environ, path: str, stamp: Any, age: float | None) -> Answer | None:
        """The answer made from this ``stamp`` at most ``age`` seconds ago, or a new one."""
        if stamp is None:
            return None
        key = (path, *_varying(environ))
        found = self._cache.get(key, stamp)
        if found is not None:
            return found
        begun = time.monotonic()
        made = _ask(self._django, environ)
        if _may_keep(made):
            until = None if age is None else begun + age
            self._cache.keep(key, stamp, _unnumbered(made), until)
        return made

    # -- reports -------------------------------------------------------------------------------

    def _verify(self, environ: Environ, data: bytes) -> Answer | None:
        frame = self._framed(environ, _varying(environ))
        if frame is None or not _GATES:
            return None
        more = _GATES[-1](environ)
        if more is None:
            return None
        body = fast.answer(data)
        if body is None:
            return None
        own = (("Content-Length", str(len(body))), *more)
        return Answer(frame.status, (*frame.headers, *own), body)

    def _framed(self, environ: Environ, key: tuple[str, ...]) -> Answer | None:
        """Status and headers around a report, as Django's middleware makes them."""
        found = self._frames.get(key)
        if found is None:
            asked = environ | {"wsgi.input": io.BytesIO(), "CONTENT_LENGTH": "0"}
            asked |= {"REQUEST_METHOD": "GET", QUIET: "1"}  # no form: no token of one is asked for
            made = _unnumbered(_ask(self._frame, asked))
            headers = tuple(one for one in made.headers if one[0].lower() != "content-length")
            found = Answer(made.status, headers, b"")
            if len(self._frames) > 200:
                self._frames.clear()
            self._frames[key] = found
        return found if found.status.startswith("200") else None


def _body_of(environ: Environ) -> bytes | None:
    """The document that a usual request for a report brings; None for any other request."""
    length = environ.get("CONTENT_LENGTH") or ""
    if (
        environ["REQUEST_METHOD"] != "POST"
        or any(map(environ.get, _NO_REPORT))
        or environ.get("QUERY_STRING")
        or environ.get("CONTENT_TYPE") not in TYPES
        or not length.isdecimal()
        or not 0 < int(length) <= MAX_DOCUMENT_BYTES
        or _is_long(_varying(environ))
    ):
        return None
    data: bytes = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = io.BytesIO(data)  # for Django, should it be asked
    return data if len(data) == int(length) else None


def _unwatched(_route: str, _method: str, _status: int) -> str:
    return ""


def _unnumbered(answer: Answer) -> Answer:
    """Without the number of the request it was made for."""
    kept = tuple(one for one in answer.headers if one[0].lower() != _NUMBER)
    return replace(answer, headers=kept)


def _route(environ: Environ) -> str:
    """The name of the route, as Django's own counting has it."""
    path = environ["PATH_INFO"]
    kind = (path[:8], path.endswith(".json"))
    if kind not in _ROUTES:
        _ROUTES[kind] = resolve(path).view_name
    return _ROUTES[kind]


_ROUTES: Final[dict[tuple[str, bool], str]] = {}


def _is_usual(environ: Environ) -> bool:
    plain = environ.get("QUERY_STRING", "") in _PLAIN
    return plain and not any(map(environ.get, _UNUSUAL)) and not _is_long(_varying(environ))


def _varying(environ: Environ) -> tuple[str, ...]:
    return tuple(environ.get(name, "") for name in _VARYING)


def _is_long(key: tuple[str, ...]) -> bool:
    return sum(map(len, key)) > _LONGEST


def _ask(application: Application, environ: Environ) -> Answer:
    """The whole answer of an application."""
    begun: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
        begun[:] = [status, tuple(headers)]

    parts = application(environ, start)
    try:
        body = b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
    return Answer(begun[0], begun[1], body)


def _may_keep(answer: Answer) -> bool:
    """Only what is the same for everybody who asks alike."""
    names = {name.lower(): value for name, value in answer.headers}
    if not answer.status.startswith(("200", "304")) or "set-cookie" in names:
        return False
    varies = {one.strip().lower() for one in names.get("vary", "").split(",")} - {""}
    return varies <= _VARIES and names.get("cache-control") != "no-store"
