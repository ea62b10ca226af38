"""What other capabilities do that makes audits stale: passports, awards, decisions, registers.

Nothing is audited here: followings are marked, and a duty looks at them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models.signals import post_delete, post_save

from stackmark_web.awarding import changed
from stackmark_web.passport.models import Holding
from stackmark_web.pathways.actions import auditing
from stackmark_web.pathways.models import Pathway
from stackmark_web.recognising.models import Decision
from stackmark_web.verifying.models import SignedRegister, TrustEntry


def listen() -> None:
    """Hear of changes from now on."""
    changed.listen(_awards)
    for signal in (post_save, post_delete):
        signal.connect(_person, sender=Holding, dispatch_uid="pathways-holding")
        signal.connect(_person, sender=Decision, dispatch_uid="pathways-decision")
        signal.connect(_register, sender=TrustEntry, dispatch_uid="pathways-register")
        signal.connect(_register, sender=SignedRegister, dispatch_uid="pathways-registers")


def _awards(awards: Sequence[Any]) -> None:
    """Most awards are held by nobody who follows anything; one query tells."""
    people = {one.holder_id for one in awards if one.holder_id is not None}
    if people:
        auditing.mark_people(people)


def _person(instance: Any, **_signal: Any) -> None:
    if instance.user_id is not None:
        auditing.mark_people([instance.user_id])


def _register(instance: Any, **_signal: Any) -> None:
    if instance.organisation is not None and Pathway.everywhere.exists():
        auditing.mark_bodies(instance.organisation)
