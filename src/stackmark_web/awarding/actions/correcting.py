"""A new credential in the place of one that was wrong; the old one is replaced, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.awarding import checks, issuing, marks, states
from stackmark_web.awarding.actions._common import permit, trace
from stackmark_web.awarding.actions.creating import EDITABLE, clean
from stackmark_web.awarding.actions.offering import offer
from stackmark_web.awarding.models import Award
from stackmark_web.tenancy.guarding import second_person
from stackmark_web.tenancy.permissions import Permission

CORRECTABLE: Final = frozenset(EDITABLE) - {"recipient_email", "send_at", "claim_by"}


@second_person("award.correct")
def correct(
    award: Award, *, actor: Any, changes: Mapping[str, Any], note: str = "", via: str = "web"
) -> Award:
    """The new credential with ``changes`` (of ``CORRECTABLE``); the old one is superseded.

    The holder keeps the new one without claiming again, and a former name is shown nowhere.
    Raises ``Problem``, ``WrongState``.
    """
    odd = changes.keys() - CORRECTABLE
    if odd:
        raise checks.Problem(min(odd), _("This cannot be corrected; award anew instead."))
    return _replace(award, "correct", actor=actor, changes=changes, note=note, via=via)


@second_person("award.reissue")
def reissue_to(award: Award, email: str, *, actor: Any, via: str = "web") -> Award:
    """While nobody has claimed it: the same for another address, for the first was wrong."""
    if checks.email(email) == award.recipient_email:
        raise checks.Problem("recipient_email", _("It went to this very address; send it again."))
    if not email.strip():
        raise checks.Problem("recipient_email", _("Give the address it should go to."))
    changes: dict[str, Any] = {"recipient_email": email}
    if award.claim_by is not None and award.claim_by <= clock.now():
        changes["claim_by"] = None
    return _replace(award, "reissue", actor=actor, changes=changes, note="", via=via)


def _replace(
    award: Award, action: str, *, actor: Any, changes: Mapping[str, Any], note: str, via: str
) -> Award:
    permit(actor, Permission.AWARD, award)
    award.refresh_from_db()
    states.check(action, award)
    fresh = draft_in_place_of(award, changes, actor=actor, note=note, via=via)
    try:
        offer(fresh, via=via)
    except StackmarkError as error:
        if not issuing.is_trouble(error):  # it will never be signed: leave nothing behind
            drop(fresh)
        raise
    award.refresh_from_db()
    return fresh


def draft_in_place_of(
    award: Award, changes: Mapping[str, Any], *, actor: Any, note: str = "", via: str = "web"
) -> Award:
    """A draft that will take the place of ``award`` once it is signed."""
    values = {name: changes.get(name, getattr(award, name)) for name in EDITABLE}
    values["send_at"] = None
    if values["claim_by"] is not None and values["claim_by"] <= clock.now():
        values["claim_by"] = None
    fresh = Award(
        organisation=award.organisation,
        version=award.version,
        salt=issuing.new_salt(),
        supersedes=award,
        issued_by=actor,
        created_at=clock.now(),
        **clean(values | {"results": marks.results(award.version, values["results"])}),
    )
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
            trace(fresh, "create", "", actor=actor, via=via, reason="replacement", note=note)
    except IntegrityError:
        raise states.changed_meanwhile() from None
    return fresh


def drop(fresh: Award) -> None:
    """Remove a replacement that was never signed."""
    Award.everywhere.filter(pk=fresh.pk, signed__isnull=True).delete()
