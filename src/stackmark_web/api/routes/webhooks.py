"""Webhooks, by program."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query

from stackmark_web.api import shapes
from stackmark_web.api.answers import json, moment, nothing
from stackmark_web.api.auth import Principal
from stackmark_web.api.calling import Route
from stackmark_web.api.paging import page
from stackmark_web.api.schemas import Empty, Page, Uuid, WebhookChange, WebhookIn
from stackmark_web.integrations import queries, webhook_actions
from stackmark_web.integrations.models import Message, Webhook
from stackmark_web.tenancy.permissions import Permission

route = Route("Webhooks")
SCOPE = "webhooks"
RECIPIENTS = "awards:read"  # needed besides by a webhook that is sent recipients


class WebhookOut(shapes.Out):
    """A webhook; secret is there only in the answer that makes one."""

    object: str
    id: str
    url: str
    description: str
    events: list[str]
    include_recipient: bool
    state: str
    failing_since: str | None
    created_at: str | None


class WebhookMade(WebhookOut):
    """A webhook with its secret, shown this once."""

    secret: str


class WebhookList(shapes.Paged):
    """Webhooks, newest first."""

    data: list[WebhookOut]


class AttemptOut(shapes.Out):
    """One try."""

    at: str | None
    status: int | None
    milliseconds: int
    answer: str
    error: str


class MessageOut(shapes.Out):
    """A message to a webhook."""

    object: str
    id: str
    sequence: int
    event: str
    state: str
    created_at: str | None
    next_try_at: str | None
    body: dict[str, Any]
    attempts: list[AttemptOut]


class MessageList(shapes.Paged):
    """Messages, newest first."""

    data: list[MessageOut]


@route.get("/webhooks", SCOPE, WebhookList, query=Page)
def webhooks(request: HttpRequest, query: Query[Page]) -> HttpResponse:
    """List webhooks, newest first."""
    who = _who(request)
    rows = queries.webhooks_of(who.organisation)
    scope = str(who.organisation.pk)
    return page(request, rows, _shown, limit=query.limit, cursor=query.cursor, scope=scope)


@route.post("/webhooks", SCOPE, {201: WebhookMade})
def webhook_make(request: HttpRequest, body: WebhookIn) -> HttpResponse:
    """Register a webhook.

    The answer holds the secret that signs its messages; it is not shown again.
    """
    who = _who(request)
    if body.include_recipient:
        who.require_scope(RECIPIENTS)
    made, secret = webhook_actions.add_webhook(
        who.organisation, actor=who.actor, **body.model_dump()
    )
    where = {"Location": f"{shapes.ROOT}/webhooks/{made.pk}"}
    return json(_shown(made) | {"secret": secret}, 201, where)


@route.get("/webhooks/{webhook_id}", SCOPE, WebhookOut)
def webhook(request: HttpRequest, webhook_id: Uuid) -> HttpResponse:
    """Read one webhook."""
    return json(_shown(_one(request, webhook_id)))


@route.patch("/webhooks/{webhook_id}", SCOPE, WebhookOut)
def webhook_change(request: HttpRequest, webhook_id: Uuid, body: WebhookChange) -> HttpResponse:
    """Change what is named; enabled pauses it or lets messages go again."""
    found, who, asked = _one(request, webhook_id), _who(request), body.model_dump(exclude_none=True)
    state = {"state": Webhook.State.ACTIVE} if body.enabled else {}
    if webhook_actions.tells_recipients(found, asked | state):
        who.require_scope(RECIPIENTS)
    changed = webhook_actions.change_webhook(found, actor=who.actor, **asked)
    return json(_shown(changed))


@route.delete("/webhooks/{webhook_id}", SCOPE)
def webhook_remove(request: HttpRequest, webhook_id: Uuid) -> HttpResponse:
    """Take a webhook away with its messages."""
    found = _one(request, webhook_id)
    webhook_actions.remove_webhook(found, actor=request.auth.actor)  # type: ignore[attr-defined]
    return nothing()


@route.post("/webhooks/{webhook_id}/secret", SCOPE, {200: WebhookMade})
def webhook_secret(request: HttpRequest, webhook_id: Uuid, body: Empty) -> HttpResponse:
    """Make a new secret; for a day both sign, so that nothing is lost while you change it."""
    found = _one(request, webhook_id)
    secret = webhook_actions.renew_secret(found, actor=request.auth.actor)  # type: ignore[attr-defined]
    return json(_shown(found) | {"secret": secret})


@route.post("/webhooks/{webhook_id}/ping", SCOPE, {202: MessageOut})
def webhook_ping(request: HttpRequest, webhook_id: Uuid, body: Empty) -> HttpResponse:
    """Send a test message."""
    found = _one(request, webhook_id)
    made = webhook_actions.ping(found, actor=request.auth.actor)  # type: ignore[attr-defined]
    return json(_message(made), 202)


@route.get("/webhooks/{webhook_id}/messages", SCOPE, MessageList, query=Page)
def webhook_messages(request: HttpRequest, webhook_id: Uuid, query: Query[Page]) -> HttpResponse:
    """What a webhook was sent and what it answered, newest first."""
    rows = queries.messages_of(_one(request, webhook_id))
    return page(request, rows, _message, limit=query.limit, cursor=query.cursor, by="sequence")


@route.post("/webhooks/{webhook_id}/messages/{message_id}/redeliver", SCOPE, {202: MessageOut})
def webhook_redeliver(
    request: HttpRequest, webhook_id: Uuid, message_id: Uuid, body: Empty
) -> HttpResponse:
    """Send a message once more, under the same id."""
    found = _one(request, webhook_id)
    one = queries.message_of(found.organisation, message_id, found.pk)
    actor = request.auth.actor  # type: ignore[attr-defined]  # set by ninja
    webhook_actions.redeliver(one, actor=actor)
    return json(_message(queries.message_of(found.organisation, message_id, found.pk)), 202)


def _who(request: HttpRequest) -> Principal:
    who: Principal = request.auth  # type: ignore[attr-defined]  # set by ninja
    who.require(Permission.API)
    return who


def _one(request: HttpRequest, pk: object) -> Webhook:
    return queries.webhook_of(_who(request).organisation, pk)


def _shown(one: Webhook) -> dict[str, Any]:
    names = ("url", "description", "events", "include_recipient", "state")
    return {
        "object": "webhook",
        "id": str(one.pk),
        **{name: getattr(one, name) for name in names},
        "failing_since": moment(one.failing_since),
        "created_at": moment(one.created_at),
    }


def _message(one: Message) -> dict[str, Any]:
    open_one = one.state in (Message.State.WAITING, Message.State.SENDING)
    return {
        "object": "message",
        "id": str(one.pk),
        "sequence": one.sequence,
        "event": one.event,
        "state": one.state,
        "created_at": moment(one.created_at),
        "next_try_at": moment(one.not_before) if open_one else None,
        "body": one.body,
        "attempts": [_attempt(each) for each in one.tries.all()],
    }


def _attempt(one: Any) -> dict[str, Any]:
    return {
        "at": moment(one.at),
        "status": one.status,
        "milliseconds": one.milliseconds,
        "answer": one.answer,
        "error": one.error,
    }
