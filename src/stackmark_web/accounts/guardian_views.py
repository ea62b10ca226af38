"""Pages of a guardian's consent: the child's, and the one behind the guardian's link."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stackmark_web.accounts import guardians
from stackmark_web.accounts.forms_rights import GuardianForm, GuardianMailForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """Whether somebody has to agree, and asking them."""
    state = guardians.state_of(request.user)
    form = GuardianMailForm(request.POST or None)
    if request.method == "POST" and state not in ("none", "agreed") and form.is_valid():
        try:
            guardians.ask(request.user, form.cleaned_data["email"], actor=request.user)
        except ValidationError as error:
            form.add_error("email", error.messages[0])
        else:
            messages.success(request, _("We wrote to your guardian."))
            return redirect("accounts:guardian")
    return render(request, "accounts/guardian.html", {"state": state, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The guardian's page: agree, refuse, or take back what was agreed."""
    found = guardians.find(token)
    if found is None:
        raise Http404("There is nothing here.")
    form = GuardianForm(request.POST if request.POST.get("act") == "agree" else None)
    if request.method == "POST":
        done = _answer(request, token, form)
        if done:
            return render(request, "accounts/guardian_done.html", {"done": done})
    context = {
        "form": form,
        "child": found.user.name or found.user.email,
        "text": guardians.text(),
        "given": found.given_at is not None,
    }
    return render(request, "accounts/guardian_answer.html", context)


def _answer(request: HttpRequest, token: str, form: GuardianForm) -> str:
    """What was done: agreed, refused, withdrawn; empty when the form has to be shown again."""
    act = request.POST.get("act", "")
    try:
        if act == "refuse":
            guardians.refuse(token)
            return "refused"
        if act == "withdraw":
            guardians.withdraw(token)
            return "withdrawn"
        if act == "agree" and form.is_valid():
            values = form.cleaned_data
            guardians.give(token, name=values["name"], relation=values["relation"])
            return "agreed"
    except ValidationError as error:
        if getattr(error, "code", "") == "over":
            raise Http404("There is nothing here.") from None
        form.add_error(None, error)
    return ""
