"""A credential at its address: for people a page, for machines the exact signed bytes.

Until its holder publishes it, or without a share that opens it, the address answers as for an id
that never was: the same question to the database, the same page, the same headers.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.http import urlencode
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from stackmark.adapters.raster import svg_to_png
from stackmark.errors import StackmarkError
from stackmark.rendering.card import WIDTH, CardFacts, credential_card_svg, neutral_card_svg
from stackmark_web.awarding import queries as awarding
from stackmark_web.passport import downloads
from stackmark_web.passport.responses import attachment, private
from stackmark_web.registry import queries
from stackmark_web.registry.documents import (
    CREDENTIAL_TYPES,
    MINUTE,
    document,
    media_type,
    page,
    readable,
    wants_page,
)
from stackmark_web.verifying import actions as verifying
from stackmark_web.verifying.answering import too_many
from stackmark_web.verifying.throttle import wait_for

_FORMS: Final = ("pdf", "png", "svg")  # made for anybody; none of them is signed anew
_FILE_COST: Final = 5
SHOWN: Final = ("active", "expired")  # a preview elsewhere tells of nothing else


def _award(request: HttpRequest, pk: uuid.UUID) -> Any:
    found = queries.public_credential(pk, request.GET.get("t", ""))
    if found is None:
        raise Http404("There is nothing here.")
    return found


@readable
def credential(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The page, or the bytes, as the request prefers."""
    award = _award(request, pk)
    if not wants_page(request, CREDENTIAL_TYPES):
        return _bytes(request, award)
    response = render(request, "registry/credential.html", _context(request, award))
    # The answer has a time on it; an address with a token in it is nobody else's.
    response.headers["Cache-Control"] = "no-store" if request.GET.get("t") else "no-cache, private"
    return page(request, response)


@readable
def credential_json(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The bytes alone."""
    return _bytes(request, _award(request, pk))


def _bytes(request: HttpRequest, award: Any) -> HttpResponseBase:
    response = document(
        request,
        awarding.credential_bytes(award),
        content_type=media_type(request, CREDENTIAL_TYPES),
        max_age=0,  # the holder may take it back at any moment
        modified=award.signed_at,
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


@readable
def file(request: HttpRequest, pk: uuid.UUID, form: str) -> HttpResponseBase:
    """The certificate or the baked picture, whose code leads back here."""
    award = _award(request, pk)
    if form not in _FORMS:
        raise Http404("There is nothing here.")
    if seconds := wait_for(request, _FILE_COST):
        return too_many(request, seconds)
    token = request.GET.get("t", "")
    try:
        made = downloads.make(
            queries.public_source(award, token),
            form,
            paper=request.GET.get("paper", "a4"),
            address=_address(award, token),
        )
    except StackmarkError:  # what was revoked has no certificate
        raise Http404("There is nothing here.") from None
    return private(attachment(made))


def _address(award: Any, token: str) -> str:
    query = f"?{urlencode({'t': token})}" if token else ""
    return f"{settings.PUBLIC_URL}{reverse('registry:credential', args=[award.pk])}{query}"


def _files(award: Any, token: str) -> list[tuple[str, object]]:
    """The forms offered beside the signed file."""
    source = queries.public_source(award, token)
    return [one for one in downloads.labelled_forms(source) if one[0] in _FORMS]


def _context(request: HttpRequest, award: Any) -> dict[str, Any]:
    """What the page and the tags in its head show; nobody's name is in the tags."""
    status, since = queries.status_of(award)
    token = request.GET.get("t", "")
    public = status in SHOWN and not token
    return {
        "award": award,
        "brand": award.organisation,
        "checked": verifying.check(awarding.credential_bytes(award)),
        "status": status,
        "since": since,
        "public": public,
        "files": _files(award, token),
        "address": _address(award, token),
        "url": f"{settings.PUBLIC_URL}{request.path}",
        "image": settings.PUBLIC_URL + reverse("registry:credential_card", args=[award.pk]),
        "query": f"?{urlencode({'t': token})}" if token else "",
        **_embedding(award, public=public),
        "locale": to_locale(get_language() or "en"),
    }


def _embedding(award: Any, *, public: bool) -> dict[str, str]:
    """How other pages show it, while anybody may see it."""
    from stackmark_web.registry.embed_views import discovery_of, frame_of

    return {"frame": frame_of(award), "oembed": discovery_of(award)} if public else {}


@readable
def card(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The picture beside a shared link; it names nobody, and tells nothing of what was revoked."""
    award = _award(request, pk)
    png = _drawn(_card_svg(award))
    return document(request, png, content_type="image/png", max_age=5 * MINUTE, vary=False)


@lru_cache(maxsize=64)
def _drawn(svg: str) -> bytes:
    """A card as a picture; readers of shared links come in swarms."""
    return svg_to_png(svg, WIDTH)


def _card_svg(award: Any) -> str:
    status, since = queries.status_of(award)
    if status not in SHOWN:
        return neutral_card_svg()
    image = award.version.image
    return credential_card_svg(
        CardFacts(
            title=award.version.title,
            issuer=award.organisation.name,
            issued=_day(award.valid_from),
            status="valid" if status == "active" else "expired",
            status_text="" if status == "active" or since is None else _expired(since),
            badge_png=bytes(image.data) if image is not None else b"",
            accent=award.organisation.accent,
        )
    )


def _day(when: datetime) -> str:
    return formats.date_format(timezone.localtime(when), "j F Y")


def _expired(since: datetime) -> str:
    return _("Expired %(day)s") % {"day": _day(since)}
