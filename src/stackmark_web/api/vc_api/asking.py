"""What a request must be before anybody looks at what it asks for."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, JsonResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from stackmark.errors import ReadError, StackmarkError
from stackmark.limits import MAX_DOCUMENT_BYTES
from stackmark.model.strict_json import parse_json
from stackmark_web.api.lengths import drain
from stackmark_web.api.vc_api.problems import Refused, bad_request, of_error, problem

MAX_BODY: Final = 2 * MAX_DOCUMENT_BYTES  # a document and what is said about it
MAX_POINTERS: Final = 200
_KINDS: Final = ("application/json", "application/ld+json", "application/vc", "application/vp")
Answer = Callable[..., JsonResponse]


def answers(
    *methods: str, token: bool = True, more: Mapping[str, Any] | None = None
) -> Callable[[Answer], Answer]:
    """A view of the VC API: there only when switched on, without cookies, always JSON.

    ``token=False`` is for what anybody must be able to read, such as status lists. ``more``:
    members of every answer that says no.
    """

    def wrap(view: Answer) -> Answer:
        @csrf_exempt  # nobody is signed in here, and no cookie is read
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **named: Any) -> JsonResponse:
            if not settings.VC_API:
                raise Http404("The VC API is switched off.")
            try:
                _admit(request, methods, settings.VC_API_TOKEN if token else "")
                return view(request, *args, **named)
            except Refused as error:
                made = _said(problem(error.reason, error.detail, error.status), more)
            except StackmarkError as error:
                made = _said(of_error(error), more)
            if made.status_code == 401:
                made.headers["WWW-Authenticate"] = 'Bearer realm="vc-api"'
            if made.status_code == 405:
                made.headers["Allow"] = ", ".join(methods)
            return made

        return guarded

    return wrap


def _said(told: dict[str, Any], more: Mapping[str, Any] | None) -> JsonResponse:
    return JsonResponse({**(more or {}), **told, "errors": [told]}, status=told["status"])


def _admit(request: HttpRequest, methods: tuple[str, ...], wanted: str) -> None:
    if wanted:
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        right = hmac.compare_digest(given.strip().encode(), wanted.encode())
        if kind.lower() != "bearer" or not right:
            raise Refused(401, "request.token", "This address wants the token: Bearer ….")
    if request.method not in methods:
        raise Refused(405, "request.method", f"This address answers {' and '.join(methods)}.")


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a request. Raises ``Refused`` and ``ReadError``."""
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in _KINDS:  # a form of another website cannot send these without asking first
        raise bad_request("Send JSON, with the header Content-Type: application/json.")
    try:
        size = int(request.headers.get("Content-Length") or 0)
        data = b"" if size > MAX_BODY else request.body
    except (ValueError, UnreadablePostError, RawPostDataException, RequestDataTooBig):
        raise bad_request("The body could not be read.") from None
    if size > MAX_BODY or len(data) > MAX_BODY:
        drain(request)
        raise Refused(413, "request.too-large", f"A body may have {MAX_BODY:,} bytes.")
    tree = parse_json(data, max_bytes=MAX_BODY)
    if not isinstance(tree, dict):
        raise ReadError("read.not-json", "The body is no JSON object.")
    return tree


def options_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """The member ``options``, empty when it is not there. Raises ``Refused``."""
    found = body.get("options")
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise bad_request('"options" is no object.')
    return found


def object_of(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A member that has to be an object. Raises ``Refused``."""
    found = body.get(name)
    if not isinstance(found, dict):
        raise bad_request(f'The body needs "{name}", an object.')
    return found


def text_of(options: Mapping[str, Any], name: str) -> str | None:
    """An option that is text, or None. Raises ``Refused``."""
    found = options.get(name)
    if found is not None and not (isinstance(found, str) and found):
        raise bad_request(f'The option "{name}" is no text.')
    return found


def texts_of(options: Mapping[str, Any], name: str) -> list[str]:
    """An option that is a list of texts; empty when it is not there. Raises ``Refused``."""
    found = options.get(name)
    if found is None:
        return []
    right = isinstance(found, list) and all(isinstance(one, str) for one in found)
    if not right or len(found) > MAX_POINTERS:
        raise bad_request(f'The option "{name}" is no list of texts (at most {MAX_POINTERS}).')
    return list(found)
