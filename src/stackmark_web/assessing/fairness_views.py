"""The fairness report, what is asked for it, and what people declare."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.errors import UsageError
from stackmark_web.assessing import declaring, fairness_report
from stackmark_web.assessing import forms_fairness as forms
from stackmark_web.assessing import queries_facts as queries
from stackmark_web.assessing import wording_facts as wording
from stackmark_web.assessing.actions import fairness as actions
from stackmark_web.assessing.import_views import show
from stackmark_web.audit.actions import record
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import may, organisation_for, root_of
from stackmark_web.ui.views_data import Action


@login_required
@require_safe
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """Award decisions by group, of one achievement; aggregated, and only for who may analyse."""
    organisation = organisation_for(request.user, slug, Permission.ANALYSE)
    rows = [one for one, _number, _last in queries.assessed(organisation)]
    chosen = next((one for one in rows if str(one.pk) == request.GET.get("achievement")), None)
    policy = declaring.policy_of(organisation)
    found = fairness_report.report(chosen) if chosen and policy.is_on else None
    if found is not None:
        record(
            "fairness.seen",
            actor=request.user,
            target=chosen,
            organisation=organisation,
            label=str(chosen.current) if chosen else "",
        )
    asks = may(request.user, Permission.EDIT, root_of(organisation))
    where = reverse("assessing:fairness_policy", args=[root_of(organisation).slug])
    return show(
        request,
        "fairness",
        organisation,
        policy=policy,
        achievements=rows,
        chosen=chosen,
        found=found,
        categories=[_category(one) for one in found.categories] if found else [],
        actions=[Action(_("What is asked"), where)] if asks else [],
    )


def _category(one: fairness_report.Category) -> dict[str, Any]:
    rates = one.rates
    return {
        "label": one.label,
        "hidden": one.hidden,
        "best": one.values.get(rates.best, rates.best) if rates else "",
        "groups": [
            {
                "name": one.values.get(row.group, row.group),
                "n": row.n,
                "rate": wording.line("rate", row.rate, _("Pass rate")),
                "ratio": wording.line("ratio", row.ratio, _("Ratio")),
                "p": row.adjusted_p,
                "below": row.below_four_fifths,
                "flagged": row.flagged,
                "is_best": row.group == rates.best,
            }
            for row in rates.groups
        ]
        if rates
        else [],
        "dif": one.dif,
        "items": [row for row in one.dif.rows.items if row.ets_class in ("B", "C")]
        if one.dif.rows
        else [],
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    """Whether the institution looks at groups at all, and which."""
    organisation = organisation_for(request.user, slug, Permission.EDIT)
    if organisation.parent_id is not None:
        return redirect("assessing:fairness_policy", root_of(organisation).slug)
    form = forms.PolicyForm(
        request.POST or None,
        policy=declaring.policy_of(organisation),
        known=declaring.categories_of(organisation.country),
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_policy(organisation, actor=request.user, **form.cleaned_data)
        except UsageError as error:
            form.add_error(getattr(error, "field", "") or None, error.detail)
        else:
            messages.success(request, _("Saved."))
            return redirect("assessing:fairness_policy", slug)
    status = 422 if form.errors else 200
    known = declaring.categories_of(organisation.country)
    return show(request, "fairness_policy", organisation, status, form=form, known=known)


@login_required
@require_safe
def declare_list(request: HttpRequest) -> HttpResponse:
    """The institutions that ask this person, if any."""
    rows = [
        (one, declaring.declared(request.user, one.organisation))
        for one in declaring.policies_for(request.user)
    ]
    return render(request, "assessing/facts/declare_list.html", {"rows": rows})


def _policy_for(request: HttpRequest, slug: str) -> Any:
    rows = declaring.policies_for(request.user)
    found = next((one for one in rows if one.organisation.slug == slug), None)
    if found is None:
        raise Http404("There is nothing here.")
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest, slug: str) -> HttpResponse:
    """What a person may say of themselves; nothing is required."""
    found = _policy_for(request, slug)
    asked = declaring.asked_by(found)
    stored = declaring.declared(request.user, found.organisation)
    form = forms.DeclareForm(request.POST or None, asked=asked, stored=stored)
    if request.method == "POST" and form.is_valid():
        try:
            actions.declare(found, actor=request.user, **form.values())
        except UsageError as error:
            field = getattr(error, "field", "")
            form.add_error(field if field in form.fields else None, error.detail)
        else:
            messages.success(request, _("Saved. You can take it back here at any time."))
            return redirect("assessing:declare", slug)
    context = {
        "policy": found,
        "form": form,
        "stored": bool(stored),
        "consent": actions.consent_words(found),
    }
    status = 422 if form.errors else 200
    return render(request, "assessing/facts/declare.html", context, status=status)


@login_required
@require_POST
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """Delete what was declared."""
    found = _policy_for(request, slug)
    actions.withdraw(found.organisation, actor=request.user)
    messages.success(request, _("Deleted. Nothing of what you declared is left."))
    return redirect("assessing:declare", slug)
