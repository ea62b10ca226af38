"""A learner's pathways: what is followed and how far, one of them as a map, moving on, leaving."""

from __future__ import annotations

import uuid
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from stackmark.stacking.future import losses
from stackmark_web.passport import queries as passport
from stackmark_web.pathways import queries_learner, versions_compared
from stackmark_web.pathways.actions import following as actions
from stackmark_web.pathways.actions.completing import audit_renewal
from stackmark_web.pathways.auditing import Ground, ground
from stackmark_web.pathways.errors import Problem
from stackmark_web.pathways.forms_learner import WhatIfForm
from stackmark_web.pathways.models import Completion, Following
from stackmark_web.pathways.naming import names_in
from stackmark_web.pathways.progress_map import Map, Told, amount
from stackmark_web.pathways.provenance import shown_of
from stackmark_web.pathways.renewal import renews, rules_for_renewal

PER_PAGE: Final = 12


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What a person follows, and what they could follow."""
    rows = queries_learner.offered_to(request.user)
    words = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    if words:
        rows = rows.filter(current__title__icontains=words)
    context = {
        "followed": [_row(one) for one in queries_learner.followings_of(request.user)],
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "words": words,
        "to_keep": passport.waiting_for(request.user).count(),
        "query": urlencode({"q": words}) if words else "",
        "tab": "pathways",
    }
    return render(request, "pathways/learner/home.html", context)


def _row(one: Following) -> dict[str, Any]:
    """How far, as the last audit said; the page of one audits anew."""
    progress = one.audit.get("progress") or [{}]
    top = progress[0]
    completions = list(one.completions.all())
    return {
        "one": one,
        "has": top.get("has", 0),
        "needs": top.get("needs", 0),
        "is_group": top.get("unit") == "rules",
        "completion": completions[0] if completions else None,
    }


@require_POST
@login_required
def follow(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Follow a pathway, from its public page or from one's own list."""
    pathway = queries_learner.on_offer(pk)
    try:
        made = actions.follow(request.user, pathway)
    except Problem as problem:
        messages.error(request, problem.detail)
        return redirect("pathways:home")
    return redirect("pathways:progress", made.pk)


@login_required
@require_safe
def progress(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The map: done, doable, locked, and why; nothing on it is stored."""
    one = queries_learner.following_of(request.user, pk)
    found = ground(request.user, one.version)
    audit = found.audited()
    newer = queries_learner.newer_versions(one)
    drawn, outcome = Map(found, audit), queries_learner.outcome_of(one)
    shown = shown_of(found, audit, one.pathway.organisation, drawn.names)
    context = {
        "one": one,
        "audit": audit,
        "map": drawn,
        "told": drawn.told,
        "shown": [row for row in shown if not row.aside],
        "aside": [row for row in shown if row.aside],
        "asks": sum(1 for row in shown if row.ask_url),
        "losses": _losses(found, drawn.told) if audit.ageing else (),
        "outcome": outcome,
        "newer": newer[0] if newer else None,
        "form": WhatIfForm(ground=found),
        "to_keep": passport.waiting_for(request.user).count(),
        "renews": renews(one.version),
        "renewal": _renewal(outcome.current, found),
        "tab": "pathways",
    }
    return render(request, "pathways/learner/progress.html", context)


def _renewal(current: Completion | None, found: Ground) -> dict[str, Any] | None:
    """How far the renewal of what was awarded is."""
    if current is None or current.award is None or not renews(current.version):
        return None
    rules = rules_for_renewal(current.version)
    audit, _holdings = audit_renewal(current, found, rules)
    ends = current.award.valid_until
    return {"amount": amount(audit.progress[0], rules.unit), "met": audit.verdict, "ends": ends}


def _losses(found: Ground, told: Told) -> list[tuple[Any, str]]:
    """What waiting costs: the next days on which something ends, and what then."""
    rows = losses(found.rules, found.holdings, found.at, years=5)[:12]
    return [(one.day, told.say(one.sentence)) for one in rows]


@login_required
@require_safe
def what_if(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The same with credentials that are not held; they stand in the address and nowhere else."""
    one = queries_learner.following_of(request.user, pk)
    real = ground(request.user, one.version)
    form = WhatIfForm(request.GET or None, ground=real)
    context: dict[str, Any] = {"one": one, "form": form, "tab": "pathways"}
    if form.is_bound and form.is_valid():
        imagined = form.imagined()
        found = ground(request.user, one.version, besides=imagined)
        audit = found.audited()
        drawn = Map(found, audit)
        context |= {
            "imagined": imagined,
            "audit": audit,
            "before": real.audited(),
            "map": drawn,
            "told": drawn.told,
            "uses": _uses(audit, imagined),
        }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "pathways/learner/what_if.html", context, status=status)


def _uses(audit: Any, imagined: list[Any]) -> list[tuple[Any, bool]]:
    """Each imagined credential, and whether it would serve a rule."""
    serving = {name for one in audit.progress for name in one.holdings}
    return [(one, one.id in serving) for one in imagined]


@login_required
@require_safe
def compare(request: HttpRequest, pk: uuid.UUID, version: uuid.UUID) -> HttpResponse:
    """What changes under a newer version: both audits, and the rules that differ."""
    one = queries_learner.following_of(request.user, pk)
    newer = queries_learner.newer_version(one, version)
    now, then = (ground(request.user, each) for each in (one.version, newer))
    before, after = now.audited(), then.audited()
    context = {
        "one": one,
        "newer": newer,
        "now": before,
        "then": after,
        "told_now": Told(before, names_in(now.rules)),
        "told_then": Told(after, names_in(then.rules)),
        "difference": versions_compared.difference(one.version, newer),
        "tab": "pathways",
    }
    return render(request, "pathways/learner/compare.html", context)


@login_required
@require_POST
def move(request: HttpRequest, pk: uuid.UUID, version: uuid.UUID) -> HttpResponse:
    """Go on under a newer version, for good."""
    one = queries_learner.following_of(request.user, pk)
    if one.version_id == version:  # pressed twice
        return redirect("pathways:progress", pk)
    newer = queries_learner.newer_version(one, version)
    try:
        actions.move(one, newer.pk, actor=request.user)
    except Problem as problem:
        messages.error(request, problem.detail)
    else:
        messages.success(request, _("You go on under the newer version."))
    return redirect("pathways:progress", pk)


@login_required
@require_POST
def leave(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Stop following."""
    one = queries_learner.following_of(request.user, pk)
    actions.leave(one, actor=request.user)
    messages.success(request, _("You no longer follow this pathway. Your credentials stay yours."))
    return redirect("pathways:home")
