"""The start page, the living page of the design, the statements, and the reader's own choices."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parseaddr
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from stackmark_web.ui import living, tour
from stackmark_web.ui.site import THEME_COOKIE, THEMES, address

_YEAR = 365 * 24 * 3600
View = Callable[..., HttpResponseBase]


def same_site(view: View) -> View:
    """For forms on every page that change only this browser's own look.

    They carry no CSRF token, so that a public page need not set a cookie to show them; a post that
    another site sends is told apart by ``Sec-Fetch-Site`` and refused.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            return HttpResponse(_("This form works only on our own pages."), status=403)
        return view(request, *args, **kwargs)

    return csrf_exempt(checked)


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What Stackmark is, one credential's whole life, and what many make together."""
    steps = tour.steps()
    context = {
        "steps": steps,
        "further": tour.further(),
        "linked": any(step.url or step.post for step in steps),
        "card": tour.example(),
        "doors": doors(),
    }
    return render(request, "ui/pages/start.html", context)


def doors() -> dict[str, str]:
    """Where the start page leads."""
    return {
        "verify": address("verifying:start", "/verify"),
        "catalogue": address("catalogue:list", "/catalogue"),
        "passport": address("passport:home", "/passport"),
        "ask": address("passport:ask"),
        "people": address("demo:people"),
    }


@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """The living page: every token and component, in both themes, with its markup."""
    return render(request, "ui/pages/design.html", living.context())


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement, with a way to complain."""
    return render(request, "ui/pages/accessibility.html", {"contact": operator()})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about whom, in one page."""
    context = {
        "contact": operator(),
        "operator": settings.OPERATOR,
        "age": settings.AGE_OF_CONSENT,
    }
    return render(request, "ui/pages/privacy.html", context)


def operator() -> str:
    """The operator's address, without the display name."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


@same_site
@require_POST
def theme(request: HttpRequest) -> HttpResponseBase:
    """Keep the chosen theme in a cookie, or forget it for ``auto``."""
    response = HttpResponseRedirect(way_back(request))
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(
            THEME_COOKIE, chosen, max_age=_YEAR, secure=secure, httponly=True, samesite="Lax"
        )
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response


@same_site
@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Keep the chosen language (Django's own view)."""
    return set_language(request)


def way_back(request: HttpRequest) -> str:
    """The page the form was on; never another site."""
    wanted = request.POST.get("next", "")
    mine = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if mine and wanted.startswith("/") else "/"


@require_safe
@cache_control(public=True, max_age=86_400)
def robots(_request: HttpRequest) -> HttpResponse:
    """What crawlers may read: public pages, never what a link or a sign-in protects."""
    sitemap = address("catalogue:sitemap", "/sitemap.xml")
    text = render_to_string("ui/robots.txt", {"sitemap": f"{settings.PUBLIC_URL}{sitemap}"})
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=86_400)
def favicon(_request: HttpRequest) -> HttpResponse:
    """Our mark."""
    mark = render_to_string("ui/favicon.svg")
    return HttpResponse(mark, content_type="image/svg+xml")
