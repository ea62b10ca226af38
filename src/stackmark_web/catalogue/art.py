"""The badge of a version: composed art drawn when needed, or an uploaded picture."""

from __future__ import annotations

import base64
import json
from functools import lru_cache
from typing import Any, Final

from django.conf import settings

from stackmark.adapters.raster import png_data_uri, reencode_image, svg_to_png
from stackmark.errors import UsageError
from stackmark.model.achievement import Achievement
from stackmark.rendering.art import default_image
from stackmark.rendering.badge_art import MAX_INITIALS, MAX_TITLE, BadgeArt, default_art, draw
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.tenancy.actions import keep_drawing, keep_picture, store_image
from stackmark_web.tenancy.models import Asset, Organisation

PNG_WIDTH: Final = 512  # pixels
LOGO_SIDE: Final = 256  # pixels
SVG: Final = "image/svg+xml"
_ASSET: Final = "asset:"
_KINDS: Final = {
    "digital-badge": "digital-badge",
    "certificate": "certificate",
    "nano-degree-part": "nano-degree",
    "micro-certification": "micro-certification",
}


def suggested(descriptor: Achievement, organisation: Organisation) -> dict[str, Any]:
    """Handsome art for this title, in the organisation's colour; empty without a title."""
    title = " ".join(descriptor.name.split())[:MAX_TITLE]
    if not title:
        return {}
    level = descriptor.level.eqf if descriptor.level else None
    try:
        art = default_art(
            title,
            organisation.accent,
            _KINDS.get(descriptor.kind, "badge"),
            sub=f"EQF {level}" if level else "",
            initials=initials(organisation),
        )
    except UsageError:  # a title of nothing that can be drawn gets the plain badge
        return {}
    return as_json(art)


def as_json(art: BadgeArt) -> dict[str, Any]:
    """The art as it is stored: a logo by its hash, not once in every version."""
    stored: dict[str, Any] = json.loads(art.to_json())
    if art.logo:
        png = base64.b64decode(art.logo.partition(",")[2])
        stored["logo"] = f"{_ASSET}{store_image(png).sha256}"
    return stored


def art_of(version: AchievementVersion) -> BadgeArt | None:
    """The composed art, if that is what the version has."""
    if not version.art:
        return None
    stored = dict(version.art)
    logo = str(stored.get("logo", ""))
    if logo.startswith(_ASSET):
        asset = Asset.objects.get(pk=logo.removeprefix(_ASSET))
        stored["logo"] = png_data_uri(bytes(asset.data))
    return BadgeArt(**stored)


def svg_of(version: AchievementVersion) -> str:
    """The badge as SVG: drawn from the art, uploaded, or the plain default."""
    art = art_of(version)
    if art is not None:
        return draw(art)
    if version.image_svg is not None:
        return bytes(version.image_svg.data).decode()
    return default_image("svg").decode()


def render(version: AchievementVersion) -> None:
    """Give the version its pictures (PNG, and SVG when drawn), as they are frozen with it."""
    if version.image is not None and not version.art:
        return
    svg = svg_of(version)
    version.image_svg = keep_drawing(svg.encode())
    version.image = keep_picture(_picture(svg))


@lru_cache(maxsize=64)  # a preview, its publication and the versions after it draw alike
def _picture(svg: str) -> bytes:
    return reencode_image(svg_to_png(svg, PNG_WIDTH), max_side=PNG_WIDTH)


def take_upload(data: bytes) -> tuple[Asset, Asset | None]:
    """An upload made harmless: its PNG, and its SVG when it is one. Raises ``ReadError``."""
    kept = store_image(data)
    if kept.media_type != SVG:
        return kept, None
    return store_image(svg_to_png(bytes(kept.data), PNG_WIDTH)), kept


def logo_of(organisation: Organisation) -> str:
    """The organisation's logo as composed art holds it; empty when it has none that fits."""
    logo = organisation.logo
    if logo is None:
        return ""
    data = bytes(logo.data)
    png = svg_to_png(data, LOGO_SIDE) if logo.media_type == SVG else data
    return png_data_uri(reencode_image(png, max_side=LOGO_SIDE))


def address(asset: Asset) -> str:
    """The absolute address of a picture, as credentials name it."""
    return f"{settings.IDENTITY_URL}/assets/{asset.sha256}"


def initials(organisation: Organisation) -> str:
    """The mark of an organisation without a logo: the first letters of its name."""
    letters = [word[0] for word in organisation.name.split() if word[0].isalpha()]
    return "".join(letters).upper()[: min(3, MAX_INITIALS)]
