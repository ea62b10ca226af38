"""What a small world has of recognition beside requests: entries of the ledger, a portfolio."""

from __future__ import annotations

from stackmark_web.passport.checking import credential_bytes
from stackmark_web.recognising import ledger_keeping as keeping
from stackmark_web.recognising.actions import ledger
from stackmark_web.tenancy.queries import did_of


def fill(world):
    """The learner takes part; Northfield entered two uses, of which one is contested."""
    held = world.holding
    digest = keeping.digests(credential_bytes(held))[0]
    ledger.opt_in(world.learner)
    ledger.enter(world.learner, held)
    for name in ("bachelor", "master"):
        award = f"https://northfield.example/pathways/{name}"
        made = ledger.enter_use(
            world.learner, held.credential_id, digest, award, did_of(world.here)
        )
    world.ledger_use = made.number
    reason = world.say("ledger.reason", "I never took that award.", 300)
    ledger.contest(world.learner, held, made.number - 1, reason=reason)
