"""Recognise what came, from its bytes: JSON, compact JWS, PNG, SVG or PDF; and what kind it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from stackmark.errors import CheckFailed, ReadError
from stackmark.limits import MAX_IMAGE_BYTES
from stackmark.model.document import Document
from stackmark.proofs import jades, sd_jwt
from stackmark.proofs.jose import Jws, check_header, parse_compact
from stackmark.reading.baked import Baked, form_of
from stackmark.reading.pdf import attachments, is_pdf

PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_JWS: Final = re.compile(rb"[A-Za-z0-9_\-=+/]+(?:\.[A-Za-z0-9_\-=+/]*){1,4}\Z")
_OB2_CONTEXT: Final = re.compile(
    r"https?://(?:w3id\.org/openbadges/v[12]|openbadgespec\.org|purl\.imsglobal\.org/spec/ob/v2p1)"
)
_OB2_TYPES: Final = frozenset({"Assertion", "BadgeClass", "Issuer"})
_ENVELOPE: Final = re.compile(
    r"data:application/(vc|vp)(?:\+jwt|\+ld\+json\+jwt)(?:;[^,]*)?,(.*)\Z", re.DOTALL
)

# The learning credential of the EUDI reference issuer (eudi-srv-pid-issuer).
EUDI_VCT: Final = "urn:eu.europa.ec.eudi:learning:credential:1"
VC2_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
VC1_CONTEXT: Final = "https://www.w3.org/2018/credentials/v1"


@dataclass(frozen=True, slots=True)
class Received:
    """What was found in the bytes; nothing is verified yet.

    ``kind``: ``credential``, ``presentation``, ``ob2``, ``sealed`` or ``sd-jwt``. ``document``
    holds the bytes that are judged (for a JWS or a seal, its payload; of an SD-JWT the tree is that
    of the claims as far as they are disclosed). ``baked`` tells of the image or PDF it came out of,
    ``seal`` is the JAdES seal of a sealed document, ``sd`` the SD-JWT.
    """

    kind: str
    document: Document
    jws: Jws | None = None
    baked: Baked | None = None
    enveloped: bool = False
    seal: jades.Seal | None = None
    sd: sd_jwt.SdJwt | None = None

    @property
    def tree(self) -> dict[str, Any]:
        """The parsed document."""
        return self.document.tree

    @property
    def format(self) -> str:
        """A stable word for what it is, such as ``ob3+di``, ``vc2+jwt`` or ``ob2``."""
        if self.sd is not None:
            return "eudi+sd-jwt" if self.tree.get("vct") == EUDI_VCT else "sd-jwt-vc"
        secured = "jades" if self.seal else "jwt" if self.jws is not None else "di"
        name = f"{_family(self.kind, self.tree)}+{secured}"
        return f"{self.baked.container}/{name}" if self.baked is not None else name


def receive(data: bytes, *, bounded: Callable[[Any], bool] | None = None) -> Received:
    """Read bytes of unknown kind; for ``bounded`` see ``parse_json``.

    Raises ``ReadError`` with one sentence that names the place; see ``docs/reference/checks.md``
    for the reasons.
    """
    if data.startswith(PNG_SIGNATURE):
        return _from_image(data, "png")
    if is_pdf(data):
        return _from_pdf(data)
    head = data[:1024].lstrip(b" \t\r\n")
    if head.startswith(b"<"):
        return _from_image(data, "svg")
    if head[:1] in (b"{", b"["):
        return from_tree(Document.parse(data, bounded=bounded))
    text = data.strip(b" \t\r\n")
    if sd_jwt.is_sd_jwt(text):
        return _from_sd_jwt(text)
    if text and (_JWS.match(text) or text.startswith(b"eyJ")):
        return from_token(text)
    raise _unreadable(data)


def _unreadable(data: bytes) -> ReadError:
    if not data.strip():
        return ReadError("read.empty", "There is nothing in it.")
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return ReadError("read.encoding", "The text starts with a byte order mark; remove it.")
    if data[:3] == b"\xff\xd8\xff":
        return ReadError("read.unknown", "This is a JPEG; badges are baked into PNG or SVG only.")
    return ReadError(
        "read.unknown",
        f"This is no JSON, token, PNG or SVG; it starts with {data[:16]!r}.",
    )


def _from_image(data: bytes, container: str) -> Received:
    if len(data) > MAX_IMAGE_BYTES:
        raise ReadError("read.too-large", f"The image has {len(data):,} bytes.")
    if container == "png":
        from stackmark.reading.png import read_png as read_image
    else:
        from stackmark.reading.svg import read_svg as read_image
    baked = read_image(data)
    if baked.form == "url":
        raise ReadError(
            "read.url-in-image",
            "The image holds only a link to a badge, as older badges did; verify that link.",
        )
    inner = receive_text(baked.text)
    return replace(inner, baked=baked)


def _from_pdf(data: bytes) -> Received:
    """A certificate: the one credential attached to it, never the words printed on it."""
    found = attachments(data)
    if len(found) > 1:
        raise ReadError(
            "read.pdf-many",
            f"The PDF carries {len(found)} credentials; take them out and verify each by itself.",
        )
    (text,) = found
    baked = Baked("pdf", "ob3", text, form_of(text), (), "attached file")
    return replace(receive_text(text), baked=baked)


def receive_text(data: bytes) -> Received:
    """JSON or a token only: what may stand inside an image or an envelope."""
    text = data.strip(b" \t\r\n")
    if text[:1] in (b"{", b"["):
        return from_tree(Document.parse(data))
    if text and _JWS.match(text):
        return from_token(text)
    raise ReadError("read.unknown", "What is inside is neither JSON nor a token.")


def from_tree(document: Document) -> Received:
    """A JSON document of any kind; enveloped ones are opened."""
    tree = document.tree
    types = types_of(tree)
    if "EnvelopedVerifiableCredential" in types or "EnvelopedVerifiablePresentation" in types:
        return replace(_open_envelope(tree), enveloped=True)
    if jades.is_seal(tree):
        return _sealed(tree)
    return Received(_kind(tree, types), document)


def _sealed(tree: Mapping[str, Any]) -> Received:
    """A document under a seal that names its certificate; other JWS in JSON form are not read."""
    try:
        seal = jades.from_tree(tree)
    except ReadError:
        seal = None
    if seal is None or not seal.header.keys() & {"x5c", "x5t#S256"}:
        raise ReadError(
            "read.jws-json",
            "This is a JWS in JSON form; only the compact form is read, and seals with a "
            "certificate and one signature.",
        )
    return Received("sealed", Document.parse(seal.payload), seal=seal)


def _open_envelope(tree: Mapping[str, Any]) -> Received:
    found = _ENVELOPE.match(tree["id"]) if isinstance(tree.get("id"), str) else None
    if found is None:
        raise ReadError(
            "read.envelope", "The envelope's id is no data: URL with a vc+jwt or vp+jwt token."
        )
    odd = tree.keys() - {"@context", "id", "type"}
    if odd:
        raise ReadError("read.envelope", f"The envelope holds an unsigned member {min(odd)!r}.")
    if VC2_CONTEXT not in contexts_of(tree):
        raise ReadError("read.envelope", f"The envelope has no @context that names {VC2_CONTEXT}.")
    received = from_token(found[2].encode("utf-8", "replace"))
    if (received.kind == "presentation") != (found[1] == "vp"):
        raise ReadError("read.envelope", "The envelope's media type is not what is inside.")
    return received


def from_token(token: bytes) -> Received:
    """A compact JWS whose payload is a credential or presentation."""
    jws = parse_compact(token)
    try:
        document = Document.parse(jws.payload)
    except ReadError:
        check_header(jws.header)  # an unfit header is the better answer
        raise
    return Received(_kind(document.tree, types_of(document.tree)), document, jws)


def _from_sd_jwt(text: bytes) -> Received:
    """An SD-JWT with the claims that are disclosed; where they cannot be, with the signed ones."""
    sd = sd_jwt.parse(text)
    tree = sd.payload
    with suppress(CheckFailed):  # the verifier meets it again and says so; a ReadError is one
        tree = sd_jwt.recreate(sd).claims
    return Received("sd-jwt", Document(sd.jws.payload, tree), sd=sd)


def _kind(tree: Mapping[str, Any], types: list[str]) -> str:
    if "VerifiablePresentation" in types or ("vp" in tree and "@context" not in tree):
        return "presentation"
    if "VerifiableCredential" in types or ("vc" in tree and "@context" not in tree):
        return "credential"
    if _is_ob2(tree, types):
        return "ob2"
    return "credential"


def _is_ob2(tree: Mapping[str, Any], types: list[str]) -> bool:
    context = tree.get("@context")
    entries = context if isinstance(context, list) else [context]
    if any(isinstance(entry, str) and _OB2_CONTEXT.match(entry) for entry in entries):
        return True
    return bool(_OB2_TYPES.intersection(types)) or ("badge" in tree and "recipient" in tree)


def types_of(tree: Mapping[str, Any]) -> list[str]:
    """The ``type`` member as a list of texts; what is no text is left out."""
    found = tree.get("type", tree.get("@type"))
    entries = found if found.__class__ is list else [found]
    return [entry for entry in entries if entry.__class__ is str]


def _family(kind: str, tree: Mapping[str, Any]) -> str:
    if kind == "ob2":
        return "ob2"
    if kind == "presentation":
        return "vp"
    tree = tree["vc"] if "vc" in tree and isinstance(tree["vc"], Mapping) else tree
    types = types_of(tree)
    old = VC1_CONTEXT in contexts_of(tree)
    if "EuropeanDigitalCredential" in types:
        return "elm"
    for name, family in (
        ("ClrCredential", "clr2"),
        ("OpenBadgeCredential", "ob3"),
        ("AchievementCredential", "ob3"),
        ("EndorsementCredential", "endorsement"),
        ("BitstringStatusListCredential", "status-list"),
        ("StatusList2021Credential", "status-list"),
    ):
        if name in types:
            return f"{family}-vc1" if old else family
    return "vc1" if old else "vc2"


def contexts_of(tree: Mapping[str, Any]) -> list[Any]:
    """The ``@context`` member as a list."""
    found = tree.get("@context")
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


__all__ = [
    "EUDI_VCT",
    "Received",
    "contexts_of",
    "from_token",
    "from_tree",
    "receive",
    "receive_text",
    "types_of",
]
