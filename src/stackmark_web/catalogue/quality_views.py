"""What an organisation's designs are judged by: the page for its owners."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from stackmark.errors import UsageError
from stackmark_web.catalogue import policies, profiles, reviewing
from stackmark_web.catalogue.models import OwnProfile, QualityPolicy
from stackmark_web.catalogue.quality_forms import PolicyForm, ProfileForm
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, slug: str) -> HttpResponse:
    """Which profiles are shown and required, and how often designs are looked at."""
    organisation = organisation_for(request.user, slug, Permission.EDIT)
    form = _policy_form(request, organisation)
    if request.method == "POST" and form.is_valid():
        try:
            policies.set_policy(
                organisation,
                actor=request.user,
                chosen=form.chosen(),
                review_months=form.cleaned_data["review_months"],
            )
        except UsageError as error:
            form.add_error(None, error.detail)
        else:
            messages.success(request, _("Saved."))
            return redirect("catalogue:quality", slug)
    return _page(request, organisation, form, ProfileForm())


@login_required
@require_POST
def add_profile(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a profile file."""
    organisation = organisation_for(request.user, slug, Permission.EDIT)
    form = ProfileForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = policies.add_profile(
                organisation, actor=request.user, data=file.read(), name=str(file.name)[:80]
            )
        except UsageError as error:
            form.add_error("file", error.detail)
        else:
            messages.success(
                request, _("%(title)s is added. Now choose it.") % {"title": made.title}
            )
            return redirect("catalogue:quality", slug)
    return _page(request, organisation, _policy_form(None, organisation), form)


@login_required
@require_POST
def remove_profile(request: HttpRequest, slug: str, profile_id: uuid.UUID) -> HttpResponse:
    """Take a profile of one's own away."""
    organisation = organisation_for(request.user, slug, Permission.EDIT)
    rows = OwnProfile.objects.within(organisation).select_related("organisation")
    row = rows.filter(organisation=organisation, pk=profile_id).first()
    if row is None:
        raise Http404("There is no such profile.")
    try:
        policies.remove_profile(row, actor=request.user)
    except UsageError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("The rule set is gone."))
    return redirect("catalogue:quality", slug)


def _policy_form(request: HttpRequest | None, organisation: Organisation) -> PolicyForm:
    row = QualityPolicy.everywhere.filter(organisation=organisation).first()
    chosen = row.profiles if row else {}
    if row is None and organisation.parent_id is None:
        chosen = {one.profile.id: profiles.SHOWN for one in profiles.chosen(organisation)}
    initial = {f"profile_{name}": how for name, how in chosen.items()}
    initial["review_months"] = row.review_months if row else None
    data = request.POST if request is not None and request.method == "POST" else None
    return PolicyForm(data, known=profiles.available(organisation), initial=initial)


def _page(
    request: HttpRequest, organisation: Organisation, form: PolicyForm, upload: ProfileForm
) -> HttpResponse:
    own = profiles.own_profiles(organisation)
    return render(
        request,
        "catalogue/quality.html",
        {
            "organisation": organisation,
            "section": "settings",
            "tab": "quality",
            "form": form,
            "upload": upload,
            "own": [one for one in own if one.organisation_id == organisation.pk],
            "inherited": [
                one
                for one in profiles.chosen(organisation)
                if one.by is not None and one.by.pk != organisation.pk
            ],
            "second_person": reviewing.needs_second_person(organisation),
        },
        status=422 if form.errors or upload.errors else 200,
    )
