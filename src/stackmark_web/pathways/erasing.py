"""Paths and plans of a person who goes; what a board decided stays without them."""

from __future__ import annotations

from typing import Any

from stackmark_web.accounts.erasing import eraser
from stackmark_web.pathways.models import Completion, Following, Plan, Trialled


@eraser("pathways")
def erase(user: Any) -> dict[str, int]:
    """What they follow and plan goes; a completion loses its person and the reasons told them."""
    Trialled.objects.filter(user=user).delete()
    done = Completion.everywhere.filter(user=user)
    done.filter(state=Completion.State.WAITING).delete()
    count = done.update(reason="", user=None, following=None, holdings={}, witness={})
    return {
        "completions without a name": count,
        "followings": Following.objects.filter(user=user).delete()[0],
        "plans": Plan.objects.filter(user=user).delete()[0],
    }
