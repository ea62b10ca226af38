"""A key was lost: the credentials it signed are signed anew by the present one, as a run.

Each is replaced as if it were corrected with nothing changed: a new credential of the same
version, dates and words, kept by the same holder, who gets a letter. Nothing is replaced twice: a
row whose replacement was begun finds it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError, UsageError
from stackmark_web.audit.actions import record
from stackmark_web.awarding import by_key, issuing, states
from stackmark_web.awarding.actions.correcting import draft_in_place_of, drop
from stackmark_web.awarding.actions.offering import offer_many
from stackmark_web.awarding.models import Award
from stackmark_web.awarding.signing import pen_of
from stackmark_web.jobs.actions import start
from stackmark_web.jobs.handlers import Heartbeat, Outcome, handler
from stackmark_web.jobs.models import Run
from stackmark_web.tenancy.guarding import second_person
from stackmark_web.tenancy.models import Organisation, SigningKey
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import may, require, root_of

KIND: Final = "sign-anew"
CHUNK: Final = 250
_OPEN: Final = (Run.State.WAITING, Run.State.RUNNING)


@second_person("key.sign-anew")
@transaction.atomic
def sign_anew(key: SigningKey, *, actor: Any, only_since: bool = False) -> Run:
    """Start the run that replaces what a lost key signed; asked twice it is the same run.

    ``only_since`` leaves alone what was signed before the key was lost: that still verifies on
    this server, and nowhere else. Raises ``UsageError`` ``key.not-lost``, ``key.nothing``, and
    what keeps the present key from signing.
    """
    root = _guarded(key.organisation, actor)
    if key.revoked_at is None:
        raise UsageError("key.not-lost", _("This key still counts; nothing has to be replaced."))
    found = Run.everywhere.filter(organisation=root, kind=KIND, state__in=_OPEN)
    for run in found:
        if run.params.get("key") == key.pk:
            return run
    pen_of(root)  # no key: say so now, not row by row
    rows = by_key.signed_by(key, since_lost=only_since)
    total = rows.count()
    if not by_key.replaceable(rows).exists():
        raise UsageError("key.nothing", _("Nothing is left to be signed anew."))
    run = start(
        KIND,
        organisation=root,
        actor=actor,
        title=_("Signed anew: %(key)s") % {"key": key.method_id.rpartition(":")[2][:150]},
        total=total,
        chunk_size=CHUNK,
        params={
            "key": key.pk,
            "since": only_since,
            "report": reverse("awarding:key_awards", args=[root.slug, key.pk]),
        },
    )
    record(
        "key.signed-anew",
        actor=actor,
        target=key,
        organisation=root,
        after={"rows": total, "since": only_since},
        label=key.method_id,
    )
    return run


@handler(KIND)
def replace_rows(run: Run, first: int, last: int, heartbeat: Heartbeat) -> Outcome:
    """Replace those of rows ``first`` up to ``last`` that still stand."""
    key = SigningKey.everywhere.select_related("organisation").get(pk=run.params["key"])
    _check_right(run, key)
    rows = by_key.signed_by(key, since_lost=bool(run.params["since"]))
    rows = rows.select_related("version__achievement", "version__organisation", "organisation")
    awards = list(rows[first:last])
    heartbeat()
    fresh: list[Award] = []
    refused: dict[str, str] = {}
    for award in awards:
        try:
            made = _replacement(award, run)
        except StackmarkError as error:
            refused[str(award.pk)] = error.detail
            continue
        if made is not None:
            fresh.append(made)
    heartbeat()
    refused |= _offer(fresh, heartbeat)
    return Outcome(done=len(awards) - len(refused), failed=len(refused), result=_kept(refused))


def _replacement(award: Award, run: Run) -> Award | None:
    """The draft that will take an award's place; None where nothing has to be done (any more)."""
    begun = Award.everywhere.filter(supersedes=award).first()
    if begun is not None:
        return begun if begun.signed is None else None
    if award.state not in states.TABLE["correct"]:
        return None
    return draft_in_place_of(award, {}, actor=run.actor, note=run.title, via="job")


def _offer(fresh: Sequence[Award], heartbeat: Heartbeat) -> dict[str, str]:
    """Sign and store; why not, by the id of the award that stays as it is."""
    refused = {}
    answers = offer_many(list(fresh), via="job", guard=heartbeat) if fresh else []
    for award, refusal in zip(fresh, answers, strict=True):
        if refusal is None:
            continue
        refused[str(award.supersedes_id)] = refusal.detail
        if not issuing.is_trouble(refusal):
            drop(award)
    return refused


def _kept(refused: dict[str, str]) -> dict[str, Any]:
    return {"refused": refused} if refused else {}


def _check_right(run: Run, key: SigningKey) -> None:
    """Rights end at once: asked anew with every chunk, of the person who started the run."""
    if run.actor is not None and not may(run.actor, Permission.KEYS, root_of(key.organisation)):
        raise StackmarkError(
            "award.rights", _("The person who started this run may no longer change keys here.")
        )


def _guarded(organisation: Organisation, actor: Any) -> Organisation:
    """The institution, for whoever may change its keys."""
    root = root_of(organisation)
    if actor is not None:
        require(actor, Permission.KEYS, root)
    return root
