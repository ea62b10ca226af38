"""Pages of an organisation itself: making one, its overview, settings, brand and units."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from stackmark_web.accounts.queries import has_verified_address
from stackmark_web.tenancy import actions, forms, queries, steps
from stackmark_web.tenancy.colours import explained
from stackmark_web.tenancy.models import Organisation, Role
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for

_SETTINGS = (
    "name",
    "kind",
    "legal_name",
    "description",
    "country",
    "website",
    "email",
    "ror",
    "erasmus_code",
    "deqar_id",
    "linkedin_id",
    "four_eyes",
    "withholds_holders",
    "withholds_results",
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make an organisation."""
    if not has_verified_address(request.user):
        messages.info(request, _("Verify an e-mail address first."))
        return redirect("account_email")
    form = forms.NewOrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        made = forms.attempt(
            form, lambda: actions.create_organisation(actor=request.user, **values)
        )
        if made:
            messages.success(request, _("Welcome. Here is what to do first."))
            return redirect("tenancy:overview", made.slug)
    return render(request, "tenancy/new.html", {"form": form})


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where a person works."""
    places = queries.workplaces(request.user)
    if len(places) == 1:
        return redirect("tenancy:overview", places[0].slug)
    rows = [(place, _roles(request, place)) for place in places]
    return render(request, "tenancy/home.html", {"places": rows})


@login_required
@require_safe
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """The first page of the work area: what to do next."""
    organisation = organisation_for(request.user, slug, Permission.VIEW)
    todo = steps.first_steps(request.user, organisation)
    mine = queries.members_of(organisation).filter(user=request.user)
    context = {
        "organisation": organisation,
        "section": "overview",
        "did": queries.did_of(organisation),
        "domains": queries.verified_domains(organisation),
        "steps": todo,
        "next_step": next((step for step in todo if not step.done), None),
        "ancestors": queries.ancestors_of(organisation),
        "units": queries.units_of(organisation),
        "roles": _roles(request, organisation),
        "mine": mine,
    }
    return render(request, "tenancy/overview.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, slug: str) -> HttpResponse:
    """Names and identifiers."""
    organisation = organisation_for(request.user, slug, Permission.EDIT)
    given = {field: getattr(organisation, field) for field in _SETTINGS}
    form = forms.SettingsForm(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        saved = forms.attempt(
            form,
            lambda: actions.edit_organisation(organisation, actor=request.user, **values),
        )
        if saved:
            messages.success(request, _("Saved."))
            return redirect("tenancy:settings", slug)
    context = {
        "organisation": organisation,
        "section": "settings",
        "tab": "settings",
        "form": form,
        "did": queries.did_of(organisation),
    }
    return render(request, "tenancy/settings.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def brand(request: HttpRequest, slug: str) -> HttpResponse:
    """Logo and accent colour, with how well the colour reads."""
    organisation = organisation_for(request.user, slug, Permission.EDIT)
    kept = ("accent", "signatory_name", "signatory_post")
    initial = {name: getattr(organisation, name) for name in kept}
    form = forms.BrandForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        saved = forms.attempt(
            form,
            lambda: actions.set_brand(
                organisation,
                actor=request.user,
                logo=values["logo"].read() if values["logo"] else None,
                remove_logo=values["remove_logo"],
                signature=values["signature"].read() if values["signature"] else None,
                remove_signature=values["remove_signature"],
                **{name: values[name] for name in kept},
            ),
        )
        if saved:
            messages.success(request, _("Saved. This page shows it."))
            return redirect("tenancy:brand", slug)
    context = {
        "organisation": organisation,
        "section": "settings",
        "tab": "brand",
        "form": form,
        "brand": organisation,
        "colours": explained(organisation.accent),
    }
    return render(request, "tenancy/brand.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def units(request: HttpRequest, slug: str) -> HttpResponse:
    """Faculties, programmes and other units."""
    organisation = organisation_for(request.user, slug, Permission.EDIT)
    form = forms.UnitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        made = forms.attempt(
            form, lambda: actions.create_unit(organisation, actor=request.user, **values)
        )
        if made:
            messages.success(request, _("%(name)s is set up.") % {"name": made.name})
            return redirect("tenancy:units", slug)
    context = {
        "organisation": organisation,
        "section": "settings",
        "tab": "units",
        "form": form,
        "units": queries.units_of(organisation),
        "ancestors": queries.ancestors_of(organisation),
    }
    return render(request, "tenancy/units.html", context)


def _roles(request: HttpRequest, organisation: Organisation) -> list[str]:
    held = queries.roles_of(request.user, organisation)
    return [str(Role(role).label) for role in Role.values if role in held]
