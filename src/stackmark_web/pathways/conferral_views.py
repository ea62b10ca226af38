"""The board's pages: who waits and why they may, lists, conferring, refusing, a list to print."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import StackmarkError
from stackmark_web.pathways import queries_board as queries
from stackmark_web.pathways import queries_proof
from stackmark_web.pathways.actions import auditing, conferring, granting
from stackmark_web.pathways.actions.completing import holds
from stackmark_web.pathways.errors import Problem
from stackmark_web.pathways.forms_learner import ListForm, MinuteForm, RefuseForm
from stackmark_web.pathways.models import Completion

PER_PAGE: Final = 50


def _page(
    request: HttpRequest, name: str, organisation: Any, pathway: Any, status: int = 200, **more: Any
) -> HttpResponse:
    shared = {"organisation": organisation, "pathway": pathway, "section": "pathways"}
    return render(request, f"pathways/board/{name}.html", shared | more, status=status)


@login_required
@require_safe
def board(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Who waits, the lists, what was decided."""
    organisation, pathway = queries.pathway_for(request.user, slug, pk)
    return _board(request, organisation, pathway, ListForm())


def _board(
    request: HttpRequest, organisation: Any, pathway: Any, form: ListForm, status: int = 200
) -> HttpResponse:
    waiting = queries.waiting(pathway)
    return _page(
        request,
        "board",
        organisation,
        pathway,
        status=status,
        page=Paginator(waiting, PER_PAGE).get_page(request.GET.get("page")),
        unlisted=waiting.filter(list=None).count(),
        lists=queries.lists(pathway)[:PER_PAGE],
        decided=queries.decided(pathway)[:PER_PAGE],
        followers=queries.followers(pathway),
        by_board=pathway.conferral == "board" or granting.needs_board(pathway),
        form=form,
    )


@login_required
@require_POST
def audit(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Audit everybody on the pathway now, as a run with progress."""
    organisation, pathway = queries.pathway_for(request.user, slug, pk)
    try:
        run = auditing.audit_everybody(pathway, actor=request.user)
    except Problem as problem:
        messages.error(request, problem.detail)
        return redirect("pathways:conferral", slug, pk)
    return redirect("jobs:run", organisation.slug, run.pk)


@login_required
@require_POST
def make_list(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """A list of those chosen, or of all who stand on none."""
    organisation, pathway = queries.pathway_for(request.user, slug, pk)
    form = ListForm(request.POST)
    if form.is_valid():
        try:
            made = conferring.make_list(
                pathway,
                actor=request.user,
                name=form.cleaned_data["name"],
                completions=_chosen(request),
            )
        except Problem as problem:
            _say(form, problem)
        else:
            return redirect("pathways:conferral_list", slug, pk, made.pk)
    return _board(request, organisation, pathway, form, status=422)


def _chosen(request: HttpRequest) -> list[uuid.UUID]:
    found = []
    for one in request.POST.getlist("who")[:1_000]:
        try:
            found.append(uuid.UUID(one))
        except ValueError:
            continue
    return found


def _say(form: Any, problem: Problem) -> None:
    form.add_error(problem.field if problem.field in form.fields else None, problem.detail)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: HttpRequest, slug: str, pk: uuid.UUID, listed: uuid.UUID) -> HttpResponse:
    """One list: confer on all who still wait on it, with the minute of the meeting."""
    organisation, pathway = queries.pathway_for(request.user, slug, pk)
    found = queries.list_of(pathway, listed)
    form = MinuteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            run = conferring.confer(found, actor=request.user, minute=form.cleaned_data["minute"])
        except StackmarkError as error:
            form.add_error(None, error.detail)
        else:
            if run is not None:
                return redirect("jobs:run", organisation.slug, run.pk)
            messages.success(request, _("Conferred. The signed credentials are on their way."))
            return redirect("pathways:conferral_list", slug, pk, listed)
    rows = queries.on_list(found)
    return _page(
        request,
        "list",
        organisation,
        pathway,
        status=422 if form.is_bound else 200,
        listed=queries.list_of(pathway, listed),
        rows=rows,
        left=rows.filter(state=Completion.State.WAITING).count(),
        form=form,
    )


@login_required
@require_safe
def printed(request: HttpRequest, slug: str, pk: uuid.UUID, listed: uuid.UUID) -> HttpResponse:
    """A list on paper: names, what serves what, room for signatures."""
    organisation, pathway = queries.pathway_for(request.user, slug, pk)
    found = queries.list_of(pathway, listed)
    rows = [(one, queries_proof.uses_of(one)) for one in queries.on_list(found)]
    return _page(request, "print", organisation, pathway, listed=found, rows=rows)


@login_required
@require_safe
def candidate(request: HttpRequest, slug: str, pk: uuid.UUID, who: uuid.UUID) -> HttpResponse:
    """One who met the rules: which credential serves which rule, and the two buttons."""
    organisation, pathway = queries.pathway_for(request.user, slug, pk)
    found = queries.candidate(pathway, who)
    return _candidate(request, organisation, pathway, found)


def _name(found: Completion) -> str:
    if found.user is None:
        return _("An account that is gone")
    return str(found.user.name or found.user.email)


def _candidate(
    request: HttpRequest,
    organisation: Any,
    pathway: Any,
    found: Completion,
    *,
    confer_form: MinuteForm | None = None,
    refuse_form: RefuseForm | None = None,
) -> HttpResponse:
    bound = confer_form or refuse_form
    return _page(
        request,
        "candidate",
        organisation,
        pathway,
        status=422 if bound is not None else 200,
        who=found,
        called=_name(found),
        uses=queries_proof.uses_of(found),
        holds=holds(found),
        confer_form=confer_form or MinuteForm(),
        refuse_form=refuse_form or RefuseForm(),
        refusing=refuse_form is not None,
    )


@login_required
@require_POST
def confer(request: HttpRequest, slug: str, pk: uuid.UUID, who: uuid.UUID) -> HttpResponse:
    """Confer on one."""
    organisation, pathway = queries.pathway_for(request.user, slug, pk)
    found, form = queries.candidate(pathway, who), MinuteForm(request.POST)
    if form.is_valid():
        try:
            conferring.confer_one(found, actor=request.user, minute=form.cleaned_data["minute"])
        except StackmarkError as error:
            form.add_error(None, error.detail)
        else:
            messages.success(request, _("Conferred. The signed credential is on its way."))
            return redirect("pathways:candidate", slug, pk, who)
    return _candidate(
        request, organisation, pathway, queries.candidate(pathway, who), confer_form=form
    )


@login_required
@require_POST
def refuse(request: HttpRequest, slug: str, pk: uuid.UUID, who: uuid.UUID) -> HttpResponse:
    """Say no to one, with the reason."""
    organisation, pathway = queries.pathway_for(request.user, slug, pk)
    found, form = queries.candidate(pathway, who), RefuseForm(request.POST)
    if form.is_valid():
        try:
            conferring.refuse(found, actor=request.user, reason=form.cleaned_data["reason"])
        except Problem as problem:
            _say(form, problem)
        else:
            messages.success(request, _("Not conferred. The learner is told why."))
            return redirect("pathways:candidate", slug, pk, who)
    return _candidate(
        request, organisation, pathway, queries.candidate(pathway, who), refuse_form=form
    )
