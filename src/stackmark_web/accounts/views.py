"""A person's own settings on one page."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stackmark_web.accounts import actions, queries
from stackmark_web.accounts.forms import ProfileForm
from stackmark_web.accounts.languages import speak
from stackmark_web.audit.sentences import Told


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Name and language; what else there is to set, and what happened lately."""
    user = request.user
    given = {"name": user.name, "locale": user.locale or get_language()}
    form = ProfileForm(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        actions.edit_profile(
            user, actor=user, name=values["name"], locale=values.get("locale") or None
        )
        messages.success(request, _("Saved."))
        response = redirect("accounts:settings")
        speak(response, values.get("locale") or "")
        return response
    context = {
        "form": form,
        "addresses": queries.addresses(user),
        "ways": queries.ways_in(user),
        "events": [Told(event) for event in queries.recent_events(user)],
    }
    return render(request, "accounts/settings.html", context)
