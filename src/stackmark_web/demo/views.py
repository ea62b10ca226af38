"""The demo world's doors: be one of its people for a while. Only where the demo is switched on."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from stackmark_web.demo import actions, queries
from stackmark_web.demo.world import PASSWORD
from stackmark_web.passport.queries import share_url


def _only_in_the_demo() -> None:
    if not settings.DEMO:
        raise Http404("There is nothing here.")


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The cast, each with a button to be them."""
    _only_in_the_demo()
    context = {"cast": queries.cast(), "password": PASSWORD}
    return render(request, "demo/people.html", context)


@require_POST
def enter(request: HttpRequest, word: str) -> HttpResponse:
    """Sign in as one of the cast and go on to ``next``, if that is one of our pages."""
    _only_in_the_demo()
    user = queries.person(word)
    if user is None:
        raise Http404("There is nobody of that name.")
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(wanted if safe and wanted.startswith("/") else "/passport")


@require_POST
def share(request: HttpRequest) -> HttpResponse:
    """Have Lena share the credential of the tour, then be the stranger who got her link."""
    _only_in_the_demo()
    lena = queries.person("lena")
    if lena is None:
        raise Http404("There is nobody of that name.")
    made = actions.share(lena)
    logout(request)
    if made is None:
        return redirect("/")
    if request.POST.get("then") == "verify":
        return redirect(f"{reverse('verifying:start')}?{urlencode({'link': share_url(made)})}")
    return redirect(share_url(made))
