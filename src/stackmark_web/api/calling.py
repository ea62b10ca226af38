"""What every view of the API is wrapped in: query names, idempotency, the second person."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, get_type_hints

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from stackmark_web.api import idempotency
from stackmark_web.api.answers import json
from stackmark_web.api.auth import Bearer
from stackmark_web.api.reading import check_query
from stackmark_web.api.scopes import RIGHTS
from stackmark_web.tenancy.permissions import Permission

try:  # the approvals of a second person, where the organisation asks for them
    from stackmark_web.tenancy.errors import (  # type: ignore[import-not-found,unused-ignore]
        NeedsSecondPerson,
    )
except ImportError:

    class NeedsSecondPerson(Exception):  # type: ignore[no-redef]  # noqa: N818
        """Never raised: approvals are not there."""

        change_id = url = ""
        keep = staticmethod(lambda: None)


View = Callable[..., HttpResponse]
QUERIES: Final[dict[str, type[Any]]] = {}  # route: the model of its query
CREATES: Final[set[str]] = set()  # routes that take an Idempotency-Key


class Route:
    """Registers views of one part of the API with its scope."""

    def __init__(self, tag: str) -> None:
        self.router = Router(tags=[tag])

    def get(self, path: str, scope: str, answer: Any, **more: Any) -> Callable[[View], View]:
        """A read; ``answer`` is the model of a 200."""
        return self._register("get", path, scope, {200: answer}, **more)

    def post(
        self, path: str, scope: str, answers: dict[int, Any], **more: Any
    ) -> Callable[[View], View]:
        """A change that makes something, safe to repeat with an ``Idempotency-Key``."""
        return self._register("post", path, scope, answers, creates=True, **more)

    def search(self, path: str, scope: str, answer: Any, **more: Any) -> Callable[[View], View]:
        """A read whose question is personal data, so that it comes as a body."""
        return self._register("post", path, scope, {200: answer}, **more)

    def post_plain(self, path: str, scope: str, answer: Any, **more: Any) -> Callable[[View], View]:
        """A POST that changes nothing, open to everybody."""
        return self._register("post", path, scope, {200: answer}, public=True, **more)

    def put(self, path: str, scope: str, answer: Any, **more: Any) -> Callable[[View], View]:
        """A change of something there is."""
        return self._register("put", path, scope, {200: answer}, **more)

    def patch(self, path: str, scope: str, answer: Any, **more: Any) -> Callable[[View], View]:
        """A change of parts of something there is."""
        return self._register("patch", path, scope, {200: answer}, **more)

    def delete(self, path: str, scope: str, **more: Any) -> Callable[[View], View]:
        """Takes something away."""
        return self._register("delete", path, scope, {204: None}, **more)

    def _register(
        self,
        method: str,
        path: str,
        scope: str,
        answers: dict[int, Any],
        *,
        query: type[Any] | None = None,
        creates: bool = False,
        atomic: bool = True,
        public: bool = False,
        **more: Any,
    ) -> Callable[[View], View]:
        def register(view: View) -> View:
            name = view.__name__
            if creates:
                CREATES.add(name)
            if query is not None:
                QUERIES[name] = query
            told = (view.__doc__ or "").strip().split("\n", 1)
            made = getattr(self.router, method)(
                path,
                auth=Bearer(scope, optional=public),
                response=answers,
                url_name=name,
                operation_id=name,
                summary=told[0].rstrip("."),
                description=" ".join(told[1].split()) if len(told) > 1 else told[0],
                **more,
            )
            once = RIGHTS[scope] if creates else None
            made(_called(view, query, once=once, atomic=atomic))
            return view

        return register


def _called(
    view: View, query: type[Any] | None, *, once: frozenset[Permission] | None, atomic: bool
) -> View:
    known = {field.alias or name for name, field in query.model_fields.items()} if query else set()

    @wraps(view)
    def called(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        check_query(request, known)
        if once is not None:
            return idempotency.run(_waiting, request, *args, rights=once, atomic=atomic, **kwargs)
        return _waiting(request, *args, **kwargs)

    @wraps(view)
    def _waiting(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NeedsSecondPerson as wait:
            return waiting(wait)

    called.__signature__ = _typed(view)  # type: ignore[attr-defined]  # read by inspect.signature
    return called


def _typed(view: View) -> inspect.Signature:
    """The signature with annotations that are types, which ninja cannot look up from here."""
    kinds = get_type_hints(view, include_extras=True)
    found = inspect.signature(view)
    rows = [one.replace(annotation=kinds[one.name]) for one in found.parameters.values()]
    return found.replace(parameters=rows)


def waiting(wait: Any) -> HttpResponse:
    """Taken, but a second person has to agree first."""
    kept = wait.keep()  # where a transaction around the action took it back
    pk = str(getattr(kept, "pk", wait.change_id))
    page = f"{settings.PUBLIC_URL}{wait.url}"
    return json({"object": "change", "id": pk, "state": "waiting", "page": page}, 202)
