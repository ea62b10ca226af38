"""Everything that changes an award. Pages, jobs, the demo world and (later) the API call these."""

from __future__ import annotations

from stackmark_web.awarding.actions.appealing import decide_appeal, open_appeal
from stackmark_web.awarding.actions.claiming import claim, decline, lapse
from stackmark_web.awarding.actions.correcting import correct, reissue_to
from stackmark_web.awarding.actions.creating import (
    award_of_nonce,
    create_award,
    dedup_key,
    discard,
    edit_draft,
    live_twin,
)
from stackmark_web.awarding.actions.offering import give_up, offer, offer_many, release, resend
from stackmark_web.awarding.actions.revoking import (
    reinstate,
    revoke,
    revoke_many,
    revoke_run,
    suspend,
)
from stackmark_web.awarding.checks import Problem
from stackmark_web.awarding.states import Duplicate, UsedBefore, WrongState

__all__ = [
    "Duplicate",
    "Problem",
    "UsedBefore",
    "WrongState",
    "award_of_nonce",
    "claim",
    "correct",
    "create_award",
    "decide_appeal",
    "decline",
    "dedup_key",
    "discard",
    "edit_draft",
    "give_up",
    "lapse",
    "live_twin",
    "offer",
    "offer_many",
    "open_appeal",
    "reinstate",
    "reissue_to",
    "release",
    "resend",
    "revoke",
    "revoke_many",
    "revoke_run",
    "suspend",
]
