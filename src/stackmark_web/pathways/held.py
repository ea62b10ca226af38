"""What somebody holds, as judgement sees it: from the exact bytes, how they stand, and who says so.

``counts`` tells whether it may enter an audit of the body asked for. What does not count yet is
there too, with the reason: a learner must see all of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark.exchange.holdings import distinct, holding_of, inner_documents, records_of
from stackmark.exchange.shapes import Imported
from stackmark.model.holding import VERIFIED
from stackmark.model.holding import Holding as Counted
from stackmark_web import clock
from stackmark_web.passport import queries as passport
from stackmark_web.passport.checking import credential_bytes
from stackmark_web.passport.contents import Contents
from stackmark_web.passport.matching import match_of
from stackmark_web.passport.models import Holding
from stackmark_web.passport.queries import addresses_of
from stackmark_web.passport.standing import standing_of
from stackmark_web.pathways.decisions import Decided, Decisions
from stackmark_web.pathways.files import AtHand
from stackmark_web.pathways.trusting import Body
from stackmark_web.recognising.sendable import not_decisions

HERE: Final = "issued-here"
TRUSTED: Final = "trusted"
RECOGNISED: Final = "recognised"
OPEN: Final = "not-decided"
UNVERIFIED: Final = "not-verified"
Match: Final = Holding.Match
# A credential that was replaced or given up is no longer the one; its successor stands beside it.
_STATUS: Final = {
    "active": "valid",
    "expired": "expired",
    "revoked": "revoked",
    "suspended": "suspended",
    "superseded": "revoked",
    "declined": "revoked",
    "lapsed": "revoked",
}


@dataclass(frozen=True, slots=True)
class Held:
    """One credential of a passport for an audit.

    ``why`` says in a sentence where it stands from, or why it does not count; ``ask`` that asking
    for recognition is the way on. ``decision`` is the one it was recognised by.
    """

    holding: Counted
    row: Holding
    provenance: str
    counts: bool
    why: str = ""
    ask: bool = False
    decision: Any = None


def held(
    user: Any,
    organisation: Any = None,
    at: dt.date | None = None,
    *,
    body: Body | None = None,
    wanted: Collection[str] = (),
) -> tuple[Held, ...]:
    """What a person holds, judged for a body at a day; for nobody's rules every verified one.

    ``wanted`` are the achievements its rules name: what was recognised for several counts for
    that. Who asks for many people hands in the same ``body``, so that its register is read once.
    """
    judge, day = _Judge(user, body or Body(organisation), wanted), at or clock.today()
    found = [one for row in _rows(user) for one in _of_row(row, judge, day)]
    found += judge.prior_learning()
    # Of copies that are alike one that counts stands for all.
    ordered = sorted(enumerate(found), key=lambda one: not one[1].counts)
    kept = distinct((str(place), one.holding) for place, one in ordered)
    placed = sorted((int(place), holding) for place, holding in kept)
    return tuple(_settled(found[place], holding) for place, holding in placed)


def counted(found: Iterable[Held]) -> list[Counted]:
    """Those that enter an audit."""
    return [one.holding for one in found if one.counts]


def _settled(one: Held, holding: Counted) -> Held:
    return one if holding is one.holding else replace(one, holding=holding)


def _rows(user: Any) -> Iterator[Holding]:
    """What is kept, but not decisions about it: these say what the rest counts for."""
    rows = passport.holdings(user).defer(None).select_related("user")
    yield from not_decisions(rows).order_by("added_at", "pk")


def _of_row(row: Holding, judge: _Judge, at: dt.date) -> Iterator[Held]:
    status = _STATUS.get(standing_of(row).status, "unknown")
    if row.provenance in (Holding.Provenance.REFUSED, Holding.Provenance.WAITING):
        yield Held(_bare(row), row, UNVERIFIED, counts=False, why=_unchecked(row))
        return
    told = list(_told(row))
    for number, one in enumerate(told, 1):
        name = str(row.pk) if number == 1 else f"{row.pk}#{number}"
        yield judge.judged(row, holding_of(one.record, status, name, at), one)
    if not told:
        why = _("Nobody can read what it was given for.")
        yield Held(_bare(row), row, UNVERIFIED, counts=False, why=why)


def _bare(row: Holding) -> Counted:
    """What a passport lists of something that is no holding yet."""
    name = row.credential_id or str(row.pk)
    return Counted(id=name, title=row.title, issuer=row.issuer_id, provenance=VERIFIED)


def _unchecked(row: Holding) -> str:
    if row.provenance == Holding.Provenance.WAITING:
        return _("It is being checked.")
    return _("It does not verify: nothing can be built on it.")


@dataclass(frozen=True, slots=True)
class _Told:
    """What a document says of one achievement, and whether it is about who keeps it."""

    record: Imported
    about: str
    data: bytes


def _told(row: Holding) -> Iterator[_Told]:
    # What was awarded here was kept by whom it was offered to.
    about = Match.YES if row.award_id is not None else Match(row.match)
    yield from _records(credential_bytes(row), about, row.user)


def _records(data: bytes, about: str, user: Any, depth: int = 0) -> Iterator[_Told]:
    """Of the document itself, and of the credentials inside: its check covered these too.

    Anybody can pack anybody's credentials into a record about themselves. So one inside has to say
    itself whom it is about, unless who issued it packed it too.
    """
    try:
        contents = Contents(data)
        for one in records_of(contents.tree, AtHand(contents.received)):
            yield _Told(one, about, data)
        inner = inner_documents(contents.tree) if depth < 3 else []
    except StackmarkError:
        return
    for part in inner:
        yield from _records(part, _inside(part, contents, about, user), user, depth + 1)


def _inside(part: bytes, around: Contents, about: str, user: Any) -> str:
    try:
        contents = Contents(part)
    except StackmarkError:
        return Match.UNKNOWN
    own = match_of(contents, addresses_of(user))
    packed = contents.issuer_id and contents.issuer_id == around.issuer_id
    return about if own == Match.UNKNOWN and packed else own


class _Judge:
    """Whose credentials count for one body: its own, those it trusts, those it recognised."""

    def __init__(self, user: Any, body: Body, wanted: Collection[str]) -> None:
        self._user, self._body, self._wanted = user, body, wanted

    @property
    def _anybody(self) -> bool:
        return self._body.organisation is None

    def judged(self, row: Holding, one: Counted, told: _Told) -> Held:
        """The credential with its provenance for the body."""
        one = replace(one, issuer_classes=one.issuer_classes or self._body.classes(one.issuer))
        decided = self._decisions.about(one, told.data)
        if decided is not None:
            return self._recognised(row, one, decided)
        if told.about == Match.NO:
            why = _("It was issued to another address than yours.")
            return Held(one, row, OPEN, counts=False, why=why, ask=not self._anybody)
        if self._anybody:
            return self._anywhere(row, one)
        here = one.issuer == self._body.did
        if not here and not self._body.accepts(one.issuer, one.achievement, one.awarded):
            return Held(one, row, OPEN, counts=False, why=self._open(one), ask=True)
        if told.about != Match.YES:
            why = _("It does not say in a way that can be compared that it is about you.")
            return Held(one, row, OPEN, counts=False, why=why, ask=True)
        if here:
            return Held(one, row, HERE, counts=True, why=_("Issued here."))
        return self._trusted(row, one)

    def _anywhere(self, row: Holding, one: Counted) -> Held:
        word = HERE if row.award_id is not None else TRUSTED
        if one.status == "unknown":
            return Held(one, row, UNVERIFIED, counts=False, why=_told_unsure())
        return Held(one, row, word, counts=True)

    def _trusted(self, row: Holding, one: Counted) -> Held:
        if one.status == "unknown":
            # It enters the audit: what is not known never makes a yes, and never a no.
            return Held(one, row, UNVERIFIED, counts=True, why=_told_unsure())
        why = _("%(body)s accepts this issuer.") % {"body": self._body.name}
        return Held(one, row, TRUSTED, counts=True, why=why)

    def _open(self, one: Counted) -> str:
        body = {"body": self._body.name}
        if self._decisions.knows(one):
            return _("What %(body)s decided about is another edition of it.") % body
        return _("%(body)s has not decided yet whether it counts.") % body

    def _recognised(self, row: Holding, one: Counted, decided: Decided) -> Held:
        counting = decided.counting(one)
        if counting is None:
            why = _("By the decision of %(body)s it does not count.") % {"body": self._body.name}
            return Held(one, row, RECOGNISED, counts=False, why=why, decision=decided.row)
        why = _("Recognised by %(body)s.") % {"body": self._body.name}
        return Held(counting, row, RECOGNISED, counts=True, why=why, decision=decided.row)

    def prior_learning(self) -> list[Held]:
        """What portfolios were recognised as; the passport holds the decision itself."""
        why = _("Prior learning, recognised by %s.")
        found = []
        for one in self._decisions.portfolios():
            counting = one.prior_learning()
            if counting is not None and one.row.holding is not None:
                told = why % self._body.name
                found.append(
                    Held(
                        counting,
                        one.row.holding,
                        RECOGNISED,
                        counts=True,
                        why=told,
                        decision=one.row,
                    )
                )
        return found

    @cached_property
    def _decisions(self) -> Decisions:
        return Decisions(self._user, self._body.organisation, self._wanted)


def _told_unsure() -> str:
    return _("Not everything about it could be checked; check it again in your passport.")
