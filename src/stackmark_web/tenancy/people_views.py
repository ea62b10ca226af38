"""Pages about who works here, and the page an invitation leads to."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.accounts.confirming import fresh_sign_in
from stackmark_web.accounts.models import User
from stackmark_web.accounts.queries import owns_address
from stackmark_web.tenancy import actions, forms, queries
from stackmark_web.tenancy.models import Invitation, Membership, Organisation, Role
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import organisation_for
from stackmark_web.tenancy.words import ROLE_WORDS


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in(reading=False)
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """Who works here; POST invites somebody."""
    organisation = organisation_for(request.user, slug, Permission.MEMBERS)
    form = forms.InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        sent = forms.attempt(
            form,
            lambda: actions.invite(
                organisation, actor=request.user, language=request.user.locale, **values
            ),
        )
        if sent:
            messages.success(
                request, _("The invitation is on its way to %(to)s.") % {"to": sent.email}
            )
            return redirect("tenancy:people", slug)
    return render(request, "tenancy/people.html", _page(request, organisation, form))


@login_required
@require_POST
@fresh_sign_in
def give(request: HttpRequest, slug: str) -> HttpResponse:
    """One more role for a colleague."""
    organisation = organisation_for(request.user, slug, Permission.MEMBERS)
    form = forms.GiveRoleForm(request.POST, people=_colleagues(request.user, organisation))
    if not form.is_valid():
        messages.error(request, _("Choose a person and a role."))
    else:
        role = form.cleaned_data["role"]
        actions.give_role(organisation, actor=request.user, user=form.person, role=role)
        messages.success(
            request,
            _("%(name)s is now: %(role)s.") % {"name": form.person, "role": Role(role).label},
        )
    return redirect("tenancy:people", slug)


@login_required
@require_POST
@fresh_sign_in
def end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """End a role, one's own or a colleague's."""
    organisation = organisation_for(request.user, slug, Permission.VIEW)
    rows = Membership.objects.within(organisation).select_related("organisation", "user")
    membership = get_object_or_404(rows, pk=pk, organisation=organisation)
    try:
        actions.end_role(membership, actor=request.user)
    except StackmarkError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("The role has ended."))
    if queries.may(request.user, Permission.MEMBERS, organisation):
        return redirect("tenancy:people", slug)
    return redirect("tenancy:home")


@login_required
@require_POST
def withdraw(request: HttpRequest, slug: str, pk: str) -> HttpResponse:
    """Take an invitation back."""
    organisation = organisation_for(request.user, slug, Permission.MEMBERS)
    rows = Invitation.objects.within(organisation)
    invitation = get_object_or_404(rows, pk=pk, organisation=organisation)
    try:
        actions.withdraw_invitation(invitation, actor=request.user)
    except StackmarkError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("The invitation no longer works."))
    return redirect("tenancy:people", slug)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What an invitation is for; POST accepts it."""
    found = actions.find_invitation(token)
    if found is None:
        return render(request, "tenancy/invitation_over.html", status=404)
    if request.method == "POST":
        return _accept(request, token, found)
    signed_in = request.user.is_authenticated
    context = {
        "invitation": found,
        "organisation": found.organisation,
        "roles": [(Role(role).label, ROLE_WORDS[role]) for role in found.roles],
        "fits": signed_in and owns_address(request.user, found.email),
        "sign_in": f"{settings.LOGIN_URL}?{urlencode({'next': request.path})}",
        "sign_up": f"/account/signup/?{urlencode({'next': request.path})}",
    }
    return render(request, "tenancy/invitation.html", context)


def _accept(request: HttpRequest, token: str, found: Invitation) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': request.path})}")
    try:
        actions.accept_invitation(token, user=request.user)
    except (StackmarkError, PermissionDenied) as error:
        messages.error(request, str(error))
        return redirect("tenancy:invitation", token)
    messages.success(request, _("You now work with %(name)s.") % {"name": found.organisation.name})
    return redirect("tenancy:overview", found.organisation.slug)


def _page(
    request: HttpRequest, organisation: Organisation, form: forms.InviteForm
) -> dict[str, Any]:
    members: dict[Any, list[Membership]] = {}
    for membership in queries.members_of(organisation):
        members.setdefault(membership.user, []).append(membership)
    colleagues = _colleagues(request.user, organisation)
    return {
        "organisation": organisation,
        "section": "people",
        "form": form,
        "give_form": forms.GiveRoleForm(people=colleagues) if colleagues else None,
        "members": members.items(),
        "inherited": queries.inherited_members_of(organisation),
        "invitations": [
            (row, [Role(role).label for role in row.roles])
            for row in queries.open_invitations(organisation, now=clock.now())
        ],
    }


def _colleagues(user: Any, organisation: Organisation) -> list[User]:
    """Whoever has a role here, above or below, but not oneself."""
    near = Membership.everywhere.filter(
        ended_at__isnull=True, organisation_id__in=queries.lineage(organisation)
    )
    below = Membership.objects.within(organisation).filter(ended_at__isnull=True)
    ids = {*near.values_list("user_id", flat=True), *below.values_list("user_id", flat=True)}
    ids.discard(user.pk)
    return list(User.objects.filter(pk__in=ids, is_active=True).order_by("name", "email"))
