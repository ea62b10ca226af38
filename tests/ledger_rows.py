"""What a small world has of recognition beside requests: entries of the ledger, portfolios."""

from __future__ import annotations

from stackmark_web.passport.checking import credential_bytes
from stackmark_web.recognising import ledger_keeping as keeping
from stackmark_web.recognising import portfolios as prior
from stackmark_web.recognising.actions import ledger, portfolios
from stackmark_web.tenancy.queries import did_of


def fill(world):
    """Entries of the ledger; a portfolio that is being written, and one that was sent."""
    _ledger(world)
    world.prior_draft = _begun(world, world.version)
    world.prior_piece = _piece(world, world.prior_draft)
    sent = _begun(world, world.planned)
    piece = _piece(world, sent)
    outcomes = [("", [])] * 9
    outcomes[0] = (world.say("prior.claim", "I did it for years.", 900), [str(piece.pk)])
    account = world.say("prior.account", "At a laboratory.", 900)
    portfolios.write(
        sent, actor=world.learner, title=sent.sources.get().title, account=account, claims=outcomes
    )
    portfolios.send(sent, actor=world.learner, note=world.say("prior.note", "Look.", 900))
    world.prior_source = sent.sources.get()
    world.prior_done = portfolios.assess(
        world.prior_source, actor=world.owner, revision=0, given=_assessed(world, piece)
    )


def _begun(world, version):
    title = world.say("prior.title", "Eight years of samples")
    return portfolios.begin(world.learner, organisation=world.here, target=version, title=title)


def _piece(world, request):
    return portfolios.add_piece(
        request,
        actor=world.learner,
        name="diary.txt",
        data=b"Took samples.",
        about=world.say("prior.about", "My diary of 2019", 900),
    )


def _assessed(world, piece):
    wanted = prior.outcomes_of(world.planned)[0]
    found = world.say("prior.found", "Took samples alone.", 900)
    covered = prior.Covered(0, wanted, "close", (piece,), found, 0.5)
    return {"assessor": "Assessor for soil", "method": "portfolio", "covered": [covered]}


def _ledger(world):
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
