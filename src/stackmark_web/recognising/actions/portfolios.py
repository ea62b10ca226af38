"""What is done with a portfolio: begun, written, evidence added, sent, assessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.assessing import intake
from stackmark_web.assessing.models import Artefact
from stackmark_web.audit.actions import record
from stackmark_web.recognising import comparing, drafts, pieces, policies, portfolios, queries
from stackmark_web.recognising.actions._common import (
    locked,
    locked_source,
    note_request,
    permit_evaluator,
    permit_learner,
    words,
)
from stackmark_web.recognising.actions.requesting import MOST_OPEN, announce
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.models import Piece, Request, Source

MAX_ABOUT: Final = 1_000
MAX_TITLE: Final = 200
_ADDING: Final = (Request.State.DRAFT, Request.State.ASKED)


# -- the learner -------------------------------------------------------------------------------


@transaction.atomic
def begin(user: Any, *, organisation: Any, target: Any, title: str, via: str = "web") -> Request:
    """A portfolio that nobody else sees before it is sent. Raises ``Problem``."""
    title = words("title", title, needed=True, most=MAX_TITLE)
    _check_open(organisation)
    if not queries.targets_of(organisation).filter(pk=target.pk).exists():
        raise Problem("target", _("Choose one of their published achievements."))
    if not portfolios.outcomes_of(target):
        raise Problem("target", _("It states no outcomes that evidence could be set against."))
    mine = Request.everywhere.filter(user=user, kind=Request.Kind.PORTFOLIO)
    waiting = mine.filter(state__in=(Request.State.DRAFT, *queries.OPEN))
    if waiting.filter(target=target, organisation=organisation).exists():
        raise Problem("target", _("You have begun a portfolio for this already; go on with it."))
    if waiting.count() >= MOST_OPEN:
        raise Problem("", _("You have as many portfolios as there can be; finish some."))
    made = Request.everywhere.create(
        organisation=organisation,
        user=user,
        kind=Request.Kind.PORTFOLIO,
        target=target,
        made_at=clock.now(),
    )
    Source.objects.create(request=made, title=title)
    _note("recognition.portfolio-begun", made, user, via)
    return made


def _check_open(organisation: Any) -> None:
    if not policies.policy_of(organisation).open:
        raise Problem("", _("%s takes no requests at present.") % organisation.name)


@transaction.atomic
def write(
    request: Request,
    *,
    actor: Any,
    title: str,
    account: str,
    claims: Sequence[tuple[str, Sequence[str]]],
) -> Request:
    """Keep what is said: the title, an account, and text and pieces for each outcome in turn.

    Raises ``Problem`` at ``title``, ``account`` or ``text-N``.
    """
    found = _own(request, actor, Request.State.DRAFT)
    source = source_of(found)
    there = {str(one.pk) for one in source.pieces.all()}
    outcomes = {}
    for number, (wanted, (text, chosen)) in enumerate(
        zip(portfolios.outcomes_of(found.target), claims, strict=False)
    ):
        said = words(f"text-{number}", text, most=portfolios.MAX_CLAIM)
        outcomes[wanted] = {"text": said, "pieces": [pk for pk in chosen if pk in there]}
    source.title = words("title", title, needed=True, most=MAX_TITLE)
    said = words("account", account, most=portfolios.MAX_ACCOUNT)
    source.claims = {"account": said, "outcomes": outcomes}
    source.save(update_fields=["title", "claims"])
    return found


@transaction.atomic
def add_piece(request: Request, *, actor: Any, name: str, data: bytes, about: str = "") -> Piece:
    """Keep a file as evidence, while the portfolio is prepared or when the body asked something.

    A picture is made anew; what could hurt whoever opens it is not taken. Raises ``Problem``.
    """
    found = _own(request, actor, *_ADDING)
    source = source_of(found)
    about = words("about", about, most=MAX_ABOUT)
    taken = _examined(name, data)
    _check_room(source, len(taken.data))
    digest = pieces.keep(taken.data)
    if source.pieces.filter(sha256=digest).exists():
        raise Problem("file", _("%s is there already.") % taken.name)
    try:
        with transaction.atomic():
            return Piece.objects.create(
                source=source,
                name=taken.name,
                media_type=taken.media_type,
                size=len(taken.data),
                sha256=digest,
                about=about,
                added_at=clock.now(),
            )
    except IntegrityError:  # in the same moment in another window
        raise Problem("file", _("%s is there already.") % taken.name) from None


def _examined(name: str, data: bytes) -> intake.Taken:
    try:
        taken = intake.examine(name, data)
    except StackmarkError as error:
        raise Problem("file", error.detail) from None
    if taken.state == Artefact.State.QUARANTINED:
        raise Problem(
            "file",
            _("%(name)s is not taken. %(why)s") % {"name": taken.name, "why": taken.why},
        )
    return taken


def _check_room(source: Source, size: int) -> None:
    there = list(source.pieces.values_list("size", flat=True))
    if len(there) >= portfolios.MAX_PIECES:
        most = portfolios.MAX_PIECES
        raise Problem("file", _("At most %d pieces fit; remove one first.") % most)
    if sum(there) + size > portfolios.MAX_BYTES:
        most = portfolios.MAX_BYTES // 1024**2
        raise Problem("file", _("All files together may have %d MB; remove one first.") % most)


@transaction.atomic
def remove_piece(piece: Piece, *, actor: Any) -> None:
    """Take a piece out before the portfolio is sent; its file goes with the next sweep."""
    _own(piece.source.request, actor, Request.State.DRAFT)
    Piece.objects.filter(pk=piece.pk).delete()


@transaction.atomic
def drop(request: Request, *, actor: Any, via: str = "web") -> None:
    """Throw a portfolio away that was not sent."""
    found = _own(request, actor, Request.State.DRAFT)
    _note("recognition.portfolio-dropped", found, actor, via)
    found.delete()


@transaction.atomic
def send(request: Request, *, actor: Any, note: str = "", via: str = "web") -> Request:
    """Send it to be assessed; from now on the body reads it and nothing in it changes.

    Raises ``Problem`` when no outcome has a piece behind it, or a file was damaged.
    """
    found = _own(request, actor, Request.State.DRAFT)
    _check_open(found.organisation)
    source = source_of(found)
    if not any(one.is_made for one in portfolios.claims_of(source)):
        raise Problem("", _("Set at least one piece of evidence against an outcome first."))
    for piece in source.pieces.all():
        if pieces.content(piece) is None:
            raise Problem("", _("%s was damaged in our store; add it once more.") % piece.name)
    policy = policies.policy_of(found.organisation)
    found.note = words("note", note)
    found.state, found.sent_at = Request.State.SENT, clock.now()
    found.due_on = clock.today() + timedelta(days=policy.days)
    found.save(update_fields=["note", "state", "sent_at", "due_on"])
    announce(found, actor=actor, via=via)
    return found


def _note(verb: str, request: Request, actor: Any, via: str) -> None:
    """In the learner's trail alone: the body hears of nothing before it is sent."""
    record(verb, actor=actor, target=request, via=via, label=request.target.title)


def source_of(request: Request) -> Source:
    """The one source of a portfolio's request, with the request as it is now."""
    source: Source = request.sources.get()
    source.request = request
    return source


def _own(request: Request, actor: Any, *states: str) -> Request:
    found = locked(request, open_only=False)
    permit_learner(actor, found)
    if found.kind != Request.Kind.PORTFOLIO or found.state not in states:
        raise Problem("", _("This was sent already, and cannot be changed any more."))
    return found


# -- the evaluator -----------------------------------------------------------------------------


@transaction.atomic
def assess(
    source: Source, *, actor: Any, revision: int, given: Mapping[str, Any], via: str = "web"
) -> Source:
    """Set pieces against outcomes; the five rows of the decision follow from it.

    ``given`` is what ``portfolios.assessed`` takes. The draft of a decision that stood on another
    assessment begins anew. Raises ``Problem`` naming the field, also when somebody else kept
    another draft meanwhile.
    """
    request = locked(source.request, open_only=False)
    permit_evaluator(actor, request.organisation, request.user_id)
    found = locked_source(source, revision)
    found.request = request
    before = queries.require_decidable(found, request, actor)
    found.portfolio = portfolios.assessed(found, **given)
    found.working = {}
    if before is not None:  # the draft begins with these rows, not with those of the old decision
        default = drafts.draft_of(found, before).values.get("default", "")
        found.working = {"comparison": comparing.prefilled(found).to_json(), "default": default}
    found.revision += 1
    found.save(update_fields=["portfolio", "working", "revision"])
    note_request("recognition.portfolio-assessed", request, actor=actor, via=via)
    return found
