"""Webhooks registered, changed, tried and taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from stackmark.adapters.urls import check_url
from stackmark.errors import CouldNotTell, UsageError
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.integrations import webhook_secrets as secret_words
from stackmark_web.integrations.actions import queue_mail
from stackmark_web.integrations.webhook_events import EVENTS, PING, put
from stackmark_web.integrations.webhook_models import Message, Webhook
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import may, require

MAX_WEBHOOKS: Final = 20  # of one organisation
OVERLAP: Final = timedelta(hours=24)  # both secrets sign after a renewal
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@transaction.atomic
def add_webhook(
    organisation: Organisation,
    *,
    actor: Any,
    url: str,
    events: Sequence[str],
    description: str = "",
    include_recipient: bool = False,
) -> tuple[Webhook, str]:
    """A webhook and its secret, which is shown once. Raises ``UsageError`` ``webhook.…``.

    Who asks for recipients must be one who may see awards.
    """
    require(actor, Permission.API, organisation)
    if include_recipient:
        require(actor, Permission.AWARDS_VIEW, organisation)
    rows = Webhook.objects.within(organisation).filter(organisation=organisation)
    if rows.count() >= MAX_WEBHOOKS:
        raise UsageError(
            "webhook.many", _("There are %d webhooks already; remove one.") % MAX_WEBHOOKS
        )
    secret = secret_words.new()
    made = Webhook.everywhere.create(
        organisation=organisation,
        url=checked(url),
        events=_known(events),
        description=_line(description),
        include_recipient=include_recipient,
        recipients_by=actor if include_recipient else None,
        secret=secret_words.seal(secret),
        made_by=actor,
        created_at=clock.now(),
    )
    _note("webhook.added", made, actor, events=made.events, recipient=include_recipient)
    return made, secret


def checked(url: str) -> str:
    """An address messages may go to. Raises ``UsageError`` ``webhook.url``."""
    url = url.strip()
    try:
        check_url(url, allow_hosts=excepted(url))
    except CouldNotTell as error:
        raise UsageError("webhook.url", error.detail) from None
    return url


def excepted(url: str) -> frozenset[str]:
    """The hosts of this machine: named on a server for trying things out, and nowhere else."""
    if not (settings.DEBUG or settings.DEMO):
        return frozenset()
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 443)
    except ValueError:
        return frozenset()
    host = parts.hostname or ""
    name = f"[{host}]" if ":" in host else host
    return frozenset({f"{name}:{port}"}) if host in _LOCAL else frozenset()


def _known(events: Sequence[str]) -> list[str]:
    odd = [name for name in events if name not in EVENTS]
    if odd:
        raise UsageError(
            "webhook.events", _("“%(name)s” is no event.") % {"name": str(odd[0])[:60]}
        )
    if not events:
        raise UsageError("webhook.events", _("Choose at least one event."))
    return [name for name in EVENTS if name in events]


def _line(text: str) -> str:
    return " ".join(text.split())[:200]


@transaction.atomic
def change_webhook(
    hook: Webhook,
    *,
    actor: Any,
    url: str | None = None,
    events: Sequence[str] | None = None,
    description: str | None = None,
    include_recipient: bool | None = None,
    enabled: bool | None = None,
) -> Webhook:
    """Change what is named; ``enabled`` False keeps messages back, True lets them go again.

    Where recipients go is changed by who may see awards (``tells_recipients``), and who changes it
    answers for it from then on.
    """
    require(actor, Permission.API, hook.organisation)
    changes: dict[str, Any] = {}
    if url is not None:
        changes["url"] = checked(url)
    if events is not None:
        changes["events"] = _known(events)
    if description is not None:
        changes["description"] = _line(description)
    if include_recipient is not None:
        changes["include_recipient"] = include_recipient
    if enabled is not None:
        changes["state"] = Webhook.State.ACTIVE if enabled else Webhook.State.PAUSED
        changes["failing_since"] = None
    changes = {name: value for name, value in changes.items() if getattr(hook, name) != value}
    if tells_recipients(hook, changes):
        require(actor, Permission.AWARDS_VIEW, hook.organisation)
        Webhook.everywhere.filter(pk=hook.pk).update(recipients_by=actor)
    if changes:
        Webhook.everywhere.filter(pk=hook.pk).update(**changes)
        hook.refresh_from_db()
        _note("webhook.changed", hook, actor, fields=sorted(changes))
    return hook


def tells_recipients(hook: Webhook, changes: Mapping[str, Any]) -> bool:
    """Whether a change sends names and addresses of recipients where they did not go before."""
    asked = changes.get("include_recipient", hook.include_recipient)
    more = changes.keys() & {"url", "events", "include_recipient"}
    return bool(asked and (more or changes.get("state") == Webhook.State.ACTIVE))


def recipients_due(hook: Webhook) -> bool:
    """Whether recipients may be sent now: asked for by somebody who could ask for them today."""
    by = hook.recipients_by
    rights = (Permission.API, Permission.AWARDS_VIEW)
    return bool(
        hook.include_recipient
        and by is not None
        and all(may(by, right, hook.organisation) for right in rights)
    )


@transaction.atomic
def withhold_recipients(hook: Webhook) -> None:
    """Who asked for recipients may not see them any more: messages go on without them.

    Who may, asks for them anew.
    """
    rows = Webhook.everywhere.filter(pk=hook.pk, include_recipient=True)
    taken = rows.update(include_recipient=False, recipients_by=None)
    hook.include_recipient = False
    if not taken:
        return
    _note("webhook.recipients-withheld", hook, None, via="job", recipient=False)
    queue_mail(
        "webhook_recipients",
        to=hook.organisation.email,
        key=f"webhook-recipients:{hook.pk}:{int(clock.now().timestamp())}",
        organisation=hook.organisation,
        context={"title": host_of(hook), "link": page_of(hook)},
    )


def host_of(hook: Webhook) -> str:
    """What a webhook is called where others read it: the rest of an address may be a secret."""
    return urlsplit(hook.url).hostname or ""


def page_of(hook: Webhook) -> str:
    """The address of its page."""
    return f"{settings.PUBLIC_URL}/manage/{hook.organisation.slug}/api/webhooks/{hook.pk}"


@transaction.atomic
def remove_webhook(hook: Webhook, *, actor: Any) -> None:
    """Take a webhook away with all its messages."""
    require(actor, Permission.API, hook.organisation)
    _note("webhook.removed", hook, actor)
    hook.delete()


@transaction.atomic
def renew_secret(hook: Webhook, *, actor: Any) -> str:
    """A new secret; the old one signs beside it for a day."""
    require(actor, Permission.API, hook.organisation)
    secret = secret_words.new()
    Webhook.everywhere.filter(pk=hook.pk).update(
        secret=secret_words.seal(secret), old_secret=hook.secret, old_until=clock.now() + OVERLAP
    )
    hook.refresh_from_db()
    _note("webhook.secret-renewed", hook, actor)
    return secret


@transaction.atomic
def ping(hook: Webhook, *, actor: Any) -> Message:
    """A message that only says it is a test."""
    require(actor, Permission.API, hook.organisation)
    if hook.state != Webhook.State.ACTIVE:
        raise UsageError("webhook.state", _("Switch the webhook on first."))
    now = clock.now()
    body = {
        "type": PING,
        "timestamp": now.isoformat().replace("+00:00", "Z"),
        "data": {"object": "webhook", "id": str(hook.pk), "organisation": hook.organisation.slug},
    }
    (made,) = put(hook, [body])
    _note("webhook.pinged", hook, actor)
    return made


@transaction.atomic
def redeliver(message: Message, *, actor: Any) -> Message:
    """Send a message once more, under the same id, before those that wait."""
    require(actor, Permission.API, message.webhook.organisation)
    done = (Message.State.DELIVERED, Message.State.FAILED)
    taken = Message.objects.filter(pk=message.pk, state__in=done).update(
        state=Message.State.WAITING, attempts=0, not_before=clock.now(), done_at=None
    )
    if not taken:
        raise UsageError("webhook.state", _("This message is on its way already."))
    _note("webhook.redelivered", message.webhook, actor, message=str(message.pk))
    message.refresh_from_db()
    return message


def _note(verb: str, hook: Webhook, actor: Any, *, via: str = "web", **after: Any) -> None:
    record(
        verb,
        actor=actor,
        target=hook,
        organisation=hook.organisation,
        after=after,
        via=via,
        label=host_of(hook),
    )
