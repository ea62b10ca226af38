"""Appeals: the holder answers a revocation, somebody else than the revoker decides."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.awarding import letters, queries, states
from stackmark_web.awarding.actions._common import permit
from stackmark_web.awarding.actions.correcting import draft_in_place_of
from stackmark_web.awarding.actions.offering import offer
from stackmark_web.awarding.checks import Problem, words
from stackmark_web.awarding.models import Appeal, Award
from stackmark_web.tenancy.permissions import Permission

MAX_APPEAL = 10_000
_DECIDED = {
    Appeal.State.UPHELD: gettext_lazy("The revocation stands."),
    Appeal.State.REVERSED: gettext_lazy("You were right. It is issued to you anew."),
}


@transaction.atomic
def open_appeal(award: Award, *, text: str, user: Any = None, via: str = "appeal link") -> Appeal:
    """The holder says why the revocation is wrong; once, and within the time.

    Raises ``Problem``, ``WrongState``.
    """
    award.refresh_from_db()
    states.check("appeal", award)
    appeal = queries.appeal_about(award)
    if appeal is None or appeal.due_at <= clock.now():
        raise states.WrongState("award.appeal-late", _("The time to appeal is over."))
    text = words("text", text, MAX_APPEAL)
    if not text:
        raise Problem("text", _("Say in a few sentences why the revocation is wrong."))
    rows = Appeal.everywhere.filter(pk=appeal.pk, text="", state=Appeal.State.OPEN)
    if not rows.update(text=text):
        raise states.WrongState("award.appealed", _("You have appealed already."))
    appeal.text = text
    record("appeal.opened", actor=user, target=appeal, organisation=award.organisation, via=via)
    path = reverse("awarding:appeal_detail", args=[award.organisation.slug, appeal.pk])
    letters.tell_issuer(award, "appeal_opened", key="1", path=path, when=appeal.due_at)
    return appeal


def revoker_of(award: Award) -> Any:
    """Who revoked it."""
    step = award.steps.filter(to_state=Award.State.REVOKED).order_by("-id").first()
    return None if step is None else step.actor_id


def decide_appeal(
    appeal: Appeal, *, actor: Any, reversed_: bool, answer: str, via: str = "web"
) -> Award | None:
    """End an appeal; ``reversed_`` issues anew and the new award comes back.

    A revocation is final: the old credential stays revoked, the new one takes its place. Raises
    ``Problem``, ``WrongState``, ``PermissionDenied`` for whoever revoked it.
    """
    award = appeal.award
    permit(actor, Permission.REVOKE, award)
    if actor is not None and revoker_of(award) == actor.pk:
        raise PermissionDenied(_("You revoked it yourself; a colleague has to decide."))
    answer = words("answer", answer, MAX_APPEAL)
    if not answer:
        raise Problem("answer", _("Give your reasons; the holder will read them."))
    state = Appeal.State.REVERSED if reversed_ else Appeal.State.UPHELD
    with transaction.atomic():
        _decide(appeal, state, actor=actor, answer=answer, via=via)
        fresh = draft_in_place_of(award, {}, actor=actor, via=via) if reversed_ else None
    if fresh is not None:
        offer(fresh, via=via)
    return fresh


def _decide(appeal: Appeal, state: Appeal.State, *, actor: Any, answer: str, via: str) -> None:
    changes = {
        "state": state,
        "answer": answer,
        "decided_at": clock.now(),
        "decided_by": actor if getattr(actor, "pk", None) else None,
    }
    if not Appeal.everywhere.filter(pk=appeal.pk, state=Appeal.State.OPEN).update(**changes):
        raise states.WrongState("award.appeal-decided", _("This appeal is decided already."))
    for name, value in changes.items():
        setattr(appeal, name, value)
    award = appeal.award
    record(
        "appeal.decided",
        actor=actor,
        target=appeal,
        organisation=award.organisation,
        before={"state": Appeal.State.OPEN},
        after={"state": state},
        via=via,
    )
    letters.tell(
        award,
        "appeal_decided",
        key="1",
        link=letters.appeal_link(appeal),
        reason=_DECIDED[state],
    )
