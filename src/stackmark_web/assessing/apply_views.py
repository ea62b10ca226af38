"""A learner's list, an application, and the step to an attempt."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.assessing import plans, queries_learner, retention, wording_learner
from stackmark_web.assessing.actions import applying
from stackmark_web.assessing.forms_learner import ApplyForm
from stackmark_web.assessing.models import Adjustment, Application
from stackmark_web.assessing.refusing import Problem
from stackmark_web.catalogue import onward
from stackmark_web.catalogue import queries as catalogue


def say(form: Any, problem: Problem) -> None:
    """The problem at its field, or above the form."""
    form.add_error(problem.field if problem.field in form.fields else None, problem.detail)


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Applications and attempts, each with where it stands and what comes next."""
    rows = [
        {
            "application": one,
            "card": catalogue.card(one.version),
            "standing": queries_learner.standing_of_application(one),
            "attempts": [
                (attempt, queries_learner.standing_of(attempt))
                for attempt in one.attempts.order_by("-number")
            ],
        }
        for one in queries_learner.applications_of(request.user)
    ]
    others = queries_learner.attempts_of(request.user).filter(application=None)
    context = {
        "rows": rows,
        "others": [(one, queries_learner.standing_of(one)) for one in others],
        "any": bool(rows) or others.exists(),
    }
    return render(request, "assessing/learner/mine.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, achievement_id: uuid.UUID) -> HttpResponse:
    """Ask to be assessed; what that means stands above the form."""
    version = catalogue.public_version(achievement_id)
    if version is None:
        raise Http404("There is nothing here.")
    already = queries_learner.open_application(request.user, version.achievement)
    if already is not None:
        return redirect("assessing:application", already.pk)
    offerings = list(catalogue.offerings_of(version.achievement))
    form = ApplyForm(
        request.POST if request.method == "POST" else None,
        offerings=[(str(one.pk), wording_learner.offering(one)) for one in offerings],
        initial={"offering": request.GET.get("offering", "")},
    )
    is_open = queries_learner.takes_applications(version)
    if request.method == "POST" and form.is_valid():
        made = _apply(request, version, form, offerings)
        if made is not None:
            return redirect("assessing:application", made.pk)
    context = {
        "version": version,
        "brand": version.organisation,
        "card": catalogue.card(version),
        "form": form,
        "is_open": is_open,
        "setup": plans.setup_of(version.achievement),
        "facts": wording_learner.facts(version),
        "components": wording_learner.components(version),
        "left": queries_learner.attempts_left(request.user, version.achievement),
        "panels": onward.panels(version),
    }
    status = 422 if form.is_bound else 200
    return render(request, "assessing/learner/apply.html", context, status=status)


def _apply(
    request: HttpRequest, version: Any, form: ApplyForm, offerings: list[Any]
) -> Application | None:
    wanted = form.cleaned_data.get("offering") or ""
    try:
        made = applying.apply(
            version.achievement,
            actor=request.user,
            message=form.cleaned_data["message"],
            adjustments=form.adjustments(),
            offering=next((one for one in offerings if str(one.pk) == wanted), None),
        )
    except Problem as problem:
        say(form, problem)
        return None
    except StackmarkError as error:
        form.add_error(None, error.detail)
        return None
    if made.state == Application.State.ACCEPTED:
        messages.success(request, _("You are accepted and can begin."))
    else:
        messages.success(request, _("Your application has reached them."))
    return made


@login_required
@require_safe
def application(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One application: the answer, adjustments, attempts, the next step."""
    found = queries_learner.application_of(request.user, pk)
    attempts = list(found.attempts.order_by("-number"))
    begins = applying.next_from(found)
    context = {
        "application": found,
        "brand": found.organisation,
        "card": catalogue.card(found.version),
        "standing": queries_learner.standing_of_application(found),
        "attempts": [(one, queries_learner.standing_of(one)) for one in attempts],
        "adjustments": [(one, _TONES[one.state]) for one in found.adjustments.all()],
        "may_begin": applying.may_begin(found),
        "begins": begins if begins and begins > clock.now() else None,
        "left": applying.attempts_left(found.achievement, found.candidate, found.version),
        "may_withdraw": applying.may_withdraw(found),
        "setup": plans.setup_of(found.achievement),
        "keep": retention.rule_of(found.achievement),
    }
    return render(request, "assessing/learner/application.html", context)


_TONES = {
    Adjustment.State.ASKED: "info",
    Adjustment.State.GRANTED: "success",
    Adjustment.State.REFUSED: "warning",
    Adjustment.State.ENDED: "neutral",
}


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """No assessment is wanted any more."""
    found = queries_learner.application_of(request.user, pk)
    try:
        applying.withdraw(found, actor=request.user)
    except StackmarkError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("The application was withdrawn."))
    return redirect("assessing:application", pk)


@login_required
@require_POST
def begin(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Open the next attempt."""
    found = queries_learner.application_of(request.user, pk)
    try:
        made = applying.open_attempt(found, actor=request.user)
    except StackmarkError as error:
        messages.error(request, error.detail)
        return redirect("assessing:application", pk)
    return redirect("assessing:attempt", made.pk)
