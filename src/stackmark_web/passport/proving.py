"""Asking for proof and giving it: who asks, what fits, how the holder shows that it is theirs.

Nobody needs an account to ask. Two secret addresses come of it: one for the person who is asked,
one for the asker. Before an answer there is nothing personal behind either; what is unknown, over
or withdrawn looks the same. An answer is withdrawn at any time and ends with its request.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.accounts.minors import needs_consent, require_consent
from stackmark_web.audit.actions import record
from stackmark_web.passport import fitting, tokens
from stackmark_web.passport.fresh import SignIn
from stackmark_web.passport.models import Holding, ProofAnswer, ProofRequest
from stackmark_web.passport.presenting import check_presentation
from stackmark_web.tenancy import queries as tenancy

MAX_DAYS: Final = 90
MAX_TERMS: Final = 20
KEPT: Final = timedelta(days=30)  # after its end a request stays in the holder's list so long
State, Proof = ProofAnswer.State, ProofAnswer.Proof


# -- the asker's side --------------------------------------------------------------------------


@transaction.atomic
def ask(
    *,
    actor: Any,
    asker: str,
    reason: str,
    wanted: str,
    terms: Sequence[str] = (),
    days: int = 30,
    organisation: Any = None,
) -> tuple[ProofRequest, str]:
    """A new request and the token of the asker's own page.

    ``organisation``: ask in its name; the asker must work there and its domain be proven. Raises
    ``ValidationError`` by field.
    """
    _check_new(actor, wanted, terms, days, organisation)
    token, result = tokens.new_token(), tokens.new_token()
    now = clock.now()
    made = ProofRequest.objects.create(
        token_hash=tokens.digest(token),
        token_sealed=tokens.seal(token),
        result_hash=tokens.digest(result),
        nonce=tokens.new_token(),
        asker=asker,
        reason=reason,
        wanted=wanted,
        terms=list(terms),
        organisation=organisation,
        asked_by=actor if getattr(actor, "is_authenticated", False) else None,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    record("proof.asked", actor=made.asked_by, target=made, after={"wanted": wanted, "days": days})
    return made, result


def _check_new(actor: Any, wanted: str, terms: Sequence[str], days: int, organisation: Any) -> None:
    if not 1 <= days <= MAX_DAYS:
        raise ValidationError(
            {"days": _("Choose between 1 and %(most)s days.") % {"most": MAX_DAYS}}
        )
    if wanted != ProofRequest.Wanted.ANY and not terms:
        raise ValidationError({"terms": _("Say what you ask for, one on a line.")})
    if len(terms) > MAX_TERMS:
        raise ValidationError(
            {"terms": _("Ask for at most %(most)s things.") % {"most": MAX_TERMS}}
        )
    if organisation is not None and organisation not in may_ask_for(actor):
        raise Http404("There is nothing here.")


def may_ask_for(user: Any) -> list[Any]:
    """The organisations a person may ask in the name of: their own, with a proven domain."""
    return [one for one in tenancy.workplaces(user) if tenancy.verified_domains(one)]


def result_by_token(token: str) -> ProofRequest | None:
    """The request behind an asker's own address, while it is open."""
    return _open(ProofRequest.objects.filter(result_hash=tokens.digest(token)))


def request_by_token(token: str) -> ProofRequest | None:
    """The request behind the address for the person who is asked, while it can be answered."""
    rows = ProofRequest.objects.filter(token_hash=tokens.digest(token), erased_at=None)
    return _open(rows)


def _open(rows: QuerySet[ProofRequest]) -> ProofRequest | None:
    rows = rows.filter(withdrawn_at=None, expires_at__gt=clock.now())
    return rows.select_related("organisation").first()


def proven_domains(request: ProofRequest) -> list[str]:
    """The domains that show who asks: of today, not of the day it was asked."""
    asked = request.organisation
    return [] if asked is None else tenancy.verified_domains(asked)


def answer_to(request: ProofRequest) -> ProofAnswer | None:
    """The answer there is, if any."""
    return ProofAnswer.objects.filter(request=request).select_related("user").first()


def shown_answer(request: ProofRequest) -> ProofAnswer | None:
    """What the asker may see of it: none while a guardian has to agree (again), as with shares."""
    found = answer_to(request)
    return None if found is not None and needs_consent(found.user) else found


@transaction.atomic
def withdraw_request(request: ProofRequest, *, actor: Any) -> None:
    """The asker takes it back: both addresses lead nowhere, and the answer is not kept."""
    rows = ProofRequest.objects.filter(pk=request.pk, withdrawn_at=None)
    if rows.update(withdrawn_at=clock.now()):
        for answer in ProofAnswer.objects.filter(request=request):
            _empty(answer)
        who = actor if getattr(actor, "is_authenticated", False) else None
        record("proof.request-withdrawn", actor=who, target=request)


# -- the holder's side -------------------------------------------------------------------------


def answers_of(user: Any) -> QuerySet[ProofAnswer]:
    """What a person answered, newest first."""
    rows = ProofAnswer.objects.filter(user=user).select_related("request", "request__organisation")
    return rows.prefetch_related("holdings").order_by("-answered_at")


def answer_of(user: Any, pk: Any) -> ProofAnswer:
    """One of a person's own answers."""
    found = answers_of(user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def is_open(answer: ProofAnswer) -> bool:
    """Whether the asker can see something personal now."""
    request = answer.request
    over = request.withdrawn_at is not None or request.expires_at <= clock.now()
    return answer.state == State.GIVEN and not over


@transaction.atomic
def refuse(request: ProofRequest, *, actor: Any) -> ProofAnswer:
    """No. The asker learns that, and not who said it."""
    answer = _answer(request, actor, state=State.REFUSED)
    record("proof.refused", actor=actor, target=answer)
    return answer


@transaction.atomic
def give(
    request: ProofRequest,
    *,
    actor: Any,
    holdings: Sequence[Holding],
    sign_in: SignIn,
    with_name: bool = False,
) -> ProofAnswer:
    """Show these credentials; that they are the person's rests on their signing in here.

    Raises ``ValidationError``.
    """
    if not holdings:
        raise ValidationError(_("Choose at least one credential, or say no."))
    fit = {one.holding.pk for one in fitting.fits(request, actor)}
    if any(one.pk not in fit for one in holdings):
        raise ValidationError(_("One of them is not yours, or does not fit what was asked for."))
    answer = _answer(
        request,
        actor,
        state=State.GIVEN,
        proof=Proof.ACCOUNT,
        method=sign_in.method[:20],
        proved_at=sign_in.at,
        with_name=with_name,
    )
    answer.holdings.set(holdings)
    _recorded(answer, actor, len(holdings))
    return answer


def give_presentation(
    request: ProofRequest, *, actor: Any, data: bytes, with_name: bool = False
) -> ProofAnswer:
    """Show what the holder signed with their own key, once all of it holds.

    Raises ``ValidationError`` with a sentence that names what does not hold.
    """
    presented = check_presentation(request, data)
    with transaction.atomic():
        answer = _answer(
            request,
            actor,
            state=State.GIVEN,
            proof=Proof.DID,
            did=presented.did,
            proved_at=clock.now(),
            presentation=data,
            with_name=with_name,
        )
        _recorded(answer, actor, len(presented.contents))
    return answer


def _answer(request: ProofRequest, user: Any, **values: Any) -> ProofAnswer:
    """One answer a request, and only while it is open: a second click finds the first one.

    Who is too young to share anything without a guardian can say no, and nothing else.
    """
    if not getattr(user, "is_authenticated", False):
        raise Http404("There is nothing here.")
    if values["state"] == State.GIVEN:
        require_consent(user)
    if _open(ProofRequest.objects.filter(pk=request.pk, erased_at=None)) is None:
        raise Http404("There is nothing here.")
    try:
        with transaction.atomic():
            return ProofAnswer.objects.create(
                request=request, user=user, answered_at=clock.now(), **values
            )
    except IntegrityError:
        raise ValidationError(_("This request has been answered already.")) from None


def _recorded(answer: ProofAnswer, actor: Any, count: int) -> None:
    after = {"proof": answer.proof, "credentials": count}
    record("proof.given", actor=actor, target=answer, after=after)


@transaction.atomic
def withdraw(answer: ProofAnswer, *, actor: Any) -> None:
    """The holder takes the answer back: the asker sees that, and nothing else any more."""
    if answer.user_id != getattr(actor, "pk", None):
        raise Http404("There is nothing here.")
    rows = ProofAnswer.objects.filter(pk=answer.pk, state=State.GIVEN)
    if rows.update(state=State.WITHDRAWN, withdrawn_at=clock.now()):
        _empty(answer)
        record("proof.withdrawn", actor=actor, target=answer)


def _empty(answer: ProofAnswer) -> None:
    """Nothing of the person stays with the answer."""
    answer.holdings.clear()
    ProofAnswer.objects.filter(pk=answer.pk).update(presentation=None, did="", with_name=False)


def clear_old() -> int:
    """Delete requests that ended long ago, with their answers; how many."""
    before = clock.now() - KEPT
    rows = ProofRequest.objects.filter(Q(expires_at__lt=before) | Q(withdrawn_at__lt=before))
    ended = list(rows.values_list("pk", flat=True)[:500])
    for answer in ProofAnswer.objects.filter(request__in=ended):
        _empty(answer)
    ProofRequest.objects.filter(pk__in=ended).delete()
    return len(ended)
