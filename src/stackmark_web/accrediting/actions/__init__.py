"""Everything that changes a request or a statement."""

from __future__ import annotations

from stackmark_web.accrediting.actions.asking import answer, ask_for, take_back
from stackmark_web.accrediting.actions.deciding import confirm, propose, send_back
from stackmark_web.accrediting.actions.reviewing import ask, judge, open_review
from stackmark_web.accrediting.actions.withdrawing import withdraw
from stackmark_web.accrediting.errors import Problem

__all__ = [
    "Problem",
    "answer",
    "ask",
    "ask_for",
    "confirm",
    "judge",
    "open_review",
    "propose",
    "send_back",
    "take_back",
    "withdraw",
]
