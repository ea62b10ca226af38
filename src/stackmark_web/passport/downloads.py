"""One credential in the forms people need it in.

What is signed is never rebuilt: JSON and tokens leave as the exact bytes, images get those bytes
baked in, a PDF has them attached. A token of a credential that was signed as JSON is a second
signature by its issuer over the same statement (``token_of``).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import orjson
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stackmark.errors import UsageError
from stackmark.issuing.securing import JWT, secure
from stackmark.issuing.selfcheck import self_check
from stackmark.reading.svg_safety import active_content
from stackmark.rendering.art import default_image
from stackmark.rendering.bake import bake
from stackmark_web import clock
from stackmark_web.awarding import states
from stackmark_web.awarding.issuing import documents_of
from stackmark_web.awarding.models import Award
from stackmark_web.awarding.signing import pen_of
from stackmark_web.passport.checking import credential_bytes
from stackmark_web.passport.contents import Contents
from stackmark_web.passport.models import Holding
from stackmark_web.passport.standing import Standing, award_standing, standing_of

LABELS: Final = {
    "json": gettext_lazy("Signed file (JSON)"),
    "jwt": gettext_lazy("Token (JWT)"),
    "png": gettext_lazy("Badge image (PNG)"),
    "svg": gettext_lazy("Badge image (SVG)"),
    "pdf": gettext_lazy("Certificate (PDF)"),
    "original": gettext_lazy("As you brought it"),
}
_TYPES: Final = {
    "json": "application/vc+ld+json",
    "jwt": "application/jwt",
    "png": "image/png",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
}
_UNPRINTED: Final = {
    "revoked": gettext_lazy("It was revoked, so there is no certificate of it any more."),
    "suspended": gettext_lazy("It is suspended, so there is no certificate of it for now."),
    "superseded": gettext_lazy("It was replaced; the certificate is that of the newer one."),
}
_NAME: Final = 60  # characters of a file name before its ending


class Download(NamedTuple):
    """A file for a person."""

    data: bytes
    media_type: str
    name: str


@dataclass(frozen=True)
class Source:
    """A credential to make files of: a holding, or an award that nobody has taken yet."""

    award: Award | None = None
    holding: Holding | None = None

    @classmethod
    def of(cls, one: Holding | Award) -> Source:
        """From either."""
        if isinstance(one, Award):
            return cls(award=one)
        return cls(award=one.award, holding=one)

    @cached_property
    def contents(self) -> Contents:
        """The credential read."""
        if self.holding is not None:
            return Contents(credential_bytes(self.holding))
        return Contents(bytes(self.award.signed or b"") if self.award is not None else b"")

    @cached_property
    def title(self) -> str:
        """What it is called."""
        return self.contents.title or (self.award.version.title if self.award else "")

    @property
    def told(self) -> str:
        """The same in the reader's language, where its issuer published it here in that."""
        return self.award.version.told if self.award is not None else self.title

    def image(self, kind: str) -> bytes:
        """The picture of the achievement as ``png`` or ``svg``; our default when there is none."""
        if self.award is not None:
            return _award_image(self.award, kind)
        picture = self.holding.picture if self.holding is not None else None
        if picture and kind == "png":
            return bytes(picture)
        return _framed(bytes(picture)) if picture else default_image(kind)


def forms_of(one: Holding | Award) -> list[str]:
    """The forms this credential can be had in, the most useful first."""
    contents = Source.of(one).contents
    forms = ["pdf"] if _may_print(one) else []
    if contents.received.kind == "ob2":
        return [*forms, "original"]
    forms += ["png", "svg"]
    if contents.form == "json":
        forms.append("json")
    if contents.form == "jwt" or _may_sign(one):
        forms.append("jwt")
    return forms


def _may_print(one: Holding | Award) -> bool:
    """Paper convinces people: what did not verify is never put on it."""
    if _standing(one).status in _UNPRINTED:
        return False
    if isinstance(one, Award) or one.award_id is not None:
        return True
    return one.provenance == Holding.Provenance.VERIFIED


def _standing(one: Holding | Award) -> Standing:
    return award_standing(one) if isinstance(one, Award) else standing_of(one)


def no_certificate(one: Holding | Award) -> str:
    """Why there is no certificate of it, as a sentence; empty when there is one or never was."""
    return str(_UNPRINTED.get(_standing(one).status, ""))


def labelled_forms(one: Holding | Award) -> list[tuple[str, object]]:
    """The same with what people call them."""
    return [(form, LABELS[form]) for form in forms_of(one)]


def make(one: Holding | Award, form: str, *, paper: str = "a4", address: str = "") -> Download:
    """The file. ``address``: what a certificate's code opens, where it is not the holder's own.

    Raises ``UsageError`` with a sentence when there is no such form of it.
    """
    if form not in forms_of(one):
        if form == "pdf" and (why := no_certificate(one)):
            raise UsageError("download.ended", why)
        raise UsageError("download.form", _("This credential cannot be had in that form."))
    source = Source.of(one)
    if form == "original":
        return _original(source)
    if form == "pdf":
        from stackmark_web.passport.certificates import certificate

        data = certificate(source, paper=paper, address=address)
    else:
        data = _MAKERS[form](source)
    return Download(data, _TYPES[form], f"{file_stem(source)}.{form}")


def file_stem(source: Source) -> str:
    """A plain name for its files: letters, digits and hyphens, whatever the title holds."""
    name = slugify(source.title)[:_NAME].strip("-")
    return name or f"credential-{source.contents.sha256[:8]}"


def _json(source: Source) -> bytes:
    return source.contents.text


def _jwt(source: Source) -> bytes:
    if source.contents.form == "jwt":
        return source.contents.text.strip()
    if source.award is None:
        raise UsageError("download.form", _("Only its issuer could sign it as a token."))
    return token_of(source.award)


def _png(source: Source) -> bytes:
    if source.contents.container == "png":
        return source.contents.data
    return bake(source.image("png"), source.contents.text, replace=True)


def _svg(source: Source) -> bytes:
    if source.contents.container == "svg" and not is_active(source.contents):
        return source.contents.data
    return bake(source.image("svg"), source.contents.text, replace=True)


_MAKERS: Final[dict[str, Callable[[Source], bytes]]] = {
    "json": _json,
    "jwt": _jwt,
    "png": _png,
    "svg": _svg,
}


def _original(source: Source) -> Download:
    kind, data = kept_form(source.contents)
    return Download(data, _TYPES[kind], f"{file_stem(source)}.{kind}")


def kept_form(contents: Contents) -> tuple[str, bytes]:
    """The file as it came; without its picture when that could run a script where it is opened."""
    if contents.container and not is_active(contents):
        return contents.container, contents.data
    return contents.form, contents.text


def is_active(contents: Contents) -> bool:
    """Whether it came in an SVG that runs or loads something. Nothing of that is signed."""
    data = contents.data
    return contents.container == "svg" and (b"<!DOCTYPE" in data or bool(active_content(data)))


def _award_image(award: Award, kind: str) -> bytes:
    version = award.version
    if kind == "svg" and version.image_svg is not None:
        return bytes(version.image_svg.data)
    if version.image is not None:
        picture = bytes(version.image.data)
        return picture if kind == "png" else _framed(picture)
    if version.image_svg is not None:
        from stackmark.adapters.raster import svg_to_png

        return svg_to_png(bytes(version.image_svg.data), 512)
    return default_image(kind)


def _framed(png: bytes) -> bytes:
    """A PNG as an SVG, for a credential whose picture was never drawn as one."""
    body = base64.b64encode(png).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512" width="512" height="512">'
        f'<image width="512" height="512" href="data:image/png;base64,{body}"/></svg>'
    ).encode()


# -- tokens ------------------------------------------------------------------------------------


def _may_sign(one: Holding | Award) -> bool:
    """Whether the issuer signs this again: only what stands, and only what is ours."""
    award = one if isinstance(one, Award) else one.award
    return award is not None and award.state not in states.ENDED


def token_of(award: Award) -> bytes:
    """The same credential as a token: same id, same claims, same status entry, its issuer's key.

    Not for what was revoked, declined or replaced: nothing new is signed about those. Raises
    ``StackmarkError`` with a sentence.
    """
    if not _may_sign(award):
        raise UsageError("download.ended", _("Nothing new is signed for a credential that ended."))
    unsigned = orjson.loads(bytes(award.signed or b""))
    unsigned.pop("proof", None)
    pen = pen_of(award.organisation)
    if unsigned["issuer"]["id"] != pen.did:
        raise UsageError(
            "download.issuer", _("The issuer has another identity today; take the signed file.")
        )
    created = clock.stamp_now()
    token = secure(unsigned, suite=JWT, signer=pen.signer, method=pen.method, created=created)
    self_check(
        token,
        created=created,
        valid_from=unsigned["validFrom"],
        valid_until=unsigned.get("validUntil"),
        documents={**pen.documents, **documents_of(award.version)},
        # The evidence it seals was compared before it was signed, and may be gone by now.
        leave=frozenset({"status"}) | ({"related"} if award.related else set()),
    )
    return token


def etag(data: bytes) -> str:
    """A tag for caches."""
    return f'"{hashlib.sha256(data).hexdigest()[:32]}"'
