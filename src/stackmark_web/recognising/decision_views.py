"""A decision, for whom it is about, and at its own address."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from stackmark_web.recognising import inside, pages, queries
from stackmark_web.recognising.actions import appealing
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.forms import TextForm
from stackmark_web.recognising.models import Decision


@login_required
@require_safe
def decision(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The verdict, the rows, the reasons, and the way to appeal."""
    found = queries.decision_to(request.user, pk)
    return pages.learner_page(
        request,
        "decision",
        appeals=found.appeals.order_by("sent_at"),
        may_appeal=not appealing.refusal(found),
        **pages.shown(found),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Say why a decision is wrong."""
    found = queries.decision_to(request.user, pk)
    form = TextForm(
        request.POST if request.method == "POST" else None,
        label=_("Why the decision is wrong"),
        help_text=_("Say which row you see otherwise, and from what. Another person reads it."),
    )
    refused = appealing.refusal(found)
    if form.is_bound and form.is_valid():
        try:
            appealing.appeal(found, actor=request.user, text=form.text)
        except Problem as problem:
            form.add_error(None, problem.detail)
        else:
            messages.success(request, _("Your appeal has reached them."))
            return redirect("recognising:decision", pk)
    return pages.learner_page(
        request,
        "appeal",
        decision=found,
        form=form,
        refused=refused,
        status=422 if form.is_bound else 200,
    )


@require_safe
def statement(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The address a decision has as its id: people go to its page, who has a share gets it."""
    found = _at(request, pk)
    if request.user.is_authenticated and found.user_id == request.user.pk:
        return redirect("recognising:decision", pk)
    if not request.GET.get("t"):
        return redirect("recognising:desk_decision", found.organisation.slug, pk)
    return _document(found)


@require_safe
def statement_json(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The exact signed bytes, for who has it."""
    return _document(_at(request, pk))


def _at(request: HttpRequest, pk: uuid.UUID) -> Decision:
    token = request.GET.get("t", "").replace("\x00", "")[:200]
    found = inside.decision_at(pk, user=request.user, token=token)
    if found is None:
        raise Http404("There is nothing here.")
    return found


def _document(found: Decision) -> HttpResponse:
    response = HttpResponse(queries.signed_bytes(found), content_type="application/vc+ld+json")
    response["Content-Disposition"] = f'attachment; filename="recognition-{found.pk}.json"'
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    response.stackmark_csp = {"sandbox": ""}  # type: ignore[attr-defined]  # read by SecurityHeaders
    return response
