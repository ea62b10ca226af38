"""The decision: proposed by a reviewer, confirmed by a person, signed in that moment."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from stackmark.model.achievement_rules import DescriptorError
from stackmark_web import clock
from stackmark_web.accrediting import making
from stackmark_web.accrediting.actions._common import (
    _note,
    locked,
    permit_agency,
    permit_decision,
    words,
)
from stackmark_web.accrediting.errors import Problem
from stackmark_web.accrediting.models import Request, ReviewRow, Statement, Wanted
from stackmark_web.awarding import lists, publishing
from stackmark_web.tenancy import queries as tenancy

LONGEST: Final = timedelta(days=3_653)  # ten years


@transaction.atomic
def propose(
    request: Request,
    *,
    actor: Any,
    grant: bool,
    reasons: str,
    scope: Mapping[str, Any] | None = None,
    start: date | None = None,
    end: date | None = None,
    review_due: date | None = None,
    comment: str = "",
    via: str = "web",
) -> Request:
    """Grant or refuse, with reasons; nothing is signed or told before ``confirm``.

    ``scope`` is that of ``stackmark.trust.statements``; the days hold from their beginning to
    their end (UTC). Raises ``Problem`` naming the field, and ``PermissionDenied`` to a reviewer
    who also works for the requester.
    """
    found = locked(request)
    permit_decision(actor, found)
    found.reasons = words("reasons", reasons, needed=True)
    found.proposal = {"grant": grant}
    if grant:
        _all_judged(found)
        found.proposal |= _terms(found, scope or {}, start, end, review_due)
        found.proposal["comment"] = words("comment", comment)
        _stated(found)
    found.proposed_by, found.proposed_at = actor, clock.now()
    found.state = Request.State.PENDING
    found.save(update_fields=["reasons", "proposal", "proposed_by", "proposed_at", "state"])
    _note("accreditation.proposed", found, actor=actor, via=via, agency=True)
    return found


def _all_judged(request: Request) -> None:
    if not request.rows.exists():
        raise Problem("", _("Choose a rule set and go through its points first."))
    asked = request.rows.exclude(outcome="not-applicable", judgement="")
    left = asked.exclude(judgement=ReviewRow.Judgement.ACCEPT)
    if request.wanted != Wanted.ENDORSEMENT and left.filter(severity="mandatory").exists():
        raise Problem("", _("Not every mandatory point is accepted; judge them, or refuse."))


def _terms(
    request: Request,
    scope: Mapping[str, Any],
    start: date | None,
    end: date | None,
    review_due: date | None,
) -> dict[str, Any]:
    """Times that make sense together, as JSON."""
    begin = start or clock.today()
    if end is None and request.wanted != Wanted.ENDORSEMENT:
        raise Problem("end", _("What gives a right must end some day; say when."))
    if end is not None and not begin < end <= begin + LONGEST:
        raise Problem("end", _("The end comes after the start, and at most ten years later."))
    if end is not None and end < clock.today():
        raise Problem("end", _("This day is over already."))
    if review_due is not None and (review_due < begin or (end and review_due > end)):
        raise Problem("review_due", _("The next review lies between start and end."))
    days = {"start": begin, "end": end, "review_due": review_due}
    return {
        "scope": {name: value for name, value in scope.items() if value},
        **{name: day.isoformat() for name, day in days.items() if day is not None},
    }


def _stated(request: Request) -> Any:
    """What would be signed; raises ``Problem`` for a scope the engine refuses."""
    terms = request.proposal
    try:
        return making.statement_of(
            kind=request.wanted,
            about=about_of(request),
            scope=terms.get("scope", {}),
            start=_begin(terms["start"]),
            end=_last(terms["end"]) if "end" in terms else None,
            profile=request.profile,
            review_due=terms.get("review_due", ""),
            comment=terms.get("comment", ""),
        )
    except DescriptorError as error:
        raise Problem("", _("The scope cannot be stated so: %s") % error.detail) from None


def about_of(request: Request) -> str:
    """The id a statement is about: the version's address, or the institution's DID."""
    if request.version is not None:
        return str(request.version.signable["id"])
    return tenancy.did_of(request.organisation)


def _begin(day: str) -> datetime:
    """The beginning of a day; of today: this moment, so that it holds at once and not before."""
    found = date.fromisoformat(day)
    if found == clock.today():
        return clock.now().replace(microsecond=0)
    return datetime.combine(found, time.min, UTC)


def _last(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(23, 59, 59), UTC)


@transaction.atomic
def send_back(request: Request, *, actor: Any, via: str = "web") -> Request:
    """Not so: the proposal goes back to the reviewer."""
    found = locked(request)
    permit_agency(actor, found.agency)
    found.proposal = {}
    found.save(update_fields=["proposal"])
    _note("accreditation.sent-back", found, actor=actor, via=via, agency=True)
    return found


@transaction.atomic
def confirm(request: Request, *, actor: Any, via: str = "web") -> Request:
    """Make the decision count: refuse, or sign the statement and let it be carried from now on.

    Where the agency wants a second person, the one who proposed may not confirm
    (``PermissionDenied``). Raises ``Problem`` and, when there is no key or the signer is away,
    ``StackmarkError``; then nothing has happened.
    """
    found = locked(request)
    permit_decision(actor, found)
    if not found.proposal:
        raise Problem("", _("There is no proposal to confirm."))
    if found.agency.four_eyes and actor is not None and actor.pk == found.proposed_by_id:
        raise PermissionDenied(_("A second person confirms what you proposed."))
    granted = bool(found.proposal["grant"])
    if granted:
        _make(found, actor)
    found.state = Request.State.GRANTED if granted else Request.State.REFUSED
    found.decided_by, found.decided_at = actor, clock.now()
    found.save(update_fields=["state", "decided_by", "decided_at"])
    verb = "accreditation.granted" if granted else "accreditation.refused"
    _note(verb, found, actor=actor, via=via, agency=True)
    return found


def _make(request: Request, actor: Any) -> Statement:
    """Sign and store; the place on the list is given up for good if the transaction fails."""
    stated, agency = _stated(request), request.agency
    (place,) = lists.take(agency, 1)
    if place[0].published_at is None:
        publishing.publish_after_commit(place[0].pk)
    pk = uuid.uuid4()
    signed = making.sign(stated, pk=pk, agency=agency, place=place)
    return Statement.everywhere.create(
        id=pk,
        organisation=agency,
        request=request,
        kind=request.wanted,
        about=stated.about,
        subject=request.organisation,
        version=request.version,
        scope=request.proposal.get("scope", {}),
        profile=request.profile,
        comment=stated.comment,
        starts_at=stated.start,
        ends_at=stated.end,
        review_due=stated.review_due,
        status_list=place[0],
        status_index=place[1],
        signed=signed,
        sha256=hashlib.sha256(signed).hexdigest(),
        made_by=actor,
        made_at=clock.now(),
    )
