"""Shares as their maker sees them."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark_web.passport import actions, linkedin, queries
from stackmark_web.passport.cards import own_card
from stackmark_web.passport.forms import ShareForm
from stackmark_web.passport.models import Share


@login_required
@require_safe
def shares(request: HttpRequest) -> HttpResponse:
    """Every link a person made."""
    rows = [_row(share) for share in queries.shares_of(request.user)]
    return render(request, "passport/shares.html", {"rows": rows, "tab": "shares"})


def _row(share: Share) -> dict[str, Any]:
    held = list(share.holdings.all())
    return {
        "share": share,
        "name": share.title or queries.titles(held),
        "count": len(held),
        "visits": sum(day.visits for day in share.days.all()),
        "state": state_of(share),
        "url": queries.share_url(share) if queries.is_open(share) else "",
    }


def state_of(share: Share) -> str:
    """``open``, ``withdrawn`` or ``over``."""
    if share.withdrawn_at is not None:
        return "withdrawn"
    return "open" if queries.is_open(share) else "over"


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a link."""
    if request.method == "GET":
        form = ShareForm(user=request.user, initial=_asked(request))
        context = {"form": form, "tab": "shares", "empty": not _has_any(request)}
        return render(request, "passport/share_new.html", context)
    form = ShareForm(request.POST, user=request.user)
    if form.is_valid():
        given = form.cleaned_data
        try:
            share = actions.make_share(
                request.user,
                list(given["holdings"]),
                title=given["title"],
                purpose=given["purpose"],
                expires_at=form.expires_at(),
                pin=given["pin"],
                only_email=given["only_email"],
                downloads=given["downloads"],
                evidence=given["evidence"],
                send=given["send"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("passport:share_detail", pk=share.pk)
    return render(request, "passport/share_new.html", {"form": form, "tab": "shares"}, status=400)


def _has_any(request: HttpRequest) -> bool:
    return queries.holdings(request.user).exists()


def _asked(request: HttpRequest) -> dict[str, Any]:
    """The credential the person came from, if it is theirs."""
    try:
        wanted = uuid.UUID(request.GET.get("holding", ""))
    except ValueError:
        return {}
    return {"holdings": queries.holdings(request.user).filter(pk=wanted)}


@login_required
@require_safe
def detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One link: its address, limits and visits."""
    share = queries.share_of(request.user, pk)
    held = queries.shared(share)
    row = _row(share)
    context = {
        **row,
        "cards": [own_card(one) for one in held],
        "days": list(share.days.order_by("-day")[:60]),
        "post": linkedin.share_link(row["url"]) if row["url"] and _is_plain(share) else "",
        "tab": "shares",
    }
    return render(request, "passport/share_detail.html", context)


def _is_plain(share: Share) -> bool:
    return not share.pin_hash and not share.only_email


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Close a link."""
    actions.withdraw_share(queries.share_of(request.user, pk), actor=request.user)
    messages.success(request, _("The link leads nowhere now."))
    return redirect("passport:shares")
