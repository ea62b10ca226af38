"""A person's public page, and the form behind it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from stackmark_web.passport import actions, queries
from stackmark_web.passport.cards import card_of
from stackmark_web.passport.checking import answer_of
from stackmark_web.passport.forms import ProfileForm
from stackmark_web.passport.models import Holding, Profile
from stackmark_web.passport.responses import picture_response
from stackmark_web.passport.standing import standing_of


@login_required
@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Choose what the public page shows, and whether there is one."""
    profile = queries.profile_of(request.user)
    if request.method == "GET":
        form = ProfileForm(user=request.user, initial=_initial(request, profile))
        return _form_page(request, form, profile)
    form = ProfileForm(request.POST, user=request.user)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.save_profile(
                request.user,
                handle=given["handle"],
                headline=given["headline"],
                about=given["about"],
                published=given["published"],
                indexed=given["indexed"],
                holdings=list(given["holdings"]),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Your page is saved."))
            return redirect("passport:profile")
    return _form_page(request, form, profile, status=400)


def _initial(request: HttpRequest, profile: Profile | None) -> dict[str, object]:
    if profile is None:
        return {}
    return {
        "handle": profile.handle,
        "headline": profile.headline,
        "about": profile.about,
        "published": profile.published,
        "indexed": profile.indexed,
        "holdings": queries.holdings(request.user).filter(on_profile=True),
    }


def _form_page(
    request: HttpRequest, form: ProfileForm, profile: Profile | None, status: int = 200
) -> HttpResponse:
    url = ""
    if profile is not None and profile.published:
        url = settings.PUBLIC_URL + reverse("passport:person", args=[profile.handle])
    context = {"form": form, "profile": profile, "url": url, "tab": "profile"}
    return render(request, "passport/profile.html", context, status=status)


@require_safe
def person(request: HttpRequest, handle: str) -> HttpResponse:
    """A published page."""
    profile = _public(handle)
    cards = [_card(profile, one) for one in queries.on_profile(profile)]
    return _shown(request, profile, "passport/person.html", {"cards": cards})


@require_safe
def person_holding(request: HttpRequest, handle: str, pk: uuid.UUID) -> HttpResponse:
    """One credential of a published page."""
    profile = _public(handle)
    one = _held(profile, pk)
    context = {
        "holding": one,
        "card": _card(profile, one),
        "standing": standing_of(one),
        "shown": answer_of(one),
    }
    return _shown(request, profile, "passport/person_holding.html", context)


@require_safe
def person_picture(request: HttpRequest, handle: str, pk: uuid.UUID) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """The picture of an imported credential on a published page."""
    return picture_response(_held(_public(handle), pk))


def _public(handle: str) -> Profile:
    profile = queries.public_profile(handle)
    if profile is None:
        raise Http404("There is nothing here.")
    return profile


def _held(profile: Profile, pk: uuid.UUID) -> Holding:
    found = next((one for one in queries.on_profile(profile) if one.pk == pk), None)
    if found is None:
        raise Http404("There is nothing here.")
    return found


def _card(profile: Profile, one: Holding) -> object:
    here = [profile.handle, one.pk]
    return card_of(
        one,
        url=reverse("passport:person_holding", args=here),
        image_url=reverse("passport:person_picture", args=here),
    )


def _shown(
    request: HttpRequest, profile: Profile, template: str, context: dict[str, object]
) -> HttpResponse:
    url = settings.PUBLIC_URL + reverse("passport:person", args=[profile.handle])
    name = profile.user.name or profile.handle
    page = {"profile": profile, "name": name, "url": url, **context}
    response = render(request, template, page)
    if not profile.indexed:
        response["X-Robots-Tag"] = "noindex"
    return response
