"""What a learner tells the desk: circumstances, an answer, an appeal."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stackmark.errors import StackmarkError
from stackmark_web.assessing import queries_learner
from stackmark_web.assessing.actions import telling
from stackmark_web.assessing.attempt_views import show
from stackmark_web.assessing.forms_learner import TextForm
from stackmark_web.assessing.models import Attempt, Circumstance, MarkAppeal, Misconduct
from stackmark_web.assessing.refusing import Problem


def _taken(
    request: HttpRequest,
    found: Attempt,
    name: str,
    label: Any,
    do: Callable[[str], object],
    done: str,
) -> HttpResponse:
    """Read the text, do it, say so; a fault shows the page with the form as it was sent."""
    form = TextForm(request.POST, label=label, auto_id=f"{name}_%s")
    if form.is_valid():
        try:
            do(form.cleaned_data["text"])
        except Problem as problem:
            form.add_error("text", problem.detail)
        except StackmarkError as error:
            messages.error(request, error.detail)
            return redirect("assessing:attempt", found.pk)
        else:
            messages.success(request, done)
            return redirect("assessing:attempt", found.pk)
    return show(request, found, status=422, **{f"{name}_form": form, "opened": name})


@login_required
@require_POST
def tell(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Extenuating circumstances of an attempt."""
    found = queries_learner.attempt_of(request.user, pk)
    return _taken(
        request,
        found,
        "tell",
        _("What happened"),
        lambda text: telling.tell_circumstances(found, actor=request.user, text=text),
        _("They know now. A person answers you here."),
    )


@login_required
@require_POST
def take_back(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Circumstances are not to count after all."""
    found = Circumstance.everywhere.filter(pk=pk, attempt__learner=request.user).first()
    if found is None:
        raise Http404("There is nothing here.")
    _do(request, lambda: telling.withdraw_circumstance(found, actor=request.user))
    return redirect("assessing:attempt", found.attempt_id)


@login_required
@require_POST
def answer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The learner's side of a case."""
    case = Misconduct.everywhere.filter(pk=pk, attempt__learner=request.user).first()
    if case is None:
        raise Http404("There is nothing here.")
    return _taken(
        request,
        queries_learner.attempt_of(request.user, case.attempt_id),
        "answer",
        _("Your side of it"),
        lambda text: telling.answer_misconduct(case, actor=request.user, text=text),
        _("Your answer has reached them. Another person than who raised it decides."),
    )


@login_required
@require_POST
def appeal(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Against the decision in force."""
    found = queries_learner.attempt_of(request.user, pk)
    decision = queries_learner.decision_of(found)
    if decision is None:
        raise Http404("There is nothing here.")
    return _taken(
        request,
        found,
        "appeal",
        _("Why the decision is wrong"),
        lambda text: telling.appeal(decision, actor=request.user, text=text),
        _("Your appeal has reached them. Somebody who had no part in the decision looks at it."),
    )


@login_required
@require_POST
def withdraw_appeal(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The decision may stand."""
    found = queries_learner.attempt_of(request.user, pk)
    made = MarkAppeal.everywhere.filter(decision__attempt=found).order_by("-opened_at").first()
    if made is None:
        raise Http404("There is nothing here.")
    _do(request, lambda: telling.withdraw_appeal(made, actor=request.user))
    return redirect("assessing:attempt", pk)


def _do(request: HttpRequest, do: Callable[[], object]) -> None:
    try:
        do()
    except StackmarkError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("It was taken back."))
