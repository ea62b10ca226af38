"""Awards of completions: made once, with the sealed files inside, signed and offered together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError, UsageError
from stackmark_web import clock
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding.models import Award
from stackmark_web.passport.queries import addresses_of
from stackmark_web.pathways import ledgers, renewal
from stackmark_web.pathways.actions.designing import is_degree
from stackmark_web.pathways.models import Completion, Pathway
from stackmark_web.pathways.sealing import sealed

State = Completion.State
TIED: Final = (
    *("user", "organisation", "version", "award", "following"),
    *("version__pathway__organisation", "version__pathway__achievement__current"),
)


def needs_board(pathway: Pathway) -> bool:
    """Whether people have to confer it whatever was chosen: degrees and their modules."""
    return pathway.kind == Pathway.Kind.MODULE or is_degree(pathway.achievement)


def by_itself(pathway: Pathway) -> bool:
    """Whether its body chose that software awards it, and may choose so."""
    return pathway.conferral == Pathway.Conferral.AUTOMATIC and not needs_board(pathway)


def grant(
    completions: Sequence[Completion],
    *,
    actor: Any,
    guard: Callable[[], None] | None = None,
) -> list[StackmarkError | None]:
    """Award these, whether by a board or by the body's own rule; why not for each that was not.

    Done again it awards nothing twice: the award's id is drawn from the completion. The actor's
    right was checked by who calls. Raises ``StackmarkError`` when nothing can be signed now.
    """
    made = [_taken(one, _draft(one)) for one in completions]
    awards = [one for one in made if isinstance(one, Award)]
    try:
        offered = awarding.offer_many(awards, guard=guard) if awards else []
    except StackmarkError:
        for completion, award in zip(completions, made, strict=True):
            _back(completion, award)
        raise
    refusals = dict(zip([one.pk for one in awards], offered, strict=True))
    answers: list[StackmarkError | None] = []
    for completion, award in zip(completions, made, strict=True):
        refusal = award if isinstance(award, StackmarkError) else refusals[award.pk]
        _end(completion, award, refusal, actor=actor)
        answers.append(refusal)
    return answers


def _taken(completion: Completion, award: Award | StackmarkError) -> Award | StackmarkError:
    """From here on it can no longer be lost; if it was already, nothing is awarded."""
    if isinstance(award, StackmarkError):
        return award
    rows = Completion.everywhere.filter(pk=completion.pk, state=State.WAITING)
    if rows.update(award=award):
        return award
    _thrown_away(award)
    return UsageError("pathways.decided", _("This was decided in the meantime."))


def _back(completion: Completion, award: Award | StackmarkError) -> None:
    """It waits as if nobody had tried: a draft left behind would seal what was true then."""
    if isinstance(award, Award) and _thrown_away(award):
        Completion.everywhere.filter(pk=completion.pk, state=State.WAITING).update(award=None)


def _thrown_away(award: Award) -> bool:
    """Whether it is gone; one that somebody else signed in this moment stays."""
    try:
        awarding.give_up(award, via="pathway")
    except (StackmarkError, Award.DoesNotExist):
        return False
    return True


def _draft(completion: Completion) -> Award | StackmarkError:
    """The award as a draft; the one that is there already when this was begun before."""
    try:
        return _made(completion)
    except awarding.UsedBefore as used:
        return used.existing
    except StackmarkError as error:
        return error


def _made(completion: Completion) -> Award:
    version, learner = completion.version, completion.user
    achievement = version.pathway.achievement
    if achievement is None or achievement.current is None:
        raise UsageError("pathways.award", _("The pathway names no published achievement."))
    addresses = addresses_of(learner) if learner is not None else []
    if not addresses:
        raise UsageError(
            "pathways.address", _("The learner has no confirmed e-mail address to send it to.")
        )
    primary = learner.email.lower()
    with translation.override(version.language or "en"):
        related, evidence = sealed(completion)
        narrative = _told(completion)
    return awarding.create_award(
        achievement.current,
        actor=None,
        organisation=version.pathway.organisation,
        recipient_email=primary if primary in addresses else addresses[0],
        recipient_name=learner.name,
        locale=learner.locale,
        narrative=narrative,
        evidence=evidence,
        related=related,
        valid_until=renewal.valid_until(version, clock.today()),
        nonce=f"completion {completion.pk}",
        again=True,
        draft=True,
        via="pathway",
    )


def _told(completion: Completion) -> str:
    """What was met, in plain words, as the credential says it."""
    uses = len(completion.witness.get("uses", ()))
    return _(
        "Earned by meeting the published rules of %(title)s, version %(number)d, on %(day)s. "
        "The witness names which of %(count)d credentials serves which rule."
    ) % {
        "title": completion.version.title,
        "number": completion.version.number,
        "day": completion.completed_on.isoformat(),
        "count": uses,
    }


def _end(
    completion: Completion,
    award: Award | StackmarkError,
    refusal: StackmarkError | None,
    *,
    actor: Any,
) -> None:
    """Awarded; or back to waiting, without an award that could not be signed."""
    if refusal is not None or isinstance(award, StackmarkError):
        _back(completion, award)
        return
    rows = Completion.everywhere.filter(pk=completion.pk, state=State.WAITING)
    with transaction.atomic():
        values: dict[str, Any] = {"state": State.AWARDED, "award": award}
        values |= {"decided_at": clock.now(), "decided_by": actor}
        if not rows.update(**values):
            return
        for name, value in values.items():
            setattr(completion, name, value)
        ledgers.enter(completion)
