"""A portfolio of prior learning: what it is for, what its learner says, how it is assessed.

``claims`` of a source is ``{"account": text, "outcomes": {statement: {"text", "pieces"}}}``. Once
an evaluator has set pieces against outcomes, ``portfolio`` holds the library's JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark.recognition.portfolio import Portfolio
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.recognising import pieces as files
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.models import Piece, Source

MAX_PIECES: Final = 40
MAX_BYTES: Final = 150 * 1024 * 1024
MAX_CLAIM: Final = 4_000  # characters of what is said about one outcome
MAX_ACCOUNT: Final = 10_000


def outcomes_of(version: Any) -> tuple[str, ...]:
    """The outcomes of a version that a portfolio answers, as decisions name them."""
    descriptor = catalogue.record_of(version).achievement
    said = (descriptor.say(one.statement) for one in descriptor.outcomes)
    return tuple(dict.fromkeys(text for text in said if text))


@dataclass(frozen=True, slots=True)
class Claim:
    """What a learner says about one outcome, and the pieces they point to."""

    number: int
    outcome: str
    text: str
    pieces: tuple[Piece, ...]

    @property
    def is_made(self) -> bool:
        """Whether there is a piece behind it."""
        return bool(self.pieces)


def claims_of(source: Source) -> list[Claim]:
    """Every outcome of the target with what was said about it; empty ones too."""
    there = {str(one.pk): one for one in source.pieces.all()}
    said: Mapping[str, Any] = source.claims.get("outcomes") or {}
    return [
        Claim(
            number,
            text,
            str(said.get(text, {}).get("text", "")),
            tuple(there[pk] for pk in said.get(text, {}).get("pieces", ()) if pk in there),
        )
        for number, text in enumerate(outcomes_of(source.request.target))
    ]


def names_of(pieces: Sequence[Piece]) -> dict[str, Piece]:
    """Each piece under a name of its own, in their order: two may have come under one."""
    found: dict[str, Piece] = {}
    for piece in pieces:
        name, number = piece.name, 1
        while name in found:
            number += 1
            name = f"{piece.name} ({number})"
        found[name] = piece
    return found


@dataclass(frozen=True, slots=True)
class Covered:
    """What an evaluator found about one outcome. ``number`` is its place on the page."""

    number: int
    wanted: str
    relation: str
    pieces: tuple[Piece, ...]
    found: str
    confidence: Any


def assessed(
    source: Source,
    *,
    assessor: str,
    method: str,
    covered: Sequence[Covered],
    level: int | None = None,
    hours: tuple[Any, Any] | None = None,
    field: str = "",
) -> dict[str, Any]:
    """The library's JSON of a portfolio; raises ``Problem`` at the field that is wrong."""
    named = names_of(list(source.pieces.all()))
    by_piece = {piece.pk: name for name, piece in named.items()}
    made: dict[str, Any] = {
        "id": f"urn:uuid:{source.pk}",
        "title": source.title,
        "evidence": [_evidence(name, piece) for name, piece in named.items()],
        "assessor": {"name": assessor},
        "method": method,
        "account": str(source.claims.get("account", "")),
        "covered": [_covered(one, by_piece) for one in covered if one.relation],
    }
    if level is not None:
        made["level"] = {"eqf": level}
    if hours is not None:
        made["workload"] = {"low": hours[0], "high": hours[1]}
    if field:
        made["field"] = {"code": field}
    return _read({name: one for name, one in made.items() if one not in ("", [])})


def _evidence(name: str, piece: Piece) -> dict[str, str]:
    told = {
        "url": files.address(piece),
        "name": name,
        "narrative": piece.about,
        "sha256": piece.sha256,
        "media_type": piece.media_type,
    }
    return {key: value for key, value in told.items() if value}


def _covered(one: Covered, names: Mapping[Any, str]) -> dict[str, Any]:
    if not one.pieces:
        raise Problem(f"pieces-{one.number}", _("Choose the pieces that show it."))
    if not one.found:
        raise Problem(f"found-{one.number}", _("Say what the pieces show."))
    if one.confidence is None:
        raise Problem(f"confidence-{one.number}", _("Say how sure you are, from 0 to 1."))
    return {
        "wanted": one.wanted,
        "relation": one.relation,
        "pieces": [names[piece.pk] for piece in one.pieces],
        "found": one.found,
        "confidence": float(one.confidence),
    }


def _read(made: dict[str, Any]) -> dict[str, Any]:
    try:
        return Portfolio.from_json(made).to_json()
    except StackmarkError as error:
        place = str(getattr(error, "place", ""))
        field = {"assessor/name": "assessor", "method": "method", "field/code": "field"}
        raise Problem(field.get(place, _workload(place)), error.detail) from None


def _workload(place: str) -> str:
    return "hours_high" if place.startswith("workload") else ""
