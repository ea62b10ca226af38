"""Re-tests: staff draw and record; a holder answers."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import UsageError
from stackmark_web.assessing import figuring
from stackmark_web.assessing import forms_facts as forms
from stackmark_web.assessing import queries_facts as queries
from stackmark_web.assessing import wording_facts as wording
from stackmark_web.assessing.actions import retesting as actions
from stackmark_web.assessing.import_views import show
from stackmark_web.assessing.models import Retest, RetestInvitation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for
from stackmark_web.ui.views_data import Action


def _retest(request: HttpRequest, slug: str, pk: uuid.UUID) -> tuple[Any, Retest]:
    organisation = organisation_for(request.user, slug, Permission.ASSESS)
    found = queries.retests_of(organisation).filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return organisation, found


@login_required
@require_safe
def retests(request: HttpRequest, slug: str) -> HttpResponse:
    """The re-tests of an organisation."""
    organisation = organisation_for(request.user, slug, Permission.ASSESS)
    rows = [(one, _counts(one)) for one in queries.retests_of(organisation)[:200]]
    new = Action(_("Draw a re-test"), reverse("assessing:retest_new", args=[slug]), "primary")
    return show(request, "retests", organisation, rows=rows, actions=[new])


def _counts(found: Retest) -> dict[str, int]:
    rows = list(found.invitations.values_list("answer", "attempt"))
    return {
        "invited": len(rows),
        "yes": sum(answer == RetestInvitation.Answer.YES for answer, _attempt in rows),
        "no": sum(answer == RetestInvitation.Answer.NO for answer, _attempt in rows),
        "came": sum(attempt is not None for _answer, attempt in rows),
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Draw holders and invite them."""
    organisation = organisation_for(request.user, slug, Permission.ASSESS)
    versions = queries.published_versions(organisation)
    form = forms.RetestForm(request.POST or None, versions=versions)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.invite(actor=request.user, **form.values())
        except UsageError as error:
            form.add_error(getattr(error, "field", "") or None, error.detail)
        else:
            count = made.invitations.count()
            text = ngettext("%(n)d holder was invited.", "%(n)d holders were invited.", count)
            messages.success(request, text % {"n": count})
            return redirect("assessing:retest", slug, made.pk)
    status = 422 if form.errors else 200
    return show(request, "retest_new", organisation, status, form=form, versions=versions)


@login_required
@require_safe
def detail(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Who was drawn, who comes, and the two rates."""
    organisation, found = _retest(request, slug, pk)
    rows = found.invitations.select_related("holder", "attempt").order_by("sent_at", "pk")
    retained = figuring.retained_of(found.achievement)
    return show(
        request,
        "retest",
        organisation,
        found=found,
        counts=_counts(found),
        rows=[
            (one, forms.ResultForm(prefix=str(one.pk)))
            for one in rows
            if one.answer == RetestInvitation.Answer.YES
        ],
        is_open=actions.is_open(found),
        lines=wording.lines(retained),
    )


@login_required
@require_POST
def result(request: HttpRequest, slug: str, pk: uuid.UUID, invitation: uuid.UUID) -> HttpResponse:
    """Store what somebody reached."""
    _organisation, found = _retest(request, slug, pk)
    one = found.invitations.filter(pk=invitation).first()
    if one is None:
        raise Http404("There is nothing here.")
    form = forms.ResultForm(request.POST, prefix=str(one.pk))
    if form.is_valid():
        try:
            actions.record_result(one, actor=request.user, **form.cleaned_data)
        except UsageError as error:
            messages.error(request, error.detail)
        else:
            messages.success(request, _("The result is stored. The credential stays as it is."))
    else:
        messages.error(request, _("Give percent from 0 to 100 and the day it was sat."))
    return redirect("assessing:retest", slug, pk)


@login_required
@require_POST
def close(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """No more answers."""
    _organisation, found = _retest(request, slug, pk)
    try:
        actions.close(found, actor=request.user)
    except UsageError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("Closed. Its rates count from now on."))
    return redirect("assessing:retest", slug, pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A holder reads the invitation and answers, or leaves it."""
    rows = RetestInvitation.objects.select_related("retest__version", "retest__organisation")
    found = rows.filter(pk=pk, holder=request.user).first()
    if found is None:
        raise Http404("There is nothing here.")
    if request.method == "POST":
        try:
            actions.answer(found, actor=request.user, comes=request.POST.get("comes") == "yes")
        except UsageError as error:
            messages.error(request, error.detail)
        else:
            messages.success(request, _("Thank you for your answer."))
        return redirect("assessing:retest_answer", pk)
    context = {
        "found": found,
        "is_open": actions.is_open(found.retest) and found.attempt_id is None,
        "supervision": wording.VALUES.get(found.retest.supervision, found.retest.supervision),
    }
    return render(request, "assessing/facts/retest_answer.html", context)
