"""Appeals: the holder's page behind a link, and the pages of those who decide."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.awarding import actions, letters, queries
from stackmark_web.awarding.actions.appealing import revoker_of
from stackmark_web.awarding.forms import AppealForm, DecisionForm
from stackmark_web.awarding.models import Appeal
from stackmark_web.awarding.views import page
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for
from stackmark_web.ui.text import day_text


def _by_token(token: str) -> Appeal:
    pk = letters.appeal_id(token)
    appeal = None if pk is None else queries.appeal_by_id(pk)
    if appeal is None:
        raise Http404("There is nothing here.")
    return appeal


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, token: str) -> HttpResponse:
    """What was revoked and why, and the holder's word on it. Needs the link, no account."""
    found = _by_token(token)
    form = AppealForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        user = request.user if request.user.is_authenticated else None
        try:
            actions.open_appeal(found.award, text=form.cleaned_data["text"], user=user)
        except actions.Problem as problem:
            form.add_error("text", problem.detail)
        except StackmarkError as error:
            messages.error(request, error.detail)
            return redirect("awarding:appeal", token)
        else:
            messages.success(request, _("Your appeal has reached them."))
            return redirect("awarding:appeal", token)
    context = {
        "appeal": found,
        "award": found.award,
        "card": queries.card(found.award),
        "form": form,
        "until": day_text(found.due_at),
        "late": found.due_at <= clock.now(),
        "brand": found.award.organisation,
    }
    status = 422 if form.is_bound else 200
    return render(request, "awarding/appeal.html", context, status=status)


@login_required
@require_safe
def appeals(request: HttpRequest, slug: str) -> HttpResponse:
    """The appeals, open ones first."""
    organisation = organisation_for(request.user, slug, Permission.AWARDS_VIEW)
    rows = queries.appeals(organisation)[:200]
    return page(request, "appeals", organisation, appeals=rows)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, slug: str, pk: Any) -> HttpResponse:
    """One appeal: what was revoked and why, what the holder says, and the decision."""
    organisation = organisation_for(request.user, slug, Permission.REVOKE)
    found = queries.appeal_of(organisation, pk)
    award = queries.award_of(organisation, found.award_id)
    own = revoker_of(award) == request.user.pk
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = _decide(request, found, form)
        if answer is not None:
            return answer
    step = award.steps.filter(to_state="revoked").order_by("-id").first()
    context = {"appeal": found, "award": award, "card": queries.card(award), "step": step}
    made = page(request, "decide", organisation, form=form, own=own, **context)
    made.status_code = 422 if form.is_bound else 200
    return made


def _decide(request: HttpRequest, found: Appeal, form: DecisionForm) -> HttpResponse | None:
    slug = found.award.organisation.slug
    try:
        fresh = actions.decide_appeal(
            found,
            actor=request.user,
            reversed_=form.cleaned_data["decision"] == "reversed",
            answer=form.cleaned_data["answer"],
        )
    except PermissionDenied as error:
        form.add_error(None, str(error))
        return None
    except StackmarkError as error:
        form.add_error(None, error.detail)
        return None
    messages.success(request, _("Decided. The holder is told."))
    shown = found.award if fresh is None else fresh
    return redirect("awarding:detail", slug, shown.pk)
