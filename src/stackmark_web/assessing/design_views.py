"""The work area of designing: what is assessed how, and how assessing is run."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from stackmark_web.assessing import plans, queries_design
from stackmark_web.assessing.actions import designing
from stackmark_web.assessing.forms_design import SetupForm
from stackmark_web.assessing.refusing import Problem
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import may, organisation_for


def page(
    request: HttpRequest, name: str, organisation: Any, *, status: int = 200, **context: Any
) -> HttpResponse:
    """A page of the work area of designing."""
    frame = {
        "organisation": organisation,
        "section": "assessing",
        "may_assess": may(request.user, Permission.ASSESS, organisation),
        "may_analyse": may(request.user, Permission.ANALYSE, organisation),
    }
    return render(request, f"assessing/design/{name}.html", frame | context, status=status)


@login_required
@require_safe
def designs(request: HttpRequest, slug: str) -> HttpResponse:
    """What is published, with its plan, its cut and how assessing is run."""
    organisation = organisation_for(request.user, slug, Permission.DESIGN)
    rows = queries_design.designs(organisation)
    return page(request, "designs", organisation, rows=rows, tab="designs")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest, slug: str, achievement_id: uuid.UUID) -> HttpResponse:
    """How assessing one achievement is run; changing it needs no new version."""
    organisation, achievement = catalogue.achievement_for(
        request.user, slug, achievement_id, Permission.DESIGN
    )
    row = plans.setup_of(achievement)
    form = SetupForm(request.POST if request.method == "POST" else None, instance=row)
    if form.is_bound and form.is_valid():
        try:
            designing.save_setup(achievement, actor=request.user, values=form.cleaned_data)
        except Problem as error:
            form.add_error(error.field if error.field in form.fields else None, error.detail)
        else:
            messages.success(request, _("Saved. It holds from now on."))
            return redirect("assessing:setup", slug, achievement_id)
    return page(
        request,
        "setup",
        organisation,
        achievement=achievement,
        form=form,
        tab="designs",
        status=422 if form.errors else 200,
    )
