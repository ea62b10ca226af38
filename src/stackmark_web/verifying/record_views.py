"""Permanent links: keep what was found, read it, compare a file with it, delete it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from stackmark_web.verifying import actions, queries, throttle
from stackmark_web.verifying.answering import page, too_many
from stackmark_web.verifying.forms import CheckForm, KeepForm
from stackmark_web.verifying.intake import Item, TooMuch, gather
from stackmark_web.verifying.models import VerificationRecord
from stackmark_web.verifying.showing import Shown
from stackmark_web.verifying.views import SEAL, check_item

_SEAL_AGE = 24 * 3600  # seconds an answer may wait on a page before it is kept


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep what a result page showed, because the visitor asked for it."""
    form = KeepForm(request.POST)
    found = _unsealed(form.cleaned_data["found"]) if form.is_valid() else None
    if found is None:
        text = _("This result is too old to be kept. Check the document again.")
        return page(request, "gone", {"text": text}, status=422)
    seconds = throttle.wait_for(request, throttle.KEEP_COST)
    if seconds:
        return too_many(request, seconds)
    days = int(form.cleaned_data["days"]) or None
    actor = request.user if request.user.is_authenticated else None
    _record, token = actions.keep_record(found, actor=actor, days=days)
    return HttpResponseRedirect(reverse("verifying:record", args=[token]))


def _unsealed(sealed: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = signing.loads(sealed, salt=SEAL, max_age=_SEAL_AGE)
    except signing.BadSignature:
        return None
    return found


def _record(token: str) -> VerificationRecord:
    found = queries.record(token)
    if found is None:
        raise Http404("There is nothing here.")
    return found


def _context(request: HttpRequest, token: str, found: VerificationRecord) -> dict[str, Any]:
    shown = Shown({"report": found.report, **found.facts})
    shown.kept = True
    return {
        "shown": shown,
        "record": found,
        "token": token,
        "link": settings.PUBLIC_URL + reverse("verifying:record", args=[token]),
        "mine": request.user.is_authenticated and found.made_by_id == request.user.pk,
        "form": CheckForm(user=request.user, auto_id="again_%s"),
    }


@require_safe
def record(request: HttpRequest, token: str) -> HttpResponse:
    """What was found then."""
    return page(request, "record", _context(request, token, _record(token)))


@require_POST
def record_check(request: HttpRequest, token: str) -> HttpResponse:
    """Check a file now, and say whether it is the one the record is about."""
    found = _record(token)
    context = _context(request, token, found)
    form = CheckForm(request.POST, request.FILES, user=request.user, auto_id="again_%s")
    item = _single(form)
    if item is None:
        return page(request, "record", {**context, "form": form}, status=422)
    seconds = throttle.wait_for(request, throttle.cost_of([item]))
    if seconds:
        return too_many(request, seconds)
    now = check_item(item, organisation=None)
    now.shown.anchor = "now"
    same = bool(now.sha256) and now.sha256 == found.sha256
    return page(request, "record", {**context, "now": now, "same": same})


def _single(form: CheckForm) -> Item | None:
    """The one document in a form; otherwise the form says what is the matter."""
    if not form.is_valid():
        return None
    try:
        items = gather(
            ((one.name or "", one.read()) for one in form.cleaned_data["files"]),
            text=form.cleaned_data["text"],
            link=form.cleaned_data["link"],
        )
    except TooMuch as error:
        form.add_error(None, str(error))
        return None
    if len(items) != 1:
        form.add_error(None, _("Give one document: the one this record is about."))
        return None
    return items[0]


@require_POST
def record_delete(request: HttpRequest, token: str) -> HttpResponse:
    """Delete a record; only who made it, signed in, may."""
    actions.delete_record(_record(token), actor=request.user)
    return HttpResponseRedirect(reverse("verifying:start"))
