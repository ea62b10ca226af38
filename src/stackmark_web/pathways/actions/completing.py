"""From a yes to an award: a completion with its witness, then a board or the body's own rule.

The software awards by itself only where the body opted in, and never a degree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from stackmark.model.holding import Holding, read_holdings
from stackmark.model.holding_write import holdings_json
from stackmark.stacking.audit import Auditor
from stackmark.stacking.result import Audit
from stackmark.stacking.rules import Rules
from stackmark.stacking.witness import Witness, check
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.pathways import letters, renewal
from stackmark_web.pathways.actions import granting
from stackmark_web.pathways.auditing import Ground
from stackmark_web.pathways.models import Completion, Following

State = Completion.State


def settle(following: Following, ground: Ground, audit: Audit) -> None:
    """What follows from an audit, in the transaction that stores it."""
    live = (
        following.completions.filter(state__in=(State.WAITING, State.AWARDED))
        .select_related("award", "version")
        .first()
    )
    if live is None:
        if audit.verdict == "yes":
            _complete(following, ground, audit.witness)
    elif live.state == State.WAITING:
        _still(live, ground, audit)
    elif renewal.is_open(live):
        _renew(live, following, ground)


def _complete(
    following: Following,
    ground: Ground,
    witness: Witness | None,
    *,
    rules: Rules | None = None,
    holdings: Sequence[Holding] = (),
) -> None:
    if witness is None:
        return
    kept = kept_holdings(witness, rules or ground.rules, holdings or ground.holdings)
    if _refused_before(following, kept):
        return
    pathway = following.pathway
    automatic = granting.by_itself(pathway)
    try:
        with transaction.atomic():
            made = Completion.everywhere.create(
                organisation=pathway.organisation,
                following=following,
                user=following.user,
                version=following.version,
                completed_on=ground.at,
                witness=witness.to_json(),
                holdings=kept,
                automatic=automatic,
                made_at=clock.now(),
            )
    except IntegrityError:
        return  # somebody else's audit of this moment was first
    _note("completion.made", made)
    if automatic:
        transaction.on_commit(lambda: _award(made.pk))
    else:
        letters.tell(made, "pathway-complete")


def _award(pk: Any) -> None:
    from stackmark_web.pathways.actions import automatic  # which audits once more, and so ends here

    automatic.award(pk)


def kept_holdings(witness: Witness, rules: Rules, holdings: Sequence[Holding]) -> dict[str, Any]:
    """The credentials of the witness, and no others of the learner's where these are enough."""
    used = {one.holding for one in witness.uses}
    few = [one for one in holdings if one.id in used]
    return holdings_json(holdings if check(witness, rules, few) else few)


def _refused_before(following: Following, holdings: dict[str, Any]) -> bool:
    """A board said no to exactly this; it is asked again when something is different."""
    rows = following.completions.filter(state=State.REFUSED, version_id=following.version_id)
    last = rows.order_by("-made_at").first()
    return last is not None and last.holdings == holdings


def _still(live: Completion, ground: Ground, audit: Audit) -> None:
    """A completion that waits: still good, good in another way, or lost."""
    if str(live.witness.get("award")) != ground.rules.id:
        _still_renewed(live, ground)
        return
    if audit.verdict != "yes" or audit.witness is None:
        told = audit.explanation[0] if audit.explanation else ""
        lose(live, reason=told)
    elif check(Witness.from_json(live.witness), ground.rules, ground.holdings, ground.at):
        live.witness = audit.witness.to_json()
        live.holdings = kept_holdings(audit.witness, ground.rules, ground.holdings)
        live.save(update_fields=["witness", "holdings"])


def _still_renewed(live: Completion, ground: Ground) -> None:
    """A renewal was earned in time, however late its board meets; what was taken back was not."""
    there = {one.id for one in ground.holdings if one.status not in ("revoked", "suspended")}
    if any(one["holding"] not in there for one in live.witness.get("uses", ())):
        lose(live, reason=_("A credential it rests on is not there any more, or was taken back."))


def lose(live: Completion, *, reason: str) -> bool:
    """What waited is no longer complete; the learner is told. Whether it was still waiting."""
    rows = Completion.everywhere.filter(pk=live.pk, state=State.WAITING, award=None)
    values = {"state": State.LOST, "reason": reason, "decided_at": clock.now(), "list": None}
    if not rows.update(**values):
        return False
    _set(live, values)
    reopen(live)
    _note("completion.lost", live)
    letters.tell(live, "pathway-lost", reason=reason)
    return True


def reopen(renewal_lost: Completion) -> None:
    """A renewal that came to nothing leaves the award it was to renew as the one there is."""
    if renewal_lost.following_id is None:
        return
    rows = Completion.everywhere.filter(following_id=renewal_lost.following_id, state=State.RENEWED)
    last = rows.order_by("-made_at").first()
    if last is not None:
        Completion.everywhere.filter(pk=last.pk).update(state=State.AWARDED)


def withdraw(following: Following, *, reason: str) -> None:
    """The learner went another way: what waits for a board is taken back; nobody is told."""
    for live in following.completions.filter(state=State.WAITING, award=None):
        values = {"state": State.LOST, "reason": reason, "decided_at": clock.now(), "list": None}
        if Completion.everywhere.filter(pk=live.pk, state=State.WAITING).update(**values):
            reopen(live)
            _note("completion.lost", live)


def _renew(live: Completion, following: Following, ground: Ground) -> None:
    """Continuing credits earned since the last award make a new one."""
    rules = renewal.rules_for_renewal(following.version)
    audit, holdings = audit_renewal(live, ground, rules)
    witness = audit.witness
    if witness is None or _refused_before(following, kept_holdings(witness, rules, holdings)):
        return
    Completion.everywhere.filter(pk=live.pk, state=State.AWARDED).update(state=State.RENEWED)
    _complete(following, ground, witness, rules=rules, holdings=holdings)


def audit_renewal(live: Completion, ground: Ground, rules: Rules) -> tuple[Audit, list[Holding]]:
    """Whether what was earned since the last award renews it, and what that was."""
    used = {one["holding"] for one in live.witness.get("uses", ())}
    begin = renewal.since(live)
    holdings = [
        one
        for one in ground.holdings
        if one.id not in used and one.awarded is not None and one.awarded > begin
    ]
    own = str(live.version.rules.get("id", ""))
    fresh = [one for one in holdings if one.achievement != own]
    return Auditor(rules, ground.at).audit(fresh), fresh


def is_complete(completion: Completion) -> bool:
    """Whether the last audit says so, also of one that was taken up to be awarded already.

    A renewal was earned in time; who deleted the pathway or left it waits for nothing.
    """
    following = completion.following
    if following is None:
        return False
    own = completion.witness.get("award") == completion.version.rules.get("id")
    return following.left_at is None and (following.verdict == "yes" or not own)


def holds(completion: Completion) -> bool:
    """Whether the stored witness proves the stored holdings good, without any search."""
    from stackmark.stacking.parse import read_rules
    from stackmark_web.pathways.sealing import rules_json_of

    rules = read_rules(rules_json_of(completion))
    holdings = read_holdings(completion.holdings)
    return not check(Witness.from_json(completion.witness), rules, holdings)


def _set(one: Completion, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(one, name, value)


def _note(verb: str, one: Completion) -> None:
    record(
        verb,
        actor=None,
        target=one,
        organisation=one.organisation,
        after={"user": str(one.user_id)},
        via="pathway",
        label=one.version.title,
    )
