"""Standard-setting workshops as their leader sees them."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark_web.accounts.models import User
from stackmark_web.assessing import queries_design as queries
from stackmark_web.assessing import spread_plot, workshops
from stackmark_web.assessing.actions import standards
from stackmark_web.assessing.design_views import page
from stackmark_web.assessing.forms_design import (
    ConfirmForm,
    InviteForm,
    WordsForm,
    WorkshopForm,
    typed_items,
)
from stackmark_web.assessing.models import Judge, Workshop
from stackmark_web.assessing.refusing import Problem
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.catalogue.plan_vocabulary import percent
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for
from stackmark_web.ui.site import address

State = Workshop.State
_DONE: Final = {
    "open": standards.open_round,
    "close": standards.close_round,
    "drop": standards.drop_workshop,
}


@login_required
@require_safe
def listed(request: HttpRequest, slug: str) -> HttpResponse:
    """The workshops there are."""
    organisation = organisation_for(request.user, slug, Permission.DESIGN)
    rows = queries.workshops_in(organisation)
    return page(request, "workshops", organisation, rows=rows, tab="workshops")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str, achievement_id: uuid.UUID) -> HttpResponse:
    """Prepare a workshop."""
    organisation, achievement = catalogue.achievement_for(
        request.user, slug, achievement_id, Permission.DESIGN
    )
    form = WorkshopForm(
        request.POST if request.method == "POST" else None,
        components=queries.parts_of(achievement),
        sources=queries.item_sources(achievement),
    )
    if form.is_bound and form.is_valid():
        made = _made(request, achievement, form)
        if made is not None:
            return redirect("assessing:workshop", slug, made.pk)
    return page(
        request,
        "workshop_new",
        organisation,
        achievement=achievement,
        form=form,
        tab="workshops",
        status=422 if form.errors else 200,
    )


def _made(request: HttpRequest, achievement: Any, form: WorkshopForm) -> Workshop | None:
    given = form.cleaned_data
    source, component = given["source"], given["component"]
    taken = queries.items_from(achievement, source, component)
    try:
        return standards.create_workshop(
            achievement,
            actor=request.user,
            method=given["method"],
            title=given["title"],
            items=typed_items(given["items"]) if source == "typed" else taken,
            component=component,
            candidate_text=given["candidate_text"],
            rounds=given["rounds"],
        )
    except Problem as error:
        _say(form, error)
    return None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def workshop(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """One workshop: what is to be done next, judges, spread, cut. Posting changes its words."""
    organisation, row = queries.workshop_for(request.user, slug, pk)
    form = WordsForm(
        request.POST if request.method == "POST" else None,
        initial={"title": row.title, "candidate_text": row.candidate_text, "rounds": row.rounds},
    )
    if form.is_bound and form.is_valid() and _changed(request, row, form):
        return redirect("assessing:workshop", slug, pk)
    invite = InviteForm(people=queries.colleagues(row))
    status = 422 if form.errors else 200
    return _workshop(request, organisation, row, words_form=form, invite_form=invite, status=status)


def _changed(request: HttpRequest, row: Workshop, form: WordsForm) -> bool:
    try:
        standards.change_workshop(row, actor=request.user, items=row.items, **form.cleaned_data)
    except Problem as error:
        _say(form, error)
        return False
    return True


@login_required
@require_POST
def invite(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Ask somebody to judge."""
    organisation, row = queries.workshop_for(request.user, slug, pk)
    form = InviteForm(request.POST, people=queries.colleagues(row))
    if form.is_valid():
        chosen = form.cleaned_data["person"]
        person = User.objects.get(pk=chosen) if chosen else None
        try:
            standards.invite_judge(
                row, actor=request.user, person=person, email=form.cleaned_data["email"]
            )
        except Problem as error:
            _say(form, error)
        else:
            messages.success(request, _("They can judge now. Send them the link below."))
            return redirect("assessing:workshop", slug, pk)
    return _workshop(request, organisation, row, invite_form=form, status=422)


@login_required
@require_POST
def withdraw(request: HttpRequest, slug: str, pk: uuid.UUID, judge: int) -> HttpResponse:
    """Take a judge off."""
    _organisation, row = queries.workshop_for(request.user, slug, pk)
    found = Judge.objects.filter(workshop=row, pk=judge).first()
    if found is None:
        raise Http404("There is nothing here.")
    return _then(request, slug, pk, lambda: standards.withdraw_judge(found, actor=request.user))


@login_required
@require_POST
def act(request: HttpRequest, slug: str, pk: uuid.UUID, verb: str) -> HttpResponse:
    """Open or close a round, or drop the workshop."""
    _organisation, row = queries.workshop_for(request.user, slug, pk)
    if verb not in _DONE:
        raise Http404("There is nothing here.")
    return _then(request, slug, pk, lambda: _DONE[verb](row, actor=request.user))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """The cut, its doubts and its overall impact; then the yes that puts it in force."""
    organisation, row = queries.workshop_for(request.user, slug, pk)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            standards.confirm_cut(row, actor=request.user, note=form.cleaned_data["note"])
        except Problem as error:
            _say(form, error)
        else:
            messages.success(request, _("The cut is in force from now on."))
            return redirect("assessing:workshop", slug, pk)
    return page(
        request,
        "confirm",
        organisation,
        workshop=row,
        form=form,
        tab="workshops",
        part=queries.part_name(row.achievement, row.component),
        **_figures(row),
        status=422 if form.errors else 200,
    )


@login_required
@require_safe
def live(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """The spread as it is now: asked for again every few seconds while a round is open."""
    organisation, row = queries.workshop_for(request.user, slug, pk)
    context = {"organisation": organisation, "workshop": row, **_shown(request, row)}
    return render(request, "assessing/design/parts/spread.html", context)


def _workshop(
    request: HttpRequest, organisation: Any, row: Workshop, *, status: int = 200, **forms: Any
) -> HttpResponse:
    words = {"title": row.title, "candidate_text": row.candidate_text, "rounds": row.rounds}
    forms.setdefault("words_form", WordsForm(initial=words))
    path = reverse("assessing:judge", args=[row.pk])
    return page(
        request,
        "workshop",
        organisation,
        workshop=row,
        tab="workshops",
        judge_url=request.build_absolute_uri(path),
        part=queries.part_name(row.achievement, row.component),
        fairness_url=address("assessing:fairness", "", organisation.slug),
        cut_score=getattr(row, "cutscore", None),
        is_judge=row.judges.filter(user=request.user, withdrawn_at=None).exists(),
        **_shown(request, row),
        **forms,
        status=status,
    )


def _shown(request: HttpRequest, row: Workshop) -> dict[str, Any]:
    """Judges and figures; a leader who judges too sees no figures before handing in."""
    judges = list(row.judges.select_related("user").order_by("user__name", "pk"))
    own = next((one for one in judges if one.user_id == request.user.pk), None)
    waits = bool(own and own.withdrawn_at is None and own.ready_in < row.round)
    veiled = row.state == State.OPEN and waits
    there = [one for one in judges if one.withdrawn_at is None]
    return {
        "judges": judges,
        "ready": sum(one.ready_in == row.round for one in there),
        "asked": len(there),
        "veiled": veiled,
        **({} if veiled else _figures(row)),
    }


def _figures(row: Workshop) -> dict[str, Any]:
    found = workshops.result(row)
    is_angoff = row.method == Workshop.Method.ANGOFF
    number = found.last.number if found.last else 0
    said = workshops.spread(row, number) if number else ()
    return {
        "result": found,
        "impact": _impact(found),
        "drawing": spread_plot.rounds(found.rounds) if found.rounds and is_angoff else "",
        "items": [(one, *_typed(one, is_angoff=is_angoff)) for one in said],
    }


def _impact(found: workshops.Result) -> dict[str, str]:
    """The share that would pass, and its interval, as percents in words."""
    said = found.impact
    if said is None or said.value is None or said.interval is None:
        return {}
    low, high = said.interval
    shares = {"share": said.value, "low": low, "high": high}
    return {name: f"{percent(value * 100)} %" for name, value in shares.items()}


def _typed(one: workshops.ItemSpread, *, is_angoff: bool) -> tuple[Any, ...]:
    unit = 100 if is_angoff else 1
    return tuple(None if v is None else v * unit for v in (one.low, one.mean, one.high, one.own))


def _then(request: HttpRequest, slug: str, pk: uuid.UUID, do: Any) -> HttpResponse:
    try:
        do()
    except Problem as error:
        messages.error(request, error.detail)
    return redirect("assessing:workshop", slug, pk)


def _say(form: Any, error: Problem) -> None:
    form.add_error(error.field if error.field in form.fields else None, error.detail)
