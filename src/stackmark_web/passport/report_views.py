"""For issuers: what people said about links that went to the wrong address."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from stackmark.errors import StackmarkError
from stackmark_web.passport import claiming, queries
from stackmark_web.passport.forms import SendToForm
from stackmark_web.passport.models import AddressReport
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for


@login_required
@require_safe
def reports(request: HttpRequest, slug: str) -> HttpResponse:
    """All of them, open ones first."""
    organisation = organisation_for(request.user, slug, Permission.AWARDS_VIEW)
    rows = queries.address_reports(organisation)
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    for row in page:
        row.form = SendToForm(initial={"email": row.email}, auto_id=f"id_{row.pk}_%s")
    context = {"organisation": organisation, "section": "awards", "page": page}
    return render(request, "passport/address_reports.html", context)


@login_required
@require_POST
def send(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Send the award to another address."""
    organisation = organisation_for(request.user, slug, Permission.AWARD)
    report = _report(organisation, pk)
    form = SendToForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the address to send it to."))
        return redirect("passport:address_reports", slug=slug)
    try:
        claiming.send_to(report, actor=request.user, email=form.cleaned_data["email"])
    except StackmarkError as error:
        messages.error(request, error.detail)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("It is on its way to the other address."))
    return redirect("passport:address_reports", slug=slug)


@login_required
@require_POST
def close(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Do nothing about it."""
    organisation = organisation_for(request.user, slug, Permission.AWARD)
    try:
        claiming.close_report(_report(organisation, pk), actor=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Closed."))
    return redirect("passport:address_reports", slug=slug)


def _report(organisation: Organisation, pk: uuid.UUID) -> AddressReport:
    rows = AddressReport.objects.within(organisation).select_related("award", "organisation")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found
