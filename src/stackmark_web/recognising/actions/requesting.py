"""What a learner does: send credentials with a request, answer, take it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.passport.checking import credential_bytes
from stackmark_web.passport.contents import Contents
from stackmark_web.passport.models import Holding
from stackmark_web.recognising import comparing, policies, queries, sent
from stackmark_web.recognising.actions._common import (
    desk_path,
    learner_path,
    locked,
    note_request,
    permit_learner,
    tell_body,
    tell_learner,
    words,
)
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.models import Decision, Request, Source
from stackmark_web.verifying import actions as verifying

MOST_SOURCES: Final = 10  # credentials of one request
MOST_OPEN: Final = 20  # requests of one person that wait


def send(
    user: Any,
    *,
    organisation: Any,
    target: Any,
    holdings: Sequence[Holding],
    note: str = "",
    via: str = "web",
) -> Request:
    """Send these credentials of a person's own passport to a body, to be decided.

    Their exact bytes are copied and checked in this moment, each credential of a learner record by
    itself. Raises ``Problem`` naming the field.
    """
    note = words("note", note)
    _check(user, organisation, target, holdings)
    parts = [(one, data) for one in holdings for data in _parts(one)]
    _not_too_many(parts)
    sources = [_copied(number, *one, organisation) for number, one in enumerate(parts, 1)]
    for source in sources:
        _not_twice(user, organisation, target, source)
    with transaction.atomic():
        return _store(user, organisation, target, sources, note, via)


def _check(user: Any, organisation: Any, target: Any, holdings: Sequence[Holding]) -> None:
    if not policies.policy_of(organisation).open:
        raise Problem("", _("%s takes no requests at present.") % organisation.name)
    if not queries.targets_of(organisation).filter(pk=target.pk).exists():
        raise Problem("target", _("Choose one of their published achievements."))
    if not holdings:
        raise Problem("holdings", _("Choose at least one credential to send."))
    _not_too_many(holdings)
    if any(one.user_id != user.pk for one in holdings):
        raise Problem("holdings", _("Choose from your own passport."))
    waiting = Request.everywhere.filter(user=user, state__in=queries.OPEN)
    if waiting.count() >= MOST_OPEN:
        raise Problem("", _("You have as many open requests as there can be; wait for some."))


def _not_too_many(found: Sequence[Any]) -> None:
    if len(found) > MOST_SOURCES:
        raise Problem("holdings", _("Send at most %d credentials at once.") % MOST_SOURCES)


def _parts(holding: Holding) -> list[bytes]:
    try:
        return sent.credentials_in(credential_bytes(holding))
    except StackmarkError as error:
        raise Problem("holdings", _("It cannot be compared: %s") % error.detail) from None


def _not_twice(user: Any, organisation: Any, target: Any, one: Source) -> None:
    """Whichever file it came in this time."""
    same = {"credential_id": one.credential_id, "issuer_id": one.issuer_id}
    asked = Source.objects.filter(
        **same,
        request__user=user,
        request__organisation=organisation,
        request__target=target,
        request__state__in=queries.OPEN,
    )
    if asked.exists():
        raise Problem("holdings", _("%s waits for their decision already.") % one.title)
    decided = Decision.everywhere.filter(
        source_id_text=one.credential_id,
        source_issuer=one.issuer_id,
        user=user,
        organisation=organisation,
        target=target,
        withdrawn_at=None,
        replaced_by=None,
    )
    if decided.exists():
        raise Problem(
            "holdings",
            _("They have decided about %s already. You can appeal against the decision.")
            % one.title,
        )


def _copied(number: int, holding: Holding, data: bytes, organisation: Any) -> Source:
    """The bytes and what checking them gives now."""
    contents = Contents(data)
    checked = verifying.check(data, organisation=organisation)
    if checked.verdict == "refused":
        raise Problem(
            "holdings",
            _("%(title)s does not verify now: %(why)s")
            % {"title": contents.title, "why": checked.report.why},
        )
    bound = comparing.bound_source(data)
    return Source(
        number=number,
        holding=holding,
        data=data,
        sha256=bound.sha256,
        credential_id=bound.id[:500],
        title=contents.title,
        issuer_id=bound.issuer[:500],
        issuer_name=contents.issuer_name,
        report=checked.to_json(),
        checked_at=clock.now(),
    )


def _store(
    user: Any, organisation: Any, target: Any, sources: list[Source], note: str, via: str
) -> Request:
    now, policy = clock.now(), policies.policy_of(organisation)
    made = Request.everywhere.create(
        organisation=organisation,
        user=user,
        target=target,
        note=note,
        state=Request.State.SENT,
        made_at=now,
        sent_at=now,
        due_on=clock.today() + timedelta(days=policy.days),
    )
    for one in sources:
        one.request = made
    Source.objects.bulk_create(sources)
    announce(made, actor=user, via=via)
    return made


def announce(made: Request, *, actor: Any, via: str) -> None:
    """The traces and letters of a request that was just sent, of either kind."""
    note_request("recognition.requested", made, actor=actor, via=via, kind=made.kind)
    shared = {
        "organisation": made.organisation,
        "key": str(made.pk),
        "title": made.target.title,
        "when": made.due_on,
    }
    tell_learner("recognition_received", made.user, path=learner_path(made), **shared)
    place = shared.pop("organisation")
    tell_body("recognition_waiting", place, path=desk_path(made), **shared)


@transaction.atomic
def answer(request: Request, *, actor: Any, text: str, via: str = "web") -> Request:
    """Answer the body's question; it is theirs again, with the days the answer took added."""
    found = locked(request)
    permit_learner(actor, found)
    if found.state != Request.State.ASKED:
        raise Problem("", _("There is no open question."))
    found.answer = words("text", text, needed=True)
    found.state = Request.State.SENT
    if found.due_on and found.asked_at:
        found.due_on += clock.today() - found.asked_at.date()
    found.save(update_fields=["answer", "state", "due_on"])
    note_request("recognition.answered", found, actor=actor, via=via)
    return found


@transaction.atomic
def take_back(request: Request, *, actor: Any, via: str = "web") -> Request:
    """The learner wants no decision any more; what was decided already stays.

    The copies of what was not go: nobody has to read them any more.
    """
    found = locked(request)
    permit_learner(actor, found)
    found.state = Request.State.WITHDRAWN
    found.save(update_fields=["state"])
    found.sources.filter(decisions=None).update(data=None, report={}, working={})
    note_request("recognition.taken-back", found, actor=actor, via=via)
    return found
