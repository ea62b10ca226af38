"""What erasure removes of answers to requests, own DIDs, reissue requests and brought documents."""

from __future__ import annotations

from typing import Any

from stackmark_web.accounts.erasing import eraser
from stackmark_web.passport.models import (
    BroughtDocument,
    HolderDid,
    ProofAnswer,
    ProofRequest,
    ReissueRequest,
)


@eraser("passport-proofs")
def erase(user: Any) -> dict[str, int]:
    """Answers go whole: their askers find nothing; requests the person made go as well."""
    answers = ProofAnswer.objects.filter(user=user)
    asked = ProofRequest.objects.filter(asked_by=user)
    answered = ProofRequest.objects.filter(answer__user=user)
    counts = {
        "proof answers": answers.count(),
        "proof requests": asked.count(),
        "dids": HolderDid.objects.filter(user=user).count(),
        "reissue requests": ReissueRequest.everywhere.filter(user=user).count(),
        "brought documents": BroughtDocument.objects.filter(user=user).count(),
    }
    ProofRequest.objects.filter(pk__in=list(answered.values_list("pk", flat=True))).delete()
    asked.delete()
    for model in (HolderDid, BroughtDocument):
        model.objects.filter(user=user).delete()
    ReissueRequest.everywhere.filter(user=user).delete()
    return counts
