"""Changes to the ledger of uses: opting in and out, entering, contesting, ending a contest.

What goes into the ledger is noted there and in no trail with a name beside it: the trail of an
institution would tell whose credential an entry is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark.issuing.lint import UNFIT
from stackmark.model.achievement_rules import LINE
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.passport.models import Holding
from stackmark_web.recognising import ledger_keeping as keeping
from stackmark_web.recognising import queries_ledger as queries
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.models import LedgerEntry, LedgerSecret
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require


@transaction.atomic
def opt_in(user: Any) -> LedgerSecret:
    """From now on uses of a learner's credentials may be entered; a second time changes nothing."""
    found = queries.secret_of(user)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            made = LedgerSecret.objects.create(
                user=user, sealed=keeping.new_secret(), since=clock.now()
            )
    except IntegrityError:  # in the same moment in another window
        return LedgerSecret.objects.get(user=user)
    record("ledger.joined", actor=user, target=made)
    return made


@transaction.atomic
def opt_out(user: Any) -> None:
    """Nothing more is entered, and nobody here can find a learner's entries any more.

    What stands stays. Who was given a code can go on asking about that credential.
    """
    found = queries.secret_of(user)
    if found is not None:
        record("ledger.left", actor=user, target=found)
        found.delete()


@transaction.atomic
def enter(user: Any, holding: Holding) -> None:
    """The opening entry of one credential. Raises ``Problem`` when it cannot be or is there."""
    found = queries.about(user, holding)
    if not found.name:
        raise Problem("", _("This credential cannot be entered: it has no id of its own."))
    try:
        row = keeping.append(found.name, lambda thread: thread.open(clock.today()))
    except UsageError:
        raise Problem("", _("It stands in the ledger already.")) from None
    _note("ledger.opened", row)


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of a use: ``entered``, ``not-opted-in``, or ``stands`` (it was there before)."""

    word: Literal["entered", "not-opted-in", "stands"]
    number: int | None = None

    def __bool__(self) -> bool:
        return self.word != "not-opted-in"


@transaction.atomic
def enter_use(user: Any, credential_id: str, sha256: str, award: str, body: str) -> Entered:
    """An award body used a credential for an award: entered if its learner opted in.

    ``award`` and ``body`` are ids: the award's public address, the body's DID. A credential that
    was not opened yet is opened first. Nothing happens and nothing fails without an opt-in.
    Raises ``StackmarkError`` for an award or body that is no id.
    """
    names = queries.names(user, credential_id, sha256)
    if not names:
        return Entered("not-opted-in")
    day = clock.today()
    opened = [name for name in names if keeping.thread(name).since is not None]
    name = opened[0] if opened else names[0]
    if not opened:
        _note("ledger.opened", keeping.append(name, lambda thread: thread.open(day)))
    standing = [use for use in keeping.thread(name).uses if use.award == award]
    if standing:
        return Entered("stands", standing[0].number)
    made = keeping.append(name, lambda thread: thread.add(award=award, body=body, day=day))
    _note("ledger.used", made)
    return Entered("entered", made.number)


@transaction.atomic
def contest(user: Any, holding: Holding, number: int, *, reason: str) -> None:
    """A learner says that a use is wrong; it stands, marked, until the body ends the contest.

    Raises ``Problem`` at ``reason``, or for a use that is not of this credential or contested.
    """
    text = _reason(reason)
    found = queries.about(user, holding)
    try:
        row = keeping.append(
            found.name, lambda thread: thread.contest(number, reason=text, day=clock.today())
        )
    except UsageError:
        raise Problem("", _("This use does not stand any more, or is contested already.")) from None
    _note("ledger.contested", row)


@transaction.atomic
def settle(organisation: Any, number: int, *, actor: Any, stands: bool, reason: str) -> None:
    """The award body ends a contest of a use it entered: it stands, or is withdrawn.

    Raises ``Problem`` at ``reason``, or when there is no such open contest.
    """
    require(actor, Permission.RECOGNISE, organisation)
    text = _reason(reason)
    found = next((one for one in queries.contests(organisation) if one.use.number == number), None)
    if found is None:
        raise Problem("", _("Nobody contests this use any more."))
    day = clock.today()
    row = keeping.append(
        found.name,
        lambda thread: thread.settle(number, stands=stands, reason=text, day=day),
    )
    record("ledger.settled", actor=actor, target=row, organisation=organisation)


def _reason(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise Problem("reason", _("Say why; everybody can read it in the ledger."))
    if len(text) > LINE:
        raise Problem("reason", _("This is too long; at most %d characters fit.") % LINE)
    if UNFIT.search(text):
        raise Problem("reason", _("It holds a character that cannot be shown; remove it."))
    return text


def _note(verb: str, row: LedgerEntry) -> None:
    """That the ledger grew, without saying for whom."""
    record(verb, actor=None, target=row)
