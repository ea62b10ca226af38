"""Pages of webhooks: registered, tried, followed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from stackmark.errors import StackmarkError
from stackmark_web.accounts.confirming import fresh_sign_in
from stackmark_web.integrations import queries, webhook_actions
from stackmark_web.integrations.models import Message, Webhook
from stackmark_web.integrations.webhook_forms import WebhookForm
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for

View = Callable[..., HttpResponse]
_PER_PAGE = 30
_TONES = {"active": "good", "paused": "neutral", "disabled": "bad"}
_MESSAGE_TONES = {"waiting": "neutral", "sending": "accent", "delivered": "good", "failed": "bad"}


def _of_webhook(view: View) -> View:
    """The view gets the organisation and the webhook, if the person may see it."""

    @wraps(view)
    def found(request: HttpRequest, slug: str, pk: uuid.UUID, **rest: Any) -> HttpResponse:
        organisation = organisation_for(request.user, slug, Permission.API)
        return view(request, organisation, queries.webhook_of(organisation, pk), **rest)

    return login_required(never_cache(found))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in(reading=False)
def webhooks(request: HttpRequest, slug: str) -> HttpResponse:
    """The webhooks of an organisation; POST adds one and shows its secret, this once."""
    organisation = organisation_for(request.user, slug, Permission.API)
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            hook, text = webhook_actions.add_webhook(
                organisation, actor=request.user, **form.cleaned_data
            )
        except StackmarkError as error:
            form.add_error("url" if error.reason == "webhook.url" else None, error.detail)
        else:
            return _show_once(request, organisation, hook, text)
    rows = list(queries.webhooks_of(organisation))
    for one in rows:
        one.tone = _TONES[one.state]
    context = _context(organisation) | {"form": form, "rows": rows}
    status = 422 if form.is_bound else 200
    return render(request, "integrations/webhooks.html", context, status=status)


@_of_webhook
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in(reading=False)
def webhook(request: HttpRequest, organisation: Organisation, hook: Webhook) -> HttpResponse:
    """One webhook, what it was sent and what it answered; POST changes it."""
    names = ("url", "description", "events", "include_recipient")
    form = WebhookForm(request.POST or None, initial={name: getattr(hook, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            webhook_actions.change_webhook(hook, actor=request.user, **form.cleaned_data)
        except StackmarkError as error:
            form.add_error("url" if error.reason == "webhook.url" else None, error.detail)
        else:
            messages.success(request, _("Saved."))
            return redirect("integrations:webhook", organisation.slug, hook.pk)
    page = Paginator(queries.messages_of(hook), _PER_PAGE).get_page(request.GET.get("page"))
    for one in page:
        one.tone = _MESSAGE_TONES[one.state]
    hook.tone = _TONES[hook.state]
    context = _context(organisation) | {"form": form, "hook": hook, "page": page}
    status = 422 if form.is_bound else 200
    return render(request, "integrations/webhook.html", context, status=status)


@_of_webhook
@require_POST
def ping(request: HttpRequest, organisation: Organisation, hook: Webhook) -> HttpResponse:
    """Send a test."""
    try:
        webhook_actions.ping(hook, actor=request.user)
    except StackmarkError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("A test is on its way; load the page again in a moment."))
    return redirect("integrations:webhook", organisation.slug, hook.pk)


@_of_webhook
@require_POST
@fresh_sign_in
def secret(request: HttpRequest, organisation: Organisation, hook: Webhook) -> HttpResponse:
    """Make a new secret and show it, this once."""
    text = webhook_actions.renew_secret(hook, actor=request.user)
    return _show_once(request, organisation, hook, text)


@_of_webhook
@require_POST
def switch(request: HttpRequest, organisation: Organisation, hook: Webhook) -> HttpResponse:
    """Pause it, or let messages go again."""
    on = hook.state != Webhook.State.ACTIVE
    webhook_actions.change_webhook(hook, actor=request.user, enabled=on)
    said = _("Messages go out again.") if on else _("Messages wait until you switch it on.")
    messages.success(request, said)
    return redirect("integrations:webhook", organisation.slug, hook.pk)


@_of_webhook
@require_POST
def remove(request: HttpRequest, organisation: Organisation, hook: Webhook) -> HttpResponse:
    """Take it away."""
    webhook_actions.remove_webhook(hook, actor=request.user)
    messages.success(request, _("The webhook is removed."))
    return redirect("integrations:webhooks", organisation.slug)


@_of_webhook
@require_POST
def again(
    request: HttpRequest, organisation: Organisation, hook: Webhook, message: uuid.UUID
) -> HttpResponse:
    """Send a message once more."""
    one: Message = queries.message_of(organisation, message, hook.pk)
    try:
        webhook_actions.redeliver(one, actor=request.user)
    except StackmarkError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("It is sent once more."))
    return redirect("integrations:webhook", organisation.slug, hook.pk)


def _show_once(
    request: HttpRequest, organisation: Organisation, hook: Webhook, text: str
) -> HttpResponse:
    context = _context(organisation) | {"hook": hook, "text": text}
    return render(request, "integrations/webhook_secret.html", context)


def _context(organisation: Organisation) -> dict[str, Any]:
    return {"organisation": organisation, "section": "api", "tab": "webhooks"}
