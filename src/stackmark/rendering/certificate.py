"""What stands on a certificate, made ready for the typesetter.

The drawing itself is ``data/certificate.typ``; every text reaches it as data, never as markup.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from stackmark.errors import UsageError
from stackmark.rendering.colour import deepened, normal_colour
from stackmark.rendering.fonts import SANS_STACK
from stackmark.rendering.lettering import clean_line, drawable, fewer_marks

PageSize = Literal["a4", "letter"]
Marks = Literal["all", "scripts", "none"]
MAX_PARTNERS: Final = 3
MAX_OUTCOMES: Final = 40
MAX_FACTS: Final = 40
MAX_FACT: Final = 600  # characters of a row of the facts label
MAX_PICTURE: Final = 4 * 1024 * 1024  # bytes of one PNG
LABELS: Final[Mapping[str, str]] = {
    "certificate": "Certificate",
    "certifies": "This certifies that",
    "earned": "has earned",
    "with": "with",
    "issued": "Issued",
    "expires": "Valid until",
    "hours": "Workload",
    "credits": "Credits",
    "level": "Level",
    "outcomes": "What the holder can do",
    "facts": "Credential facts",
    "fact": "Fact",
    "stated": "What is stated",
    "continued": "Continued on the next page",
    "verify": "Check this certificate at",
    "number": "Certificate number",
    "qr": "QR code that opens the verification page",
    "logo": "Logo of {name}",
    "badge": "Badge: {name}",
    "signature": "Signature of {name}",
    "attachment": "The signed credential that this certificate shows",
}
_PAPERS: Final = {"a4": "a4", "letter": "us-letter"}
_TAG: Final = re.compile(r"([A-Za-z]{2,3})(?:-[A-Za-z]{4})?(?:-([A-Za-z]{2}))?(?:-.*)?")
_LONG_WORD: Final = re.compile(r"\S{29,}")
_LONG_CODE: Final = re.compile(r"[^\s/]{41,}")
_BREAK_EVERY: Final = 24  # characters of a word too long for a line
_PNG_MAGIC: Final = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Logo:
    """A partner's logo (PNG) and the name it stands for."""

    name: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs by name; ``signature_png`` is a picture of the hand-written signature."""

    name: str = ""
    post: str = ""
    organisation: str = ""
    signature_png: bytes = b""


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A row of the facts label in final words; ``quiet`` for what is unknown or withheld."""

    label: str
    value: str
    note: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class CertificateData:
    """All of one certificate, in final and translated words; pictures are PNG.

    ``labels`` replaces entries of ``LABELS``. ``language`` is a BCP 47 tag. ``stamp`` is drawn
    across a corner ("Expired 3 May 2026"). ``with_others``: the names of whoever awards jointly or
    takes part. ``facts_label`` is drawn on a page of its own, ``facts_source`` says on whose word.
    Raises ``UsageError`` ``usage.certificate``.
    """

    learner_name: str
    title: str
    issuer_name: str
    issued: str
    public_id: str
    verify_url: str
    qr_svg: str
    expires: str = ""
    hours: str = ""
    credits: str = ""
    level: str = ""
    description: str = ""
    outcomes: tuple[str, ...] = ()
    signatory: Signatory = field(default_factory=Signatory)
    issuer_logo_png: bytes = b""
    badge_png: bytes = b""
    with_others: tuple[str, ...] = ()
    partners: tuple[Logo, ...] = ()
    facts_label: tuple[LabelRow, ...] = ()
    facts_source: str = ""
    accent: str = "#1a2558"
    language: str = "en"
    direction: Literal["ltr", "rtl"] = "ltr"
    stamp: str = ""
    page_size: PageSize = "a4"
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("learner_name", "title", "issuer_name", "public_id"):
            if not clean_line(getattr(self, name), 20):
                raise _wrong(f"{name}: holds nothing that can be printed")
        if self.page_size not in _PAPERS:
            raise _wrong(f"page_size: {self.page_size!r:.20} is neither a4 nor letter")
        if self.direction not in ("ltr", "rtl"):
            raise _wrong(f"direction: {self.direction!r:.20} is neither ltr nor rtl")
        if not _TAG.fullmatch(self.language):
            raise _wrong(f"language: {self.language!r:.40} is no language tag like en or pt-BR")
        if urlsplit(self.verify_url).scheme not in ("https", "http"):
            raise _wrong("verify_url: must be a web address")
        if len(self.partners) > MAX_PARTNERS:
            raise _wrong(f"partners: {len(self.partners)} logos; at most {MAX_PARTNERS}")
        odd = sorted(set(self.labels) - set(LABELS))
        if odd:
            raise _wrong(f"labels: {odd[0]!r:.40} is no label")
        for name, png in self.pictures().items():
            if png and (not png.startswith(_PNG_MAGIC) or len(png) > MAX_PICTURE):
                raise _wrong(f"{name}: must be a PNG of at most 4 MB")

    def pictures(self) -> dict[str, bytes]:
        """File name → PNG, for every picture there is room for; absent ones are empty."""
        found = {
            "issuer.png": self.issuer_logo_png,
            "badge.png": self.badge_png,
            "signature.png": self.signatory.signature_png,
        }
        return found | {f"partner{n}.png": logo.png for n, logo in enumerate(self.partners)}


def payload(
    data: CertificateData,
    *,
    covered: Container[int] | None,
    families: tuple[str, ...] = (),
    marks: Marks = "all",
) -> dict[str, Any]:
    """The JSON the typesetter reads. ``covered`` are the code points the fonts draw.

    With fewer ``marks`` a text loses accents that no font joins to their letter; composed
    letters such as é keep theirs.
    """
    return _Payload(data, covered, marks).build(families)


def _wrong(text: str) -> UsageError:
    return UsageError("usage.certificate", f"{text}.")


class _Payload:
    """Cleans every text on its way into the certificate."""

    def __init__(self, data: CertificateData, covered: Container[int] | None, marks: Marks) -> None:
        self.data = data
        self.covered = covered
        self.marks = marks

    def build(self, families: tuple[str, ...]) -> dict[str, Any]:
        data, language = self.data, _TAG.fullmatch(self.data.language)
        name, title = self.line(data.learner_name, 160), self.line(data.title, 200)
        return {
            "name": name,
            "title": title,
            "issuer": self.line(data.issuer_name, 160),
            "others": self.line(" · ".join(data.with_others), 200),
            "document_title": f"{title} – {name}",
            "summary": self.line(data.description, 300),
            "description": self.text(data.description, 1500),
            "outcomes": [self.line(text, 300) for text in data.outcomes[:MAX_OUTCOMES]],
            "facts": self.facts(),
            "facts_label": self.facts_label(),
            "facts_source": self.line(data.facts_source, 200),
            "signatory": {
                "name": self.line(data.signatory.name, 90),
                "post": self.line(data.signatory.post, 90),
                "organisation": self.line(data.signatory.organisation, 90),
            },
            "labels": {key: self.label(key) for key in LABELS},
            "stamp": self.line(data.stamp, 40),
            "public_id": self.address(data.public_id),
            "verify_url": data.verify_url,
            "verify_shown": self.address(re.sub(r"^https?://", "", data.verify_url)),
            "accent": deepened(normal_colour(data.accent, "accent")),
            "dir": data.direction,
            "lang": language[1].lower() if language else "en",
            "region": language[2].upper() if language and language[2] else None,
            "paper": _PAPERS[data.page_size],
            "fonts": [*SANS_STACK[1:], *families],
            **self.pictures(),
        }

    def pictures(self) -> dict[str, Any]:
        """Which pictures there are, and what is said for each."""
        data = self.data
        return {
            "issuer_logo": bool(data.issuer_logo_png),
            "badge": bool(data.badge_png),
            "signature": bool(data.signatory.signature_png),
            "partners": [
                {"file": f"partner{n}.png", "alt": self.named("logo", logo.name)}
                for n, logo in enumerate(data.partners)
            ],
            "alt": {
                "issuer": self.named("logo", data.issuer_name),
                "badge": self.named("badge", data.title),
                "signature": self.named("signature", data.signatory.name),
                "qr": self.label("qr"),
            },
        }

    def facts(self) -> list[dict[str, str]]:
        """Label and value of what is known, in the order of reading."""
        names = ("issued", "expires", "hours", "credits", "level")
        values = {name: self.line(getattr(self.data, name), 60) for name in names}
        return [{"label": self.label(n), "value": v} for n, v in values.items() if v]

    def facts_label(self) -> list[dict[str, Any]]:
        """The rows of the facts label; long texts are cut."""
        return [
            {
                "label": self.line(row.label, 90),
                "value": self.line(row.value, MAX_FACT),
                "note": self.line(row.note, MAX_FACT),
                "quiet": row.quiet,
            }
            for row in self.data.facts_label[:MAX_FACTS]
        ]

    def label(self, key: str) -> str:
        return self.line(self.data.labels.get(key, LABELS[key]), 90)

    def named(self, key: str, name: str) -> str:
        return self.label(key).replace("{name}", self.line(name, 160))

    def line(self, text: str, limit: int) -> str:
        shown = drawable(clean_line(text, limit), self.covered)
        if self.marks != "all":
            shown = fewer_marks(shown, keep_scripts=self.marks == "scripts")
        return _LONG_WORD.sub(_breakable, shown)

    def address(self, text: str) -> str:
        """Kept whole as long as it fits: people copy it."""
        shown = drawable(clean_line(text, 200), self.covered)
        return _LONG_CODE.sub(_breakable, shown)

    def text(self, text: str, limit: int) -> str:
        """Several paragraphs, within the limit in all."""
        lines = [self.line(part, limit) for part in text[:limit].splitlines()]
        return "\n".join(line for line in lines if line)


def _breakable(word: re.Match[str]) -> str:
    """A word longer than any line, with places where it may be broken."""
    text = word[0]
    parts = [text[at : at + _BREAK_EVERY] for at in range(0, len(text), _BREAK_EVERY)]
    return "\u200b".join(parts)
