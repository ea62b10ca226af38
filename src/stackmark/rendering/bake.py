"""Put a signed credential into a badge image (Open Badges 3.0 section 5.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from stackmark.errors import ReadError, UsageError
from stackmark.limits import MAX_DOCUMENT_BYTES, MAX_IMAGE_BYTES
from stackmark.reading.baked import form_of, recognise
from stackmark.rendering.bake_png import prepare_png
from stackmark.rendering.bake_svg import prepare_svg

if TYPE_CHECKING:
    from stackmark.rendering.bake_png import PreparedPng
    from stackmark.rendering.bake_svg import PreparedSvg


def bake(image: bytes, credential: bytes, *, replace: bool = False) -> bytes:
    """The image with the credential inside; see ``Baker`` for many of one image."""
    return Baker(image, replace=replace).bake(credential)


class Baker:
    """One badge image, taken apart once, ready for any number of credentials.

    ``image`` is a PNG or an SVG, told by its bytes. With ``replace`` a credential already inside
    (Open Badges 2 or 3) is taken out first; without it, ``UsageError`` ``usage.already-baked``.
    Every other byte of the image stays as it is.

    Raises ``ReadError``: ``read.not-image``, ``read.png-size`` (no pixels or over 100 million),
    ``read.svg-active`` (the drawing runs or fetches something), and what ``read_png`` and
    ``read_svg`` raise for broken files. Crosses a process pool.
    """

    __slots__ = ("_prepared",)

    def __init__(self, image: bytes, *, replace: bool = False) -> None:
        self._prepared = _prepare(image, replace=replace)

    def bake(self, credential: bytes) -> bytes:
        """The image with this credential inside.

        ``credential`` is the UTF-8 JSON of a credential with an embedded proof, kept byte for
        byte, or a compact JWS, kept without white space around it. It is not verified here.
        Raises ``UsageError``: ``usage.not-credential``, ``usage.too-large``,
        ``usage.svg-character``.
        """
        text, form = _checked(credential)
        baked = self._prepared.with_text(text, form)
        if len(baked) > MAX_IMAGE_BYTES:
            raise UsageError(
                "usage.too-large",
                f"The baked image has {len(baked):,} bytes; readers take at most "
                f"{MAX_IMAGE_BYTES:,}. Use a smaller image.",
            )
        return baked


def _prepare(image: bytes, *, replace: bool) -> PreparedPng | PreparedSvg:
    container = recognise(image)
    if container == "png":
        return prepare_png(image, replace=replace)
    if container == "svg":
        return prepare_svg(image, replace=replace)
    raise ReadError(
        "read.not-image", "The badge image is neither PNG nor SVG; only these two can be baked."
    )


def _checked(credential: bytes) -> tuple[bytes, Literal["json", "jws"]]:
    """The text to embed; what no reader could give back unchanged is refused."""
    if len(credential) > MAX_DOCUMENT_BYTES:
        raise UsageError(
            "usage.too-large",
            f"The credential has {len(credential):,} bytes; at most {MAX_DOCUMENT_BYTES:,}.",
        )
    form = form_of(credential)
    if form not in ("json", "jws") or b"\0" in credential:
        raise UsageError(
            "usage.not-credential",
            "Only a JSON credential or a compact JWS can be baked; this text is neither.",
        )
    try:
        credential.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(
            "usage.not-credential", f"Byte {error.start} of the credential is not UTF-8."
        ) from None
    return (credential, "json") if form == "json" else (credential.strip(), "jws")
