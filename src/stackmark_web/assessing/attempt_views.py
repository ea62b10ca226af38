"""One attempt: preparing it piece by piece, handing it in, and what came of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.assessing import (
    deadlines,
    intake,
    plans,
    queries_learner,
    retention,
    statements,
    wording_learner,
)
from stackmark_web.assessing.actions import submitting
from stackmark_web.assessing.apply_views import say
from stackmark_web.assessing.forms_learner import SubmitForm, TextForm
from stackmark_web.assessing.models import Artefact, Attempt, Circumstance
from stackmark_web.assessing.refusing import Problem

_TELL = gettext_lazy("What happened")
_APPEAL = gettext_lazy("Why the decision is wrong")
_ANSWER = gettext_lazy("Your side of it")


@login_required
@require_http_methods(["GET", "HEAD"])
def attempt(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What is asked, what is there, where it stands, what came of it."""
    return show(request, queries_learner.attempt_of(request.user, pk))


def show(request: HttpRequest, found: Attempt, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The page; ``forms`` are those that were sent and refused, ``faults`` by component."""
    due = deadlines.due_of(found)
    late = due is not None and due <= clock.now()
    is_open = found.state == Attempt.State.OPEN
    statement = getattr(found, "authorship", None)
    context = {
        "attempt": found,
        "application": found.application,
        "brand": found.organisation,
        "standing": queries_learner.standing_of(found),
        "parts": queries_learner.parts_of(found),
        "setup": plans.setup_of(found.achievement),
        "facts": wording_learner.facts(found.version),
        "kinds_taken": wording_learner.kinds_taken(),
        "due": due,
        "adjusted": deadlines.is_adjusted(found),
        "late": late,
        "may_add": is_open and not late,
        "missing": queries_learner.asked_for(found) if is_open else [],
        "statement": statement,
        "feedback": queries_learner.feedback_on(found),
        "appeal": _appeal_of(found),
        "circumstances": list(found.circumstances.all()),
        "may_tell": _may_tell(found),
        "cases": list(found.misconduct.order_by("raised_at")),
        "now": clock.now(),
        "keep": retention.rule_of(found.achievement),
        "keep_until": retention.until(found),
        "tell_form": TextForm(label=_TELL, auto_id="tell_%s"),
        "appeal_form": TextForm(label=_APPEAL, auto_id="appeal_%s"),
        "answer_form": TextForm(label=_ANSWER, auto_id="answer_%s"),
        **forms,
    }
    return render(request, "assessing/learner/attempt.html", context, status=status)


def _may_tell(found: Attempt) -> bool:
    if found.state not in (Attempt.State.OPEN, Attempt.State.SUBMITTED, Attempt.State.MARKING):
        return False
    return not found.circumstances.filter(state=Circumstance.State.OPEN).exists()


def _appeal_of(found: Attempt) -> Any:
    """The appeal about a decision on this attempt, also one that replaced that decision."""
    rows = found.decisions.filter(appeal__isnull=False).select_related("appeal")
    last = rows.order_by("-proposed_at").first()
    return getattr(last, "appeal", None)


# -- preparing ---------------------------------------------------------------------------------


@login_required
@require_POST
def add(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Keep files, a text, a link or a repository for one component."""
    found = queries_learner.attempt_of(request.user, pk)
    component, kind = request.POST.get("component", ""), request.POST.get("kind", "")
    handler = _ADDERS.get(kind)
    try:
        if handler is None:
            raise Problem("", _("Choose what you add."))
        done = handler(request, found, component)
    except Problem as problem:
        faults = {component: problem.detail}
        return show(request, found, status=422, faults=faults, sent=request.POST, sent_kind=kind)
    except StackmarkError as error:
        messages.error(request, error.detail)
        return redirect("assessing:attempt", pk)
    messages.success(request, done)
    return redirect(f"{request.path.removesuffix('/add')}#part-{component}")


def _files(request: HttpRequest, found: Attempt, component: str) -> str:
    uploads = request.FILES.getlist("files")
    if not uploads:
        raise Problem("file", _("Choose a file first."))
    replaces = _replaced(request, found)
    kept = []
    for number, one in enumerate(uploads):
        if (one.size or 0) > intake.MAX_FILE_BYTES:
            raise Problem("file", intake.too_large(intake.clean_name(one.name or "")))
        kept.append(
            submitting.add_file(
                found,
                component,
                actor=request.user,
                name=one.name or "",
                data=one.read(),
                replaces=replaces if number == 0 else None,
            )
        )
    if any(one.state == Artefact.State.QUARANTINED for one in kept):
        return _("Kept, but in quarantine: a person looks at it before anybody marks it.")
    return _("Kept. Nobody else sees it before you hand it in.")


def _replaced(request: HttpRequest, found: Attempt) -> Artefact | None:
    try:
        wanted = uuid.UUID(request.POST.get("replaces", ""))
    except ValueError:
        return None
    return found.artefacts.filter(pk=wanted).first()


def _text(request: HttpRequest, found: Attempt, component: str) -> str:
    text = request.POST.get("text", "")
    submitting.write_text(found, component, actor=request.user, text=text)
    return _("The text is kept.") if text.strip() else _("The text was taken out.")


def _link(request: HttpRequest, found: Attempt, component: str) -> str:
    submitting.add_link(
        found,
        component,
        actor=request.user,
        url=request.POST.get("url", ""),
        name=request.POST.get("name", ""),
        replaces=_replaced(request, found),
    )
    return _("The link is kept.")


def _repository(request: HttpRequest, found: Attempt, component: str) -> str:
    submitting.add_repository(
        found,
        component,
        actor=request.user,
        url=request.POST.get("url", ""),
        commit=request.POST.get("commit", ""),
        replaces=_replaced(request, found),
    )
    return _("The repository is kept.")


_ADDERS = {"file": _files, "text": _text, "link": _link, "repository": _repository}


@login_required
@require_POST
def remove(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a piece out before submission."""
    piece = Artefact.objects.filter(pk=pk, attempt__learner=request.user).first()
    if piece is None:
        raise Http404("There is nothing here.")
    try:
        submitting.remove(piece, actor=request.user)
    except StackmarkError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("It was taken out."))
    return redirect("assessing:attempt", piece.attempt_id)


# -- submitting --------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The list with its digests, the statement, one button: final."""
    found = queries_learner.attempt_of(request.user, pk)
    form = SubmitForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            submitting.submit(
                found, actor=request.user, name=given["name"], help_had=given["help_had"]
            )
        except Problem as problem:
            say(form, problem)
        except StackmarkError as error:
            messages.error(request, error.detail)
            return redirect("assessing:attempt", pk)
        else:
            messages.success(request, _("Handed in. This page is your receipt."))
            return redirect("assessing:attempt", pk)
    if found.state != Attempt.State.OPEN:
        return redirect("assessing:attempt", pk)
    due = deadlines.due_of(found)
    context = {
        "attempt": found,
        "brand": found.organisation,
        "parts": queries_learner.parts_of(found),
        "missing": queries_learner.asked_for(found),
        "statement": statements.statement_of(found.version),
        "form": form,
        "due": due,
        "late": due is not None and due <= clock.now(),
        "keep": retention.rule_of(found.achievement),
    }
    status = 422 if form.is_bound else 200
    return render(request, "assessing/learner/submit.html", context, status=status)
