"""Reads of the ledger of uses: by its learner, by who was given a code, by an award body."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from stackmark.errors import StackmarkError, UsageError
from stackmark.recognition.commitments import Answer, Thread, Use, commitment, salt_of
from stackmark_web.passport import queries as passport
from stackmark_web.passport import tokens
from stackmark_web.passport.models import Holding
from stackmark_web.recognising import ledger_keeping as keeping
from stackmark_web.recognising.models import LedgerEntry, LedgerSecret
from stackmark_web.recognising.sendable import not_decisions
from stackmark_web.tenancy import queries as tenancy


@dataclass(frozen=True, slots=True)
class Applied:
    """The awards a credential was used for; ``since`` is the day from which uses were entered."""

    awards: tuple[str, ...]
    since: date

    def is_whole(self, issued: date | None) -> bool:
        """Whether no use can be missing of those who take part: entered as soon as it was issued.

        Who enters it later, or left and came back, has a time before of which nothing is known.
        """
        return issued is not None and self.since <= issued


def applied_to(user: Any, credential_id: str, sha256: str) -> Applied | None:
    """What a credential was used for, as the ledger tells its holder; None: it is not entered.

    Contested uses are among them: they stand until somebody ends the contest.
    """
    found = [keeping.thread(name).answer for name in names(user, credential_id, sha256)]
    known = [(one, one.since) for one in found if one.since is not None]
    if not known:
        return None
    awards = dict.fromkeys(use.award for one, _since in known for use in one.uses)
    return Applied(tuple(awards), min(since for _one, since in known))


def names(user: Any, credential_id: str, sha256: str) -> list[str]:
    """The commitments this may stand under: as it is named, and as its holder's page names it.

    None without an opt-in.
    """
    secret = keeping.secret_for(user)
    if secret is None:
        return []
    more: set[str] = set()
    for row in passport.holdings(user).defer(None).filter(credential_id=credential_id[:500]):
        found = _digests(row)
        if sha256 in found:
            more.update(found)
    try:
        return keeping.names_of(secret, credential_id, sha256, *sorted(more))
    except UsageError:  # no digest of a credential
        return []


def _digests(row: Holding) -> tuple[str, ...]:
    try:
        return keeping.digests_of(row)
    except StackmarkError:
        return ()


# -- the learner -------------------------------------------------------------------------------


def secret_of(user: Any) -> LedgerSecret | None:
    """A learner's opt-in."""
    return LedgerSecret.objects.filter(user=user).first()


def opens(secret: LedgerSecret) -> bool:
    """Whether the server can still read it: it cannot once its own key was changed."""
    return bool(tokens.unsealed(secret.sealed))


@dataclass(frozen=True, slots=True)
class Mine:
    """A credential of a learner and what the ledger says of it.

    ``name`` is the commitment it stands under, or would; empty for one that cannot be entered.
    """

    holding: Holding
    name: str
    thread: Thread | None

    @property
    def answer(self) -> Answer | None:
        """What is entered; None for what cannot be."""
        return self.thread.answer if self.thread is not None else None

    @property
    def uses(self) -> tuple[Use, ...]:
        """The uses that stand."""
        return self.answer.uses if self.answer else ()

    @property
    def contested(self) -> int:
        """How many of them are contested."""
        return sum(1 for one in self.uses if one.contested)


def mine(user: Any) -> list[Mine]:
    """Every credential of a learner with what the ledger says; no decisions on recognition."""
    return _told(user, list(not_decisions(passport.holdings(user).defer(None))))


def about(user: Any, holding: Holding) -> Mine:
    """One credential of a learner."""
    return _told(user, [holding])[0]


def _told(user: Any, held: list[Holding]) -> list[Mine]:
    secret = keeping.secret_for(user)
    names = [keeping.names_of(secret, one.credential_id, *_digests(one)) for one in held]
    threads = keeping.threads(name for some in names for name in some)
    return [
        _mine(one, [threads[name] for name in some]) for one, some in zip(held, names, strict=True)
    ]


def _mine(holding: Holding, threads: list[Thread]) -> Mine:
    """Of two names a credential may have, the one that was opened."""
    found = next((one for one in threads if one.since is not None), threads[0] if threads else None)
    return Mine(holding, found.commitment if found else "", found)


def code_for(user: Any, holding: Holding) -> str:
    """What a learner hands over with a credential; empty when it cannot be entered."""
    secret = keeping.secret_for(user)
    if secret is None or not holding.credential_id:
        return ""
    return keeping.code_of(salt_of(secret, holding.credential_id))


# -- who was given a credential and its code ---------------------------------------------------


def ask(credential_id: str, digests: Iterable[str], salt: bytes) -> Answer:
    """What the ledger says of a credential, for who was given it and its salt."""
    found = [keeping.thread(commitment(salt, credential_id, one)).answer for one in digests]
    known = [one for one in found if one.word != "unknown"]
    return known[0] if known else Answer("unknown", None, ())


# -- everybody ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class State:
    """How long the ledger is, and the digest of its last entry."""

    entries: int
    digest: str


def state() -> State:
    """The ledger as it is now."""
    last = LedgerEntry.objects.order_by("-number").first()
    return State(last.number + 1, last.digest) if last else State(0, "")


def holds(number: int, digest: str) -> bool:
    """Whether an entry of this number and digest stands in the ledger here."""
    return LedgerEntry.objects.filter(number=number, digest=digest).exists()


# -- an award body -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Contest:
    """A use of an award body that somebody contests."""

    name: str
    use: Use
    reason: str


def contests(organisation: Any) -> list[Contest]:
    """The open contests of uses that an institution entered; a unit enters none itself."""
    if organisation.parent_id is not None:
        return []
    dids = set(tenancy.dids_of(organisation))
    rows = LedgerEntry.objects.filter(act="contest").order_by("commitment")
    found = []
    for name in rows.values_list("commitment", flat=True).distinct():
        one = keeping.thread(name)
        found += [
            Contest(name, use, _reason(one, use.number))
            for use in one.uses
            if use.contested and use.body in dids
        ]
    return sorted(found, key=lambda one: one.use.number)


def _reason(found: Thread, number: int) -> str:
    told = [one.reason for _n, one in found.entries if one.act == "contest" and one.of == number]
    return told[-1]
