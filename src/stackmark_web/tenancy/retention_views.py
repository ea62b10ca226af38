"""How long an institution's register of awards keeps names: setting the rule, publishing it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from stackmark_web.accounts import rules
from stackmark_web.accounts.models import RegisterRule
from stackmark_web.tenancy import actions, queries
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for


class RuleForm(forms.Form):
    """The rule, and by which law."""

    keeps = forms.ChoiceField(
        label=gettext_lazy("Names stay in the register"),
        choices=RegisterRule.Keeps.choices,
        widget=forms.RadioSelect,
    )
    years = forms.IntegerField(
        label=gettext_lazy("Years, if for a number of years"),
        required=False,
        min_value=1,
        max_value=rules.MAX_YEARS,
    )
    reason = forms.CharField(
        label=gettext_lazy("By which law or duty"),
        required=False,
        max_length=2_000,
        help_text=gettext_lazy("Needed when names stay against the wish of the person. Public."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    contact = forms.CharField(
        label=gettext_lazy("Who answers questions about it"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("Your data protection officer, for example. Public."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def setting(request: HttpRequest, slug: str) -> HttpResponse:
    """Set and publish the rule; of the institution, for all its units."""
    organisation = organisation_for(request.user, slug, Permission.EDIT)
    if organisation.parent_id is not None:
        raise Http404("The rule is the institution's.")
    rule = rules.rule_of(organisation.pk)
    form = RuleForm(request.POST or None, initial=_given(rule))
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_register_rule(organisation, actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Published."))
            return redirect("tenancy:retention", slug)
    context = {"organisation": organisation, "section": "settings", "tab": "retention"}
    return render(request, "tenancy/retention.html", context | {"form": form, "rule": rule})


def _given(rule: rules.Rule) -> dict[str, Any]:
    return {
        "keeps": rule.keeps,
        "years": rule.years or None,
        "reason": rule.reason,
        "contact": rule.contact,
    }


@require_safe
def public(request: HttpRequest, slug: str) -> HttpResponse:
    """The rule, for everybody."""
    organisation = queries.organisation_by_slug(slug)
    if organisation is None:
        raise Http404("There is no such organisation.")
    root = queries.root_of(organisation)
    context = {"organisation": root, "rule": rules.rule_of(root.pk)}
    return render(request, "tenancy/retention_public.html", context)
