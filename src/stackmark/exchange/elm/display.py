"""The picture of a page that EDC's DisplayDetail demands: a plain SVG made from the record.

It says what the document says, in its own language: title, learner, issuer, date.
"""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import Final

from stackmark.exchange.elm import concepts
from stackmark.exchange.elm.concepts import Json
from stackmark.exchange.elm.making import thing
from stackmark.model.record import Record

_FILE_TYPE: Final = "http://publications.europa.eu/resource/authority/file-type/"
_ENCODING: Final = f"{concepts.SNB}encoding/"
_BASE64: Final = "6146cde7dd"
_LINE: Final = 60  # characters of a line on the page
_HEAD: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="794" height="1123" viewBox="0 0 794 1123">'
    '<rect width="794" height="1123" fill="#fff"/>'
)


def page(record: Record) -> Json:
    """An IndividualDisplay of one page in the record's language."""
    image = thing(
        "MediaObject",
        contentType=concepts.public_concept(_FILE_TYPE, "SVG", "SVG"),
        contentEncoding=concepts.public_concept(_ENCODING, _BASE64, "base64"),
        content=b64encode(_svg(record).encode()).decode(),
    )
    detail = thing("DisplayDetail", image=image, page=1)
    language = concepts.language(record.achievement.language)
    return thing("IndividualDisplay", language=language, displayDetail=[detail])


def _svg(record: Record) -> str:
    rows = "".join(
        f'<text x="60" y="{120 + 48 * place}" font-family="sans-serif" font-size="22">'
        f"{escape(text)}</text>"
        for place, text in enumerate(_lines(record))
    )
    return f"{_HEAD}{rows}</svg>"


def _lines(record: Record) -> list[str]:
    award, issuer = record.award, record.issuer
    learner = award.learner if award else None
    names = (learner.name, f"{learner.given_name} {learner.family_name}".strip()) if learner else ()
    said = [
        record.achievement.name,
        next(filter(None, names), ""),
        (issuer.name or issuer.legal_name) if issuer else "",
        award.issued.date().isoformat() if award and award.issued else "",
    ]
    return [part for text in said if text for part in _folded(text)]


def _folded(text: str) -> list[str]:
    """A text in lines that fit the page."""
    line = " ".join(text.split())
    return [line[at : at + _LINE] for at in range(0, len(line), _LINE)]
