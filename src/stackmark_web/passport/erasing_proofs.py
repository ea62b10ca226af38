"""What erasure removes of answers to requests, own DIDs, reissue requests and brought documents."""

from __future__ import annotations

from typing import Any

from stackmark_web import clock
from stackmark_web.accounts.erasing import eraser, without
from stackmark_web.accounts.queries import words_of
from stackmark_web.audit.people import code_of
from stackmark_web.passport.models import (
    BroughtDocument,
    HolderDid,
    ProofAnswer,
    ProofRequest,
    ReissueRequest,
)


@eraser("passport-proofs")
def erase(user: Any) -> dict[str, int]:
    """Answers go whole, and with them what another person asked; requests of their own go as well.

    What is asked in the name of an organisation is the organisation's and stays: of a pseudonym
    if they asked it, and without their answer and name if they answered it.
    """
    kept = _of_organisations(user)
    unanswered = _unanswered(user)
    answers = ProofAnswer.objects.filter(user=user)
    asked = ProofRequest.objects.filter(asked_by=user, organisation=None)
    answered = ProofRequest.objects.filter(answer__user=user, organisation=None)
    counts = {
        "proof answers": answers.count(),
        "proof requests": asked.count(),
        "dids": HolderDid.objects.filter(user=user).count(),
        "reissue requests": ReissueRequest.everywhere.filter(user=user).count(),
        "brought documents": BroughtDocument.objects.filter(user=user).count(),
    }
    if kept or unanswered:
        counts["names in proof requests"] = kept + unanswered
    ProofRequest.objects.filter(pk__in=list(answered.values_list("pk", flat=True))).delete()
    answers.delete()
    asked.delete()
    for model in (HolderDid, BroughtDocument):
        model.objects.filter(user=user).delete()
    ReissueRequest.everywhere.filter(user=user).delete()
    return counts


def _of_organisations(user: Any) -> int:
    """Requests in an organisation's name: who asked is told by a pseudonym nobody can resolve."""
    rows = ProofRequest.objects.filter(asked_by=user).exclude(organisation=None)
    code, words = code_of(user), words_of(user)
    for row in rows.select_related("organisation"):
        row.asker = f"{row.organisation.name[:90]} ({code})"
        row.reason = without(row.reason, words)[:500]
        row.terms = without(row.terms, words)
        row.asked_by = None
        row.save(update_fields=["asker", "reason", "terms", "asked_by"])
    return len(rows)


def _unanswered(user: Any) -> int:
    """Requests of organisations that the person answered: they say that the answer is erased."""
    rows = ProofRequest.objects.filter(answer__user=user).exclude(organisation=None)
    words, now = words_of(user), clock.now()
    for row in rows:
        row.asker, row.reason = without(row.asker, words), without(row.reason, words)
        row.terms, row.erased_at = without(row.terms, words), now
        row.save(update_fields=["asker", "reason", "terms", "erased_at"])
    return len(rows)
