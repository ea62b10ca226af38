"""Which problem an error of an action is."""

from __future__ import annotations

import logging
from typing import Any, Final

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja.errors import HttpError, ValidationError
from pydantic import ValidationError as Malformed

from stackmark.errors import StackmarkError, UsageError
from stackmark.model.achievement_rules import DescriptorError
from stackmark_web.api import problems
from stackmark_web.api.problems import Problem
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding.issuing import is_trouble
from stackmark_web.catalogue import errors as catalogue

_LOG: Final = logging.getLogger(__name__)
_CUT: Final = (UnreadablePostError, MultiPartParserError, SuspiciousOperation)
_STATES: Final = frozenset(
    {"catalogue.published", "catalogue.not-submitted", "catalogue.four-eyes", "sheet.state"}
    | {"catalogue.not-approved", "catalogue.no-version", "catalogue.changed", "sheet.changed"}
    | {"sheet.busy", "sheet.same-file", "catalogue.overdue", "api.ended", "webhook.state"}
)
_MEMBERS: Final = {"webhook.url": "url", "webhook.events": "events"}  # reason: the member


def answer(error: Exception) -> HttpResponse:
    """The response to anything that was raised."""
    if isinstance(error, Problem):
        return error.response()
    if isinstance(error, ValidationError):
        return _not_valid(error.errors)
    if isinstance(error, Malformed):
        found = [{**one, "loc": ("body", "", *one["loc"])} for one in error.errors()]
        return _not_valid(found)
    if isinstance(error, StackmarkError):
        return of_action(error).response()
    if isinstance(error, (OperationalError, InterfaceError)):
        _LOG.warning("api: the database did not answer: %s", type(error).__name__)
        return problems.unavailable()
    return _plain(error)


def _plain(error: Exception) -> HttpResponse:
    if isinstance(error, Http404):
        return problems.answer("not-found")
    if isinstance(error, PermissionDenied):
        return problems.answer("forbidden", "The person who made this token may not do this here.")
    if isinstance(error, HttpError):
        if isinstance(error.__cause__, Problem):  # ninja hides what the parser said
            return error.__cause__.response()
        kind = "bad-request" if error.status_code == 400 else "unauthorized"
        return problems.answer(kind, "The body is no JSON that can be read.")
    if isinstance(error, RequestDataTooBig):
        return problems.answer("payload-too-large")
    if isinstance(error, _CUT):
        return problems.answer("bad-request", "The request was cut on the way, or is malformed.")
    return problems.fault(error)


def _not_valid(found: list[dict[str, Any]]) -> HttpResponse:
    """What the description does not allow; an address that can name nothing names nothing."""
    if found and all(one["loc"][:1] == ("path",) for one in found):
        return problems.answer("not-found")
    return problems.answer("invalid", errors=problems.fields(found))


def of_action(error: StackmarkError) -> Problem:
    """What an action refused, with its stable reason."""
    if isinstance(error, awarding.Problem):
        one = {"pointer": f"#/{error.field}", "detail": error.detail}
        return Problem("invalid", error.detail, reason=error.reason, errors=[one])
    if isinstance(error, awarding.Duplicate):
        return Problem(
            "duplicate-award", error.detail, reason=error.reason, existing=str(error.existing.pk)
        )
    if isinstance(error, awarding.UsedBefore):
        return Problem("idempotency-mismatch", error.detail, reason=error.reason)
    if isinstance(error, awarding.WrongState):
        return Problem("conflict", error.detail, reason=error.reason)
    if is_trouble(error):
        return Problem("unavailable", error.detail, headers={"Retry-After": "30"})
    return _of_design(error)


def _of_design(error: StackmarkError) -> Problem:
    if isinstance(error, catalogue.StaleError):
        return Problem("precondition-failed", error.detail, reason=error.reason)
    if isinstance(error, catalogue.NotReadyError):
        missing = [{"pointer": f"#/content/{g.place}", "detail": str(g.reason)} for g in error.gaps]
        return Problem("not-ready", error.detail, reason=error.reason, errors=missing)
    if isinstance(error, catalogue.BlockedError):
        found = [{"pointer": f"#{b.pointer}", "detail": b.message} for b in error.blocks]
        return Problem("not-ready", error.detail, reason=error.reason, errors=found)
    kind = "conflict" if error.reason in _STATES else "invalid"
    return Problem(kind, error.detail, reason=error.reason, **_where(error))


def _where(error: StackmarkError) -> dict[str, Any]:
    """The member that is wrong, where the error knows it."""
    place = _MEMBERS.get(error.reason, "")
    if isinstance(error, DescriptorError):
        place = f"content/{error.place}".rstrip("/")
    if place:
        return {"errors": [{"pointer": f"#/{place}", "detail": error.detail}]}
    return {} if isinstance(error, UsageError) else {"errors": []}
