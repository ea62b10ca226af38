"""Have a credential name the holder's own DID: asked by the holder, done by its issuer.

The issuer's award is corrected by the one action there is for it (``awarding.actions.correct``):
the new credential says the same and names the DID, the old one is replaced. Where the institution
allows it this happens at once; else its staff decide.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding.models import Award
from stackmark_web.passport import actions, claiming
from stackmark_web.passport.models import HolderDid, Holding, ReissuePolicy, ReissueRequest
from stackmark_web.passport.standing import standing_of
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.errors import NeedsSecondPerson
from stackmark_web.tenancy.guarding import second_person
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require

VIA: Final = "holder"
NOTE: Final = "To the holder's own DID."
State = ReissueRequest.State
# What becomes of an open request when its credential is no more.
_OVERTAKEN: Final = {Award.State.SUPERSEDED: State.REPLACED, Award.State.REVOKED: State.REVOKED}


def why_not(holding: Holding) -> str:
    """Why it cannot be reissued, as a sentence; empty when it can."""
    if holding.award is None:
        return _("It was issued elsewhere; ask its issuer.")
    if holding.award.state != Award.State.CLAIMED or not standing_of(holding).live:
        return _("Only what is in force can be reissued.")
    return ""


def is_automatic(organisation: Organisation) -> bool:
    """Whether the institution reissues without its staff."""
    row = ReissuePolicy.everywhere.filter(organisation_id=organisation.root_id).first()
    return row is not None and row.automatic


@transaction.atomic
def set_automatic(organisation: Organisation, *, actor: Any, automatic: bool) -> None:
    """Let the institution reissue by itself, or not any more."""
    require(actor, Permission.EDIT, organisation)
    root = tenancy.root_of(organisation)
    row = ReissuePolicy.everywhere.filter(organisation=root).first()
    before = row is not None and row.automatic
    if before == automatic:
        return
    row = row or ReissuePolicy.everywhere.create(organisation=root)
    row.automatic = automatic
    row.save(update_fields=["automatic"])
    record(
        "reissue.policy",
        actor=actor,
        target=row,
        organisation=root,
        before={"automatic": before},
        after={"automatic": automatic},
    )


def ask(holding: Holding, did: HolderDid, *, actor: Any) -> ReissueRequest:
    """Ask for it; where the institution allows it, it is done when this returns.

    Asking twice is asking once. Raises ``ValidationError``.
    """
    actions.own(holding, actor)
    if did.user_id != actor.pk:
        raise Http404("There is nothing here.")
    if why := why_not(holding):
        raise ValidationError(why)
    award = holding.award
    assert award is not None
    if award.recipient_id == did.did:
        raise ValidationError(_("It names this DID already."))
    made = _request(award, did.did, actor)
    if made.state == State.OPEN and is_automatic(award.organisation):
        with suppress(NeedsSecondPerson):  # then staff decide, as on any other request
            agree(made, actor=None)
    return made


def _request(award: Award, did: str, user: Any) -> ReissueRequest:
    try:
        with transaction.atomic():
            _still_held(award)
            made = ReissueRequest.everywhere.create(
                organisation=award.organisation,
                award=award,
                user=user,
                did=did,
                asked_at=clock.now(),
            )
            record(
                "reissue.asked",
                actor=user,
                target=made,
                organisation=award.organisation,
                label=award.version.title,
            )
    except IntegrityError:  # asked before: the latest DID counts, while nobody has decided
        rows = ReissueRequest.everywhere.filter(award=award, user=user, state=State.OPEN)
        rows.update(did=did)
        found = rows.first()
        if found is None:
            raise ValidationError(_("Somebody has dealt with this already.")) from None
        return found
    return made


def _still_held(award: Award) -> None:
    """Who ends the award in this moment waits for us, and then finds the request."""
    rows = Award.everywhere.select_for_update().filter(pk=award.pk, state=Award.State.CLAIMED)
    if rows.values_list("pk", flat=True).first() is None:
        raise ValidationError(_("Only what is in force can be reissued."))


@transaction.atomic
def take_back(found: ReissueRequest, *, actor: Any) -> None:
    """The holder asks no more."""
    if found.user_id != getattr(actor, "pk", None):
        raise Http404("There is nothing here.")
    if _decide(found, State.WITHDRAWN, actor=actor):
        record("reissue.withdrawn", actor=actor, target=found, organisation=found.organisation)


@second_person("reissue.agree")
def agree(found: ReissueRequest, *, actor: Any) -> Award:
    """The issuer reissues, once: a second click finds it decided. ``actor`` None: by itself.

    Raises ``ValidationError`` and what ``correct`` raises.
    """
    if actor is not None:
        require(actor, Permission.AWARD, found.organisation)
    with transaction.atomic():
        if not _decide(found, State.DONE, actor=actor):
            raise ValidationError(_("Somebody has dealt with this already."))
    try:
        fresh = awarding.correct(
            found.award, actor=actor, changes={"recipient_id": found.did}, note=NOTE, via=VIA
        )
    except Exception:
        _reopen(found)
        end_overtaken(Award.everywhere.filter(pk=found.award_id))
        raise
    record(
        "reissue.done",
        actor=actor,
        target=found,
        organisation=found.organisation,
        label=found.award.version.title,
        via=VIA if actor is None else "web",
    )
    claiming.adopt_one(fresh)
    return fresh


@transaction.atomic
def refuse(found: ReissueRequest, *, actor: Any, answer: str = "") -> None:
    """The issuer does not. Raises ``ValidationError``."""
    require(actor, Permission.AWARD, found.organisation)
    if not _decide(found, State.REFUSED, actor=actor, answer=answer):
        raise ValidationError(_("Somebody has dealt with this already."))
    record(
        "reissue.refused",
        actor=actor,
        target=found,
        organisation=found.organisation,
        label=found.award.version.title,
    )


@transaction.atomic
def end_overtaken(awards: Iterable[Award]) -> None:
    """What is asked about credentials that were replaced or revoked is over; most have none."""
    ended = {one.pk: one for one in awards if one.state in _OVERTAKEN}
    rows = ReissueRequest.everywhere.filter(award__in=ended, state=State.OPEN) if ended else ()
    for found in rows:
        award = ended[found.award_id]
        names_it = Award.everywhere.filter(supersedes=award, recipient_id=found.did).exists()
        state = State.DONE if names_it else _OVERTAKEN[Award.State(award.state)]
        if _decide(found, state, actor=None):
            record(
                "reissue.ended",
                actor=None,
                target=found,
                organisation=award.organisation,
                after={"state": state},
                label=award.version.title,
            )


def _decide(found: ReissueRequest, state: str, *, actor: Any, answer: str = "") -> bool:
    changed = ReissueRequest.everywhere.filter(pk=found.pk, state=State.OPEN).update(
        state=state, decided_at=clock.now(), decided_by=actor, answer=answer
    )
    if changed:
        found.state = state
    return bool(changed)


def _reopen(found: ReissueRequest) -> None:
    ReissueRequest.everywhere.filter(pk=found.pk, state=State.DONE).update(
        state=State.OPEN, decided_at=None, decided_by=None
    )
    found.state = State.OPEN


# -- reads -------------------------------------------------------------------------------------


def requests_at(organisation: Organisation) -> QuerySet[ReissueRequest]:
    """What holders asked an organisation and its units for, open ones first."""
    rows = ReissueRequest.objects.within(organisation)
    rows = rows.select_related("award", "award__version", "organisation", "user")
    return rows.order_by(F("decided_at").desc(nulls_first=True), "-asked_at")


def request_at(organisation: Organisation, pk: Any) -> ReissueRequest:
    """One of them."""
    found = requests_at(organisation).filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def requests_of(user: Any) -> QuerySet[ReissueRequest]:
    """What a person asked for, newest first."""
    rows = ReissueRequest.everywhere.filter(user=user)
    return rows.select_related("award", "award__version", "organisation")


def request_of(user: Any, pk: Any) -> ReissueRequest:
    """One of them."""
    found = requests_of(user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def latest_about(holding: Holding) -> ReissueRequest | None:
    """The last request about a holding of ours, or about what it replaced before that was done."""
    award = holding.award
    if award is None:
        return None
    former = Q(award=award.supersedes_id, state=State.REPLACED)
    return requests_of(holding.user).filter(Q(award=award) | former).first()


def told(error: Exception) -> str:
    """An error of an action, as a sentence."""
    if isinstance(error, StackmarkError):
        return error.detail
    return error.messages[0] if isinstance(error, ValidationError) else str(error)
