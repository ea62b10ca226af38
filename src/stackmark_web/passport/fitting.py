"""Which credentials of a person fit what somebody asked for, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark_web.passport.checking import credential_bytes
from stackmark_web.passport.contents import Contents, fold
from stackmark_web.passport.models import Holding, ProofRequest
from stackmark_web.passport.queries import holdings, is_presentable
from stackmark_web.verifying.fetching import own_path

_OURS: Final = re.compile(
    r"/achievements/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/[1-9][0-9]{0,8})?(?:\.json)?/?"
)
MAX_FITS: Final = 200


@dataclass(frozen=True, slots=True)
class Fit:
    """A credential that fits, and the reasons in sentences."""

    holding: Holding
    reasons: tuple[str, ...]


def fits(request: ProofRequest, user: Any) -> list[Fit]:
    """What this person could answer with: genuine, in force or simply over, and as asked."""
    rows = holdings(user).prefetch_related("skills")
    found = ((row, reasons(request, row)) for row in rows if is_presentable(row))
    return [Fit(row, why) for row, why in found if why][:MAX_FITS]


def reasons(request: ProofRequest, holding: Holding) -> tuple[str, ...]:
    """Why a holding fits; empty when it does not."""
    if request.wanted == ProofRequest.Wanted.ANY:
        return (_("Any credential was asked for."),)
    if request.wanted == ProofRequest.Wanted.ACHIEVEMENTS:
        return _named(request.terms, _achievements_of(holding))
    skills = [one.name for one in holding.skills.all()]
    return _worded(request.terms, holding.title, skills, holding.search)


def reasons_of(request: ProofRequest, contents: Contents) -> tuple[str, ...]:
    """The same for a credential that came in a presentation."""
    if request.wanted == ProofRequest.Wanted.ANY:
        return (_("Any credential was asked for."),)
    if request.wanted == ProofRequest.Wanted.ACHIEVEMENTS:
        return _named(request.terms, _ids(contents))
    skills = [one.name for one in contents.skills]
    return _worded(request.terms, contents.title, skills, contents.words)


def same_achievement(one: str) -> str:
    """An address for comparing: every version and spelling of one of ours is the same."""
    own = own_path(one)
    ours = _OURS.fullmatch(own[0]) if own is not None else None
    return f"own:{ours[1]}" if ours else one.rstrip("/")


def _achievements_of(holding: Holding) -> set[str]:
    if holding.award is not None:
        return {f"own:{holding.award.version.achievement_id}"}
    try:
        return _ids(Contents(credential_bytes(holding)))
    except StackmarkError:
        return set()


def _ids(contents: Contents) -> set[str]:
    found = (one.get("id") for one in contents.achievements)
    return {same_achievement(one) for one in found if isinstance(one, str)}


def _named(terms: Iterable[str], has: set[str]) -> tuple[str, ...]:
    if any(same_achievement(one) in has for one in terms):
        return (_("It is one of the credentials asked for."),)
    return ()


def _worded(terms: Iterable[str], title: str, skills: list[str], text: str) -> tuple[str, ...]:
    found: list[str] = []
    for term in terms:
        wanted = fold(term)
        skill = next((one for one in skills if wanted in fold(one)), "")
        if skill:
            found.append(_("It shows the skill “%(skill)s”.") % {"skill": skill})
        elif wanted in fold(title):
            found.append(_("Its title has “%(word)s”.") % {"word": term})
        elif wanted and all(word in text for word in wanted.split()):
            found.append(_("It speaks of “%(word)s”.") % {"word": term})
    return tuple(found)
