"""The badge of a draft: composer, live preview, upload, and the picture itself."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.adapters.raster import MAX_UPLOAD_BYTES
from stackmark.errors import StackmarkError
from stackmark.rendering.badge_art import draw
from stackmark_web.catalogue import actions, art, editing, queries
from stackmark_web.catalogue.art_forms import ArtForm, UploadForm, initial
from stackmark_web.catalogue.edit_views import draft_for, revision_of
from stackmark_web.catalogue.errors import StaleError
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.tenancy.permissions import Permission

# Colours that carry white or dark text well, beside the organisation's own.
PALETTE: Final = (
    *("#1a2558", "#0b4f5c", "#14532d", "#5b2333", "#4a3a8c", "#7c2d12", "#27303a"),
    *("#f0b849", "#7dd3c0", "#f4a261", "#e5e7eb", "#ffffff"),
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: HttpRequest, slug: str, achievement_id: uuid.UUID) -> HttpResponse:
    """The composer; the Preview button shows a badge without keeping it."""
    organisation, achievement, version = draft_for(request, slug, achievement_id)
    form = ArtForm(
        request.POST or None, organisation=version.organisation, initial=_initial(version)
    )
    wants_preview = "preview" in request.POST
    if request.method == "POST" and form.is_valid() and not wants_preview:
        try:
            actions.set_art(
                version, actor=request.user, art=form.art, revision=revision_of(request)
            )
        except StaleError as error:
            form.add_error(None, error.detail)
        else:
            messages.success(request, _("The badge is saved."))
            return redirect("catalogue:art", slug, achievement_id)
    fresh = queries.draft_of(achievement) or version
    return render(
        request,
        "catalogue/art.html",
        {
            "organisation": organisation,
            "section": "achievements",
            "form": form,
            "upload": UploadForm(),
            "palette": [version.organisation.accent, *PALETTE],
            "uploaded": not fresh.art and fresh.image_id,
            "preview_url": _preview_url(slug, fresh, form),
            "revision": fresh.revision,
            "max_bytes": MAX_UPLOAD_BYTES,
            **editing.around(achievement, fresh, step="art"),
        },
        status=422 if form.is_bound and form.errors else 200,
    )


@login_required
@require_safe
def preview(request: HttpRequest, slug: str, achievement_id: uuid.UUID) -> HttpResponse:
    """The badge these values make, as SVG; what cannot be drawn is said in one line of text."""
    _organisation, _achievement, version = draft_for(request, slug, achievement_id)
    form = ArtForm(request.GET, organisation=version.organisation)
    if not form.is_valid():
        sentence = next(iter(form.errors.values()))[0]
        return HttpResponse(sentence, content_type="text/plain; charset=utf-8", status=422)
    return _picture(draw(form.art).encode(), art.SVG)


@login_required
@require_POST
def upload(request: HttpRequest, slug: str, achievement_id: uuid.UUID) -> HttpResponse:
    """Take a picture instead of the composed badge."""
    _organisation, _achievement, version = draft_for(request, slug, achievement_id)
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        picture = form.cleaned_data["picture"]
        try:
            if picture.size > MAX_UPLOAD_BYTES:
                messages.error(request, _("The picture is larger than 5 MB; take a smaller one."))
            else:
                actions.set_image(
                    version,
                    actor=request.user,
                    data=picture.read(),
                    revision=revision_of(request),
                )
                messages.success(request, _("The picture is saved."))
        except StackmarkError as error:
            messages.error(request, error.detail)
    else:
        messages.error(request, _("Choose a picture first."))
    return redirect("catalogue:art", slug, achievement_id)


@login_required
@require_safe
def draft_badge(request: HttpRequest, slug: str, achievement_id: uuid.UUID) -> HttpResponse:
    """The badge of a draft, for people of the organisation."""
    _organisation, achievement = queries.achievement_for(
        request.user, slug, achievement_id, Permission.VIEW
    )
    version = queries.draft_of(achievement)
    if version is None:
        raise Http404("There is no draft.")
    if not version.art and version.image is not None:
        return _picture(bytes(version.image.data), version.image.media_type)
    return _picture(art.svg_of(version).encode(), art.SVG)


def _picture(data: bytes, media_type: str) -> HttpResponse:
    found = HttpResponse(data, content_type=media_type)
    found["Cache-Control"] = "private, max-age=600"
    # The sandbox takes every right from an SVG that is opened by itself.
    found.stackmark_csp = {"sandbox": ""}  # type: ignore[attr-defined]  # read by our middleware
    return found


def _initial(version: AchievementVersion) -> dict[str, Any]:
    found = art.art_of(version)
    if found is not None:
        return initial(found)
    descriptor = queries.descriptor_of(version)
    stored = art.suggested(descriptor, version.organisation)
    return initial(art.BadgeArt(**stored)) if stored else {"shape": "hexagon"}


def _preview_url(slug: str, version: AchievementVersion, form: ArtForm) -> str:
    """Where the picture of what the form holds is; the stored badge when the form is untouched."""
    if not form.is_bound or form.errors:
        return queries.image_url(version)
    page = reverse("catalogue:art_preview", args=[slug, version.achievement_id])
    return f"{page}?{urlencode({name: form.data.get(name, '') for name in form.fields})}"
