"""The pages that change one issued award: send again, correct, put on hold, withdraw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from stackmark.errors import StackmarkError
from stackmark_web.awarding import actions, publishing, queries, states
from stackmark_web.awarding.drafting import Correction
from stackmark_web.awarding.forms import (
    AddressForm,
    RevokeForm,
    SuspendForm,
    explain_end,
    initial_of,
)
from stackmark_web.awarding.models import Award
from stackmark_web.awarding.views import page
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for

Do = Callable[[Award, dict[str, Any]], Award | None]


def _ask(
    request: HttpRequest,
    slug: str,
    pk: Any,
    *,
    action: str,
    permission: Permission,
    form_class: type[Form],
    do: Do,
    done: str,
) -> HttpResponse:
    """A page with one form and one button; what the action refuses is said in the form."""
    organisation = organisation_for(request.user, slug, permission)
    award = queries.award_of(organisation, pk)
    try:
        states.check(action, award)
    except StackmarkError as error:
        messages.warning(request, error.detail)
        return redirect("awarding:detail", slug, pk)
    form = form_class(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            result = do(award, form.cleaned_data) or award
        except actions.Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, problem.detail)
        except StackmarkError as error:
            form.add_error(None, error.detail)
        else:
            messages.success(request, done)
            return redirect("awarding:detail", slug, result.pk)
    answer = page(request, action, organisation, award=award, form=form, card=queries.card(award))
    answer.status_code = 422 if form.is_bound else 200
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, slug: str, pk: Any) -> HttpResponse:
    """Withdraw for good."""
    return _ask(
        request,
        slug,
        pk,
        action="revoke",
        permission=Permission.REVOKE,
        form_class=RevokeForm,
        do=lambda award, data: actions.revoke(award, actor=request.user, **data),
        done=_("Revoked. The holder is told and may appeal."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def suspend(request: HttpRequest, slug: str, pk: Any) -> HttpResponse:
    """Put on hold."""
    return _ask(
        request,
        slug,
        pk,
        action="suspend",
        permission=Permission.REVOKE,
        form_class=SuspendForm,
        do=lambda award, data: actions.suspend(award, actor=request.user, **data),
        done=_("Put on hold. The holder is told."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reissue(request: HttpRequest, slug: str, pk: Any) -> HttpResponse:
    """Send it to the right address."""
    return _ask(
        request,
        slug,
        pk,
        action="reissue",
        permission=Permission.AWARD,
        form_class=AddressForm,
        do=lambda award, data: actions.reissue_to(
            award, data["recipient_email"], actor=request.user
        ),
        done=_("Issued to the right address. The first link no longer works."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, slug: str, pk: Any) -> HttpResponse:
    """Put right what the credential says: a new one takes its place."""
    organisation = organisation_for(request.user, slug, Permission.AWARD)
    award = queries.award_of(organisation, pk)
    if not states.allowed("correct", award):
        messages.warning(request, _("Only what is in force can be corrected."))
        return redirect("awarding:detail", slug, pk)
    if request.method == "POST":
        correction = Correction(request.POST)
        fresh = None
        try:
            fresh = None if correction.more else correction.apply(award, actor=request.user)
        except StackmarkError as error:
            correction.form.add_error(None, error.detail)
        if fresh is not None:
            messages.success(
                request, _("Corrected. This new credential takes the old one's place.")
            )
            return redirect("awarding:detail", slug, fresh.pk)
    else:
        correction = Correction(initial=initial_of(award), evidence=award.evidence)
    explain_end(correction.form, award.version)
    context = {"award": award, "draft": correction, "form": correction.form}
    answer = page(request, "correct", organisation, **context)
    answer.status_code = 422 if correction.refused else 200
    return answer


def _press(request: HttpRequest, slug: str, pk: Any, *, permission: Permission) -> Award:
    organisation = organisation_for(request.user, slug, permission)
    return queries.award_of(organisation, pk)


@login_required
@require_POST
def resend(request: HttpRequest, slug: str, pk: Any) -> HttpResponse:
    """A new link by letter."""
    award = _press(request, slug, pk, permission=Permission.AWARD)
    try:
        actions.resend(award, actor=request.user)
    except StackmarkError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("A new letter with a new link is on its way."))
    return redirect("awarding:detail", slug, pk)


@login_required
@require_POST
def reinstate(request: HttpRequest, slug: str, pk: Any) -> HttpResponse:
    """End a suspension."""
    award = _press(request, slug, pk, permission=Permission.REVOKE)
    try:
        actions.reinstate(award, actor=request.user)
    except StackmarkError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("In force again. The holder is told."))
    return redirect("awarding:detail", slug, pk)


@login_required
@require_POST
def publish(request: HttpRequest, slug: str, pk: Any) -> HttpResponse:
    """Publish the status lists of an award now, when the worker has not done it yet."""
    award = _press(request, slug, pk, permission=Permission.REVOKE)
    if award.status_list_id is not None and publishing.try_publish(award.status_list_id):
        messages.success(request, _("Published."))
    else:
        messages.error(request, _("It could not be published; it is tried again every 2 seconds."))
    return redirect("awarding:detail", slug, pk)
