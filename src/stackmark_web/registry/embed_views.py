"""A public credential inside other pages: the frame, and oEmbed 1.0 for services that ask for it.

The frame sets no cookie and runs no script; it shows what the public page shows, as it stands at
that moment. What is not public answers as what does not exist.
"""

from __future__ import annotations

import re
import uuid
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from stackmark_web.passport import queries as passport
from stackmark_web.passport.cards import card_of
from stackmark_web.registry import queries
from stackmark_web.registry.credential_views import SHOWN
from stackmark_web.registry.documents import MINUTE, as_json, document, opened, readable
from stackmark_web.verifying.answering import too_many
from stackmark_web.verifying.fetching import own_path
from stackmark_web.verifying.throttle import wait_for

WIDTH: Final = 480  # pixels of the frame
HEIGHT: Final = 300
CARD: Final = (1200, 627)  # of the picture beside a link
_UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_CREDENTIAL: Final = re.compile(rf"/credentials/({_UUID})/?")
_FRAMED: Final = {
    "script-src": "'none'",
    "connect-src": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "*",
}


@readable
def embed(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The card and how it stands now, for a frame on any page."""
    award = queries.public_credential(pk)
    holding = passport.public_holding(pk) if award is not None else None
    if award is None or holding is None:
        raise Http404("There is nothing here.")
    card = card_of(holding, url=address_of(award))
    context = {"card": card, "brand": award.organisation, "award": award}
    response = render(request, "registry/embed.html", context)
    response.stackmark_csp = _FRAMED  # type: ignore[attr-defined]  # read by SecurityHeaders
    response.headers["Cache-Control"] = "no-cache"  # how it stands is of this moment
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def address_of(award: Any) -> str:
    """The public page."""
    return settings.PUBLIC_URL + reverse("registry:credential", args=[award.pk])


def frame_of(award: Any, *, width: int = WIDTH, height: int = HEIGHT) -> str:
    """The HTML that shows it on another page, as a text: on our own pages it is to be read."""
    made = format_html(
        '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy" '
        'referrerpolicy="no-referrer" sandbox="allow-popups allow-popups-to-escape-sandbox" '
        'style="border:0;max-width:100%"></iframe>',
        settings.PUBLIC_URL + reverse("registry:embed", args=[award.pk]),
        width,
        height,
        _title(award),
    )
    return "".join(made)


def discovery_of(award: Any) -> str:
    """The address where a service asks for the above (oEmbed 1.0, section 4)."""
    asked = urlencode({"url": address_of(award), "format": "json"})
    return f"{settings.PUBLIC_URL}{reverse('registry:oembed')}?{asked}"


def _title(award: Any) -> str:
    """What it is, or of what was taken back only that it is a credential."""
    if queries.status_of(award)[0] not in SHOWN:
        return _("A digital credential")
    return _("%(title)s from %(issuer)s") % {
        "title": award.version.told,
        "issuer": award.organisation.name,
    }


@readable
def oembed(request: HttpRequest) -> HttpResponseBase:
    """What oEmbed 1.0, section 2.3, asks for: JSON only, our own public credentials only."""
    form = request.GET.get("format", "json")
    if form != "json":
        return _refused(501, _("Only format=json is answered here."))
    if seconds := wait_for(request, 1):
        return opened(too_many(request, seconds))
    award = _asked(request.GET.get("url", ""))
    if award is None:
        return _refused(404, _("There is no public credential at this url."))
    return document(
        request,
        as_json(_answer(award, _most(request, "maxwidth"), _most(request, "maxheight"))),
        content_type="application/json",
        max_age=5 * MINUTE,
        vary=False,
    )


def _refused(status: int, why: str) -> HttpResponseBase:
    return opened(HttpResponse(f"{why}\n", status=status, content_type="text/plain; charset=utf-8"))


def _asked(url: str) -> Any:
    """The public award behind one of our addresses; None for every other."""
    own = own_path(url[:2000].partition("#")[0])
    found = _CREDENTIAL.fullmatch(own[0]) if own is not None and "t" not in own[1] else None
    return queries.public_credential(uuid.UUID(found[1])) if found else None


def _most(request: HttpRequest, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and 0 < len(given) < 6 else None


def _answer(award: Any, most_wide: int | None, most_high: int | None) -> dict[str, Any]:
    width = min(WIDTH, most_wide or WIDTH)
    height = min(HEIGHT, most_high or HEIGHT)
    organisation = award.organisation
    found: dict[str, Any] = {
        "version": "1.0",
        "type": "rich",
        "title": _title(award),
        "author_name": organisation.name,
        "author_url": settings.PUBLIC_URL
        + reverse("registry:organisation", args=[organisation.slug]),
        "provider_name": "Stackmark",
        "provider_url": f"{settings.PUBLIC_URL}/",
        "cache_age": 5 * MINUTE,
        "width": width,
        "height": height,
        "html": frame_of(award, width=width, height=height),
    }
    if (most_wide or CARD[0]) >= CARD[0] and (most_high or CARD[1]) >= CARD[1]:
        found |= {
            "thumbnail_url": settings.PUBLIC_URL
            + reverse("registry:credential_card", args=[award.pk]),
            "thumbnail_width": CARD[0],
            "thumbnail_height": CARD[1],
        }
    return found
