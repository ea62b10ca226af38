"""Pages of a person's rights: showing who one is, and having everything erased."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows import reauthentication
from allauth.account.views import password_set
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stackmark.errors import UsageError
from stackmark_web.accounts import confirming, erasing, erasure
from stackmark_web.accounts.forms_rights import CodeForm, EraseForm
from stackmark_web.ui.site import address


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sure(request: HttpRequest) -> HttpResponse:
    """A code mailed to the person's own address, for who has no password or passkey."""
    back = request.POST.get("next") or request.GET.get("next") or ""
    if not get_adapter(request).is_safe_url(back):
        back = ""
    asked = request.method == "POST" and "code" not in request.POST
    if asked and not confirming.send_code(request):
        messages.error(request, _("That was a little fast. Wait a moment and try again."))
    form = CodeForm(request.POST if "code" in request.POST else None)
    if request.method == "POST" and form.is_bound and form.is_valid():
        if confirming.try_code(request, form.cleaned_data["code"]):
            # What was posted when this was asked for is done now.
            onward = reauthentication.resume_request(request)
            return onward or redirect(back or "accounts:settings")
        form.add_error("code", _("This code is not right."))
    context = {
        "form": form,
        "back": back,
        "waiting": confirming.is_waiting(request),
        "own": confirming.own_way(request, back or reverse("accounts:settings")),
    }
    return render(request, "accounts/sure.html", context)


@login_required
def first_password(request: HttpRequest) -> HttpResponse:
    """A password for an account without one; with it one could confirm everything else."""
    if request.user.has_usable_password():
        return redirect("account_change_password")
    return confirming.fresh_sign_in(password_set)(request)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """What goes, what stays and why; then the deed."""
    sure_now = confirming.is_sure(request)
    if request.method == "POST" and not sure_now:
        return redirect(confirming.way(request, request.path))
    form = EraseForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            erasure.erase(request.user, actor=request.user)
        except UsageError as error:
            form.add_error(None, error.detail)
        else:
            logout(request)
            return render(request, "accounts/erased.html")
    context = {
        "form": form,
        "obstacles": erasing.obstacles(request.user),
        "stays": erasing.what_stays(request.user),
        "sure": sure_now,
        "passport": address("passport:home"),
        "way": confirming.way(request, request.path),
    }
    return render(request, "accounts/erase.html", context)
